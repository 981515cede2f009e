from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from azlin.agentic.drift import Costs, Drift, refuse_what_has_nothing_to_compare, survey
from azlin.agentic.types import (
    Approval,
    MadeAgainst,
    Objective,
    Operation,
    Outcome,
    Plan,
    Quote,
    QuoteLine,
    ResourceRef,
    Unpriced,
    Verdict,
)
from azlin.agentic.wishes import Later, Wish, Wishes
from azlin.agentic.world import World
from azlin.errors import AzlinError, AzureRefused, CloudUnreachable, NotFound, SignInNeeded, StillRunning, Undecided
from azlin.gateways.cloud import Cloud
from tests.gateways.ledger_builders import AT, asked

CLOUD = Cloud(name="sandbox", sandbox=True, tenant="t", subscription="s")
VM = ResourceRef(type="Microsoft.Compute/virtualMachines", name="sam", group="g", subscription="s")
BODY = {"tags": {"env": "prod"}, "properties": {"hardwareProfile": {"vmSize": "Standard_B1s"}}}
THERE = {"id": VM.id, **BODY, "properties": {**BODY["properties"], "provisioningState": "Succeeded"}}
YES = Approval(by="me", at=AT, how="typed", fingerprint="f")


class Azure:
    def __init__(self, there: dict[str, Any] | None, refuses: Exception | None = None) -> None:
        self.there = there
        self.refuses = refuses
        self.asked: list[tuple[str, str | None]] = []

    def get(self, resource_id: str, *, expand: str | None = None) -> dict[str, Any] | None:
        self.asked.append((resource_id, expand))
        if self.refuses is not None:
            raise self.refuses
        return self.there

    def list(self, type: str, *, group: str | None = None, expand: str | None = None) -> list[dict[str, Any]]:
        return []

    def inquire(self, path: str, api_version: str, *, where: str = "", body: Any = None) -> Any:
        raise AssertionError(path)


def one(verb: Any = "ensure", effect: Any = "creates", desired: dict[str, Any] | None = None) -> Operation:
    return Operation(id="vm:sam", verb=verb, effect=effect, target=VM, desired=BODY if desired is None else desired)


def line(amount: str) -> QuoteLine:
    return QuoteLine(
        operation="vm:sam", meter="m", quantity=Decimal(1), unit="month", unit_price=Decimal(amount),
        low=Decimal(amount), expected=Decimal(amount), high=Decimal(amount), source="s", as_of="2026-11-01",
        confidence="high",
    )  # fmt: skip


def wished(operation: Operation, *, quote: Quote | None = None, verdict: Verdict = "achieved", **more: Any) -> Wishes:
    plan = Plan(operations=(operation,), made_against=MadeAgainst(cloud="sandbox"))
    outcome = Outcome(verdict=verdict, summary="")
    objective = asked("11111111", plan=plan, quote=quote, approval=YES, outcome=outcome)
    return Wishes(objective=objective, all=(Wish(operation=operation, **more),), plan=plan)


def surveyed(wishes: Wishes, azure: Azure, now: Quote | None = None) -> Drift:
    def standing(things: Sequence[Operation], world: World) -> Quote:
        return now or Quote()

    return survey(wishes, World(CLOUD, azure), standing)


def state(wishes: Wishes, azure: Azure) -> str:
    (thing,) = surveyed(wishes, azure).things
    return thing.state


def test_what_is_there_as_wanted_stands():
    found = surveyed(wished(one()), Azure({**THERE, "tags": {"env": "prod", "byPolicy": "1"}}))
    assert (found.things[0].state, found.drifted, found.next_steps) == ("as-desired", (), ())
    assert found.exit_code(tell=True) == 0


