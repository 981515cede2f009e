from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from azlin.agentic.families import IntentFamily
from azlin.agentic.families.cures import Case, Curing
from azlin.agentic.types import Failure, Intent, Plan
from azlin.agentic.world import World
from azlin.errors import UsageRefused
from tests.agentic.families.test_vm_offers import row

GONE = Failure(type="capacity", code="ZonalAllocationFailed", message="", action="retry_later_or_change_sku_or_region")
SHELF = [row(f"Standard_D2s_v{version}", zones=["1", "2"]) for version in (3, 4, 5)]


@pytest.fixture
def case_of(
    azure: Any, families: dict[str, IntentFamily], understand: Callable[..., Intent], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[Case, Any]]:
    """A request, of which the operation with this id failed and those before it were done."""

    def inquire(path: str, api_version: str, *, where: str = "", body: Any = None) -> Any:
        return SHELF if path.endswith("/skus") else []

    monkeypatch.setattr(azure, "inquire", inquire, raising=False)

    def of(text: str, failed: str, failure: Failure = GONE) -> tuple[Case, Any]:
        intent = understand(text)
        family = families[intent.family]
        plan = family.plan(intent, azure.world())
        at = next(number for number, one in enumerate(plan.operations) if one.id == failed)
        done = plan.operations[:at]
        azure.carry_out(Plan(operations=done, made_against=plan.made_against))
        ids = frozenset(one.id for one in done)
        world: World = azure.world()
        return Case(intent, plan, plan.operations[at], failure, ids, (plan,), world), family

    return of


def after(case: Case, family: Any, **changes: str) -> Plan:
    return family.plan(family.changed(case, changes), case.world)


def test_sizes_are_offered_with_their_price_and_what_to_remember(case_of: Any):
    case, family = case_of("create a Standard_D2s_v3 vm called web", "vm:web")
    assert isinstance(family, Curing)
    first, second = family.cures(case)
    assert (first.changes, first.text) == ({"size": "Standard_D2s_v5"}, "Standard_D2s_v5 is available")
    assert first.resolution == "size Standard_D2s_v5 instead of Standard_D2s_v3"
    assert (second.changes, second.monthly) == ({"size": "Standard_D2s_v4"}, None)


def test_another_zone_comes_first_where_one_is_full(case_of: Any):
    case, family = case_of("create a Standard_D2s_v3 vm called web in zone 1", "vm:web")
    assert family.cures(case)[0].changes == {"zone": "2"}
    (vm,) = after(case, family, zone="2").operations
    assert vm.desired["zones"] == ["2"]


def test_what_another_size_cannot_cure_gets_no_offer(case_of: Any):
    for action in ("fix_policy_or_request_exemption", "grant_role", ""):
        failure = msgspec.structs.replace(GONE, action=action)
        case, family = case_of("create a Standard_D2s_v3 vm called web", "vm:web", failure)
        assert family.cures(case) == ()
    case, family = case_of("create a Standard_D2s_v3 vm called web2", "vnet:web2-vnet")
    assert family.cures(case) == ()


def test_the_new_plan_holds_only_what_is_missing(case_of: Any):
    case, family = case_of("create a Standard_D2s_v3 vm called web with a public ip", "vm:web")
    (vm,) = after(case, family, size="d2s v5").operations
    assert vm.desired["properties"]["hardwareProfile"] == {"vmSize": "Standard_D2s_v5"}


def test_machines_that_were_made_keep_their_size_and_share_their_network(case_of: Any):
    text = "create 2 Standard_D2s_v3 VMs named web1 and web2 with open port 22 from 10.0.0.1"
    case, family = case_of(text, "vm:web2")
    intent = family.changed(case, {"size": "Standard_D2s_v5"})
    (vm,) = after(case, family, size="Standard_D2s_v5").operations
    assert vm.id == "vm:web2"
    assert "with size Standard_D2s_v5 instead of Standard_D2s_v3" in intent.summary


def test_names_that_azlin_chose_stay_as_they_were_chosen(case_of: Any):
    case, family = case_of("create 2 Standard_D2s_v3 vms", "vm:vm2")
    assert [one.id for one in after(case, family, size="Standard_D2s_v5").operations] == ["vm:vm2"]


def test_a_machine_that_exists_is_resized_to_another_size(case_of: Any, azure: Any, plan_of: Callable[..., Plan]):
    azure.carry_out(plan_of("create a vm called Sam"))
    case, family = case_of("resize vm Sam to Standard_D2s_v3", "resize:vm:Sam")
    assert family.cures(case)[0].changes == {"size": "Standard_D2s_v5"}
    (change,) = after(case, family, size="Standard_D2s_v5").operations
    assert change.desired["properties"]["hardwareProfile"]["vmSize"] == "Standard_D2s_v5"
    with pytest.raises(UsageRefused):
        family.changed(case, {"zone": "2"})


def test_a_windows_machine_is_not_priced_as_linux(case_of: Any, families: Any, monkeypatch: pytest.MonkeyPatch):
    def prices(_region: str) -> dict[str, Decimal]:
        return {"Standard_D2s_v5": Decimal(84)}

    monkeypatch.setattr(families["virtual-machines"], "_sizes", prices)
    case, family = case_of("create a Standard_D2s_v3 vm called web", "vm:web")
    assert family.cures(case)[0].monthly == Decimal(84)
    text = "create a windows Standard_D2s_v3 vm called win with admin password {secret:password}"
    case, family = case_of(text, "vm:win")
    assert family.cures(case)[0].monthly is None


@pytest.mark.parametrize("changes", [{"colour": "red"}, {"size": "huge"}, {"size": "Standard_D2s_v5", "name": "x"}])
def test_what_cannot_be_changed_is_refused(case_of: Any, changes: dict[str, str]):
    case, family = case_of("create a Standard_D2s_v3 vm called web", "vm:web")
    with pytest.raises(UsageRefused):
        family.changed(case, changes)


def test_the_part_of_several_that_failed_is_changed_and_the_others_are_not(case_of: Any):
    text = "create a Standard_D2s_v3 vm called web and a storage account called samlogs2026 in westeurope"
    case, family = case_of(text, "vm:web")
    assert family.cures(case)[0].changes == {"size": "Standard_D2s_v5"}
    made = {one.id for one in after(case, family, size="Standard_D2s_v5").operations}
    assert made == {"vm:web", "storage:samlogs2026"}
