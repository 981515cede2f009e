"""A request for one VM, as the engine tells it."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from azlin.agentic.conclusion import Finding
from azlin.agentic.strategy_selector import Candidacy
from azlin.agentic.types import (
    Approval,
    BudgetVerdict,
    Intent,
    MadeAgainst,
    Monthly,
    Objective,
    Operation,
    OperationResult,
    Outcome,
    Plan,
    Quote,
    QuoteLine,
    Request,
    ResourceRef,
    Unpriced,
)
from azlin.events import Event

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SUBSCRIPTION = "00000000-0000-0000-0000-00000000cafe"


def ref(kind: str, name: str) -> ResourceRef:
    return ResourceRef(type=kind, name=name, group="web", subscription=SUBSCRIPTION, location="westeurope")


def plan_of(*operations: Operation, cloud: str = "sandbox") -> Plan:
    return Plan(operations=operations, made_against=MadeAgainst(cloud=cloud, tenant="t", subscription=SUBSCRIPTION))


VNET = Operation(
    id="vnet",
    verb="ensure",
    effect="creates",
    target=ref("Microsoft.Network/virtualNetworks", "Sam-vnet"),
    desired={"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}},
)
VM = Operation(
    id="vm",
    verb="ensure",
    effect="creates",
    target=ref("Microsoft.Compute/virtualMachines", "Sam"),
    desired={
        "location": "westeurope",
        "tags": {"env": "test"},
        "properties": {"hardwareProfile": {"vmSize": "Standard_B1s"}},
    },
    after=("vnet",),
)
REMOVAL = Operation(id="old", verb="delete", effect="destroys", target=ref("Microsoft.Compute/disks", "old-disk"))
READ = Operation(id="list", verb="read", effect="reads", target=ref("Microsoft.Compute/virtualMachines", ""))
QUOTE = Quote(
    lines=(
        QuoteLine(
            operation="vm",
            meter="B1s",
            quantity=Decimal(730),
            unit="hours",
            unit_price=Decimal("0.0120"),
            low=Decimal("8.76"),
            expected=Decimal("8.76"),
            high=Decimal("8.76"),
            source="retail prices",
            as_of="2026-04-01",
            confidence="high",
            assumption="runs all month",
        ),
    ),
    unpriced=(Unpriced(operation="vnet", reason="no row in the table"),),
)
BUDGET = BudgetVerdict(decision="allow", limit=Decimal(100), spent=None, projected=Decimal("8.76"))
INTENT = Intent(
    family="vm",
    action="create",
    summary="create the VM Sam",
    assumptions=("size Standard_B1s, because the request names none",),
)
RANKING = (
    Candidacy(strategy="azure-cli", score=0.9, because="every setting has a flag"),
    Candidacy(strategy="arm", score=0.5, because="always works"),
)


def event(kind: str, **about: object) -> Event:
    return Event(kind=kind, objective="0123456789ab", at=NOW, about=about)


def objective_of(plan: Plan | None, outcome: Outcome | None, **fields: object) -> Objective:
    given = {"intent": INTENT, "quote": QUOTE, "budget": BUDGET} | fields
    return Objective(
        id="0123456789ab",
        cloud=plan.made_against.cloud if plan else "sandbox",
        request=Request(text="create a vm called Sam", actor="me", at=NOW),
        plan=plan,
        outcome=outcome,
        **given,
    )


@pytest.fixture
def made() -> tuple[list[Event], Objective]:
    """The whole story of a VM that was made."""
    plan = plan_of(VNET, VM)
    approval = Approval(by="me", at=NOW, how="flag", fingerprint="f")
    results = tuple(
        OperationResult(operation=o.id, status="done", strategy="azure-cli", resource_id=o.target.id, created=True)
        for o in (VNET, VM)
    )
    events = [
        event("request-received", text="create a vm called Sam", actor="me"),
        event("intent-parsed", intent=INTENT),
        event("plan-made", plan=plan, known=True),
        event("quote-made", quote=QUOTE),
        event("budget-judged", budget=BUDGET),
        event("strategy-chosen", strategy="azure-cli", ranking=RANKING, render="az vm create -n Sam"),
        event("approval-given", approval=approval),
        event("operation-started", operation="vnet", strategy="azure-cli", attempt=1),
        event("operation-retried", operation="vnet", wait_s=2.0, why="TooManyRequests"),
        event("operation-done", operation="vnet", strategy="azure-cli"),
        event("operation-done", operation="vm", strategy="azure-cli"),
        event("result-validated", findings=[Finding(operation="vm", ok=True, wanted="B1s", found="B1s")]),
        event("outcome-reached", verdict="achieved"),
    ]
    outcome = Outcome(verdict="achieved", summary="create the VM Sam: Azure confirms all 2 operations", results=results)
    return events, objective_of(plan, outcome, approval=approval)


@pytest.fixture
def listed() -> tuple[list[Event], Objective]:
    """The whole story of a list."""
    plan = plan_of(READ)
    intent = Intent(family="vm", action="list", summary="list VMs")
    data = [
        {"name": "web1", "size": "Standard_B1s", "state": "running", "tags": {"env": "test"}},
        {"name": "web2", "size": "Standard_B2s", "state": None},
    ]
    events = [
        event("intent-parsed", intent=intent),
        event("plan-made", plan=plan, known=True),
        event("quote-made", quote=Quote()),
        event("budget-judged", budget=BudgetVerdict(decision="allow")),
        event("strategy-chosen", strategy="arm", ranking=RANKING, render="GET vms"),
        event("operation-started", operation="list", strategy="arm"),
        event("operation-done", operation="list", strategy="arm"),
        event("result-validated", findings=[]),
    ]
    outcome = Outcome(verdict="achieved", summary="list VMs", data=data)
    return events, objective_of(plan, outcome, intent=intent, quote=Quote(), budget=BudgetVerdict(decision="allow"))


@pytest.fixture
def nouns():
    """What tests build their own stories from."""
    import types

    return types.SimpleNamespace(
        VM=VM,
        VNET=VNET,
        REMOVAL=REMOVAL,
        READ=READ,
        QUOTE=QUOTE,
        BUDGET=BUDGET,
        INTENT=INTENT,
        RANKING=RANKING,
        NOW=NOW,
        event=event,
        plan_of=plan_of,
        objective_of=objective_of,
        Monthly=Monthly,
        ref=ref,
    )