def test_a_changed_setting_is_told_with_what_was_wanted_and_what_is_found():
    found = surveyed(wished(one()), Azure({**THERE, "tags": {"env": "dev"}}))
    (thing,) = found.drifted
    assert thing.state == "changed"
    assert [(s.path, s.wanted, s.found) for s in thing.settings] == [("tags.env", "prod", "dev")]
    assert found.next_steps == ("azlin objective mend 11111111",)
    assert (found.exit_code(tell=True), found.exit_code(tell=False)) == (10, 0)


def test_secrets_are_not_told():
    desired = {"properties": {"adminPassword": "{secret:password}", "tokenUrl": "x"}}
    found = surveyed(wished(one(desired=desired)), Azure({**THERE, "properties": {"tokenUrl": "Bearer abcdefgh12345"}}))
    assert "abcdefgh12345" not in str(found)


@pytest.mark.parametrize(
    ("provisioning", "expected"), [("Succeeded", "as-desired"), ("Failed", "changed"), ("Updating", "unknown")]
)
def test_a_thing_that_failed_has_changed_and_one_at_work_is_unknown(provisioning: str, expected: str):
    there = {**THERE, "properties": {**THERE["properties"], "provisioningState": provisioning}}  # type: ignore[dict-item]
    assert state(wished(one()), Azure(there)) == expected


def test_what_is_gone_is_gone_unless_azlin_took_it_away_itself():
    assert state(wished(one()), Azure(None)) == "gone"
    found = surveyed(wished(one(), removed=True, later=Later(objective="2" * 8, request="delete sam")), Azure(None))
    assert (found.things[0].state, found.exit_code(tell=True)) == ("removed", 0)
    assert found.things[0].why == "removed by objective 22222222: delete sam"
    assert state(wished(one(), removed=True), Azure(THERE)) == "back"


def test_what_was_deleted_and_is_there_again_came_back():
    deletion = one("delete", "destroys", {})
    assert state(wished(deletion), Azure(None)) == "as-desired"
    assert state(wished(deletion), Azure(THERE)) == "back"
    assert state(wished(deletion, returned=True), Azure(THERE)) == "as-desired"


@pytest.mark.parametrize(
    ("action", "power", "expected"),
    [
        ("start", "running", "as-desired"),
        ("start", "deallocated", "changed"),
        ("deallocate", "deallocated", "as-desired"),
        ("deallocate", "running", "changed"),
        ("powerOff", "stopped", "as-desired"),
        ("start", None, "unknown"),
        ("restart", "running", "unreadable"),
        ("regenerateKey", "running", "unreadable"),
    ],
)
def test_an_act_is_compared_by_the_power_state_it_leaves(action: str, power: str | None, expected: str):
    statuses = [{"code": f"PowerState/{power}"}] if power else []
    azure = Azure({**THERE, "properties": {"instanceView": {"statuses": statuses}}})
    assert state(wished(one("act", "changes", {"action": action})), azure) == expected


def test_of_a_command_only_coming_and_going_is_known():
    assert state(wished(one("command", "creates", {"argv": ["az"]})), Azure(None)) == "gone"
    assert state(wished(one("command", "creates", {"argv": ["az"]})), Azure(THERE)) == "as-desired"
    assert state(wished(one("command", "destroys", {"argv": ["az"]})), Azure(THERE)) == "back"
    assert state(wished(one("command", "changes", {"argv": ["az"]})), Azure(THERE)) == "unreadable"


@pytest.mark.parametrize(
    "refused",
    [AzureRefused("AuthorizationFailed", "no", status=403), CloudUnreachable("management.azure.com cannot be reached")],
)
def test_what_azure_does_not_say_is_unknown_and_never_a_success(refused: AzlinError):
    found = surveyed(wished(one()), Azure(None, refused))
    assert found.things[0].state == "unknown"
    assert refused.what in found.things[0].why
    assert (found.exit_code(tell=False), found.exit_code(tell=True)) == (1, 1)
    assert found.things[0].costs is None
    assert found.costs.now is None


def test_without_a_sign_in_nothing_is_said():
    with pytest.raises(SignInNeeded):
        survey(wished(one()), World(Cloud(name="AzureCloud"), None), lambda things, world: Quote())


@pytest.mark.parametrize("verdict", ["partly", "timed-out", "interrupted", "failed"])
def test_a_request_that_did_not_come_to_its_end_says_so(verdict: Verdict):
    found = surveyed(wished(one(), verdict=verdict), Azure(THERE))
    assert (found.finished, found.exit_code(tell=False)) == (False, 7)
    assert found.next_steps == ("azlin objective resume 11111111",)
    undone = surveyed(wished(one(), verdict=verdict, done=False, begun=False), Azure(THERE))
    assert undone.things[0].state == "not-done"
    why = [surveyed(wished(one(), verdict=verdict, done=False, **more), Azure(THERE)).things[0].why
           for more in ({"begun": False}, {"begun": True}, {"failure": "SkuNotAvailable: no"})]  # fmt: skip
    assert why == [
        "the request did not get so far",
        "it was begun, and nobody has looked at what became of it",
        "it failed: SkuNotAvailable: no",
    ]


# Prices


def test_the_bill_then_and_now_are_of_the_same_things():
    quote = Quote(lines=(line("35.04"), QuoteLine(**{**fields(line("9")), "operation": "other"})))
    found = surveyed(wished(one(), quote=quote), Azure(THERE), Quote(lines=(line("70.08"),)))
    assert found.costs.quoted is not None
    assert found.costs.now is not None
    assert (found.costs.quoted.expected, found.costs.now.expected) == (Decimal("35.04"), Decimal("70.08"))
    assert (found.things[0].quoted, found.things[0].costs) == (Decimal("35.04"), Decimal("70.08"))


def fields(struct: Any) -> dict[str, Any]:
    return {name: getattr(struct, name) for name in struct.__struct_fields__}


def test_what_is_gone_costs_nothing():
    found = surveyed(wished(one(), quote=Quote(lines=(line("35.04"),))), Azure(None), Quote(lines=(line("1"),)))
    assert found.things[0].costs == 0


def test_what_has_no_price_is_listed_and_is_not_nothing():
    unknown = Quote(unpriced=(Unpriced(operation="vm:sam", reason="no meter"),))
    found = surveyed(wished(one(), quote=Quote(skipped="skipped by user")), Azure(THERE), unknown)
    assert (found.costs.quoted, found.costs.now, found.things[0].costs, found.things[0].quoted) == (None,) * 4
    assert [one.reason for one in found.costs.unpriced_then] == ["skipped by user"]
    assert [one.reason for one in found.costs.unpriced_now] == ["no meter"]


def test_a_change_was_quoted_as_a_difference_and_is_not_compared():
    found = surveyed(wished(one(effect="changes"), quote=Quote(lines=(line("35.04"),))), Azure(THERE))
    assert (found.things[0].quoted, found.things[0].costs) == (None, None)
    assert found.costs == Costs()


# What has nothing to compare


def refused(objective: Objective, *wishes: Wish, running: bool = False) -> None:
    refuse_what_has_nothing_to_compare(Wishes(objective=objective, all=wishes, plan=objective.plan), running=running)


def test_what_is_under_way_was_never_carried_out_or_changed_nothing_is_refused_with_its_own_exit_code():
    done, undone = Wish(operation=one()), Wish(operation=one(), done=False)
    with pytest.raises(StillRunning) as running:
        refused(asked(approval=YES), done, running=True)
    assert running.value.exit_code == 8
    for verdict in ("previewed", "undecided", "refused"):
        with pytest.raises(Undecided):
            refused(asked(outcome=Outcome(verdict=verdict, summary="")), undone)
    with pytest.raises(Undecided):
        refused(asked(), undone)
    with pytest.raises(NotFound):
        refused(asked(approval=YES, outcome=Outcome(verdict="failed", summary="")), undone)
    with pytest.raises(NotFound):
        refused(asked(approval=YES, outcome=Outcome(verdict="achieved", summary="")))
    refused(asked(approval=YES), done)
