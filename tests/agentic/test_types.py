from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.agentic.types import (
    GROUP_TYPE,
    MadeAgainst,
    Objective,
    Operation,
    Plan,
    Quote,
    QuoteLine,
    Request,
    ResourceRef,
    approval_fingerprint,
)

WORD = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789-_.", min_size=1, max_size=12)
AGAINST = MadeAgainst(cloud="sandbox")


def operation(name: str, *after: str, effect: str = "creates") -> Operation:
    target = ResourceRef(type="Microsoft.Network/virtualNetworks", name=name, group="g", subscription="s")
    return Operation(id=name, verb="ensure", effect=effect, target=target, after=after)  # type: ignore[arg-type]


@given(st.lists(st.tuples(WORD, WORD), min_size=1, max_size=4), WORD, WORD)
def test_a_reference_reads_back_from_its_own_id(pairs: list[tuple[str, str]], group: str, subscription: str):
    ref = ResourceRef(
        type="/".join(["Microsoft.Any", *(kind for kind, _ in pairs)]),
        name="/".join(name for _, name in pairs),
        group=group,
        subscription=subscription,
    )
    assert ResourceRef.from_id(ref.id).key == ref.key


@given(WORD, WORD)
def test_ids_that_differ_in_case_only_are_the_same_resource(group: str, name: str):
    ref = ResourceRef(type="Microsoft.Compute/virtualMachines", name=name, group=group, subscription="S")
    shouted = ResourceRef.from_id(ref.id.upper().replace("/SUBSCRIPTIONS/", "/subscriptions/"))
    assert shouted.key == ref.key


def test_a_resource_group_is_its_own_id():
    ref = ResourceRef.from_id("/subscriptions/s/resourcegroups/web")
    assert (ref.type, ref.name, ref.group, ref.id) == (
        GROUP_TYPE,
        "web",
        None,
        "/subscriptions/s/resourceGroups/web",
    )


@pytest.mark.parametrize("text", ["", "web", "/providers/a/b/c", "/subscriptions/s/resourceGroups/g/providers/N/t"])
def test_what_is_no_id_is_refused(text: str):
    with pytest.raises(ValueError, match="not an ARM id"):
        ResourceRef.from_id(text)


def test_waves_put_everything_after_what_it_waits_for():
    plan = Plan(
        operations=(operation("c", "a", "b"), operation("b", "a"), operation("a")),
        made_against=AGAINST,
    )
    assert [[o.id for o in wave] for wave in plan.waves()] == [["a"], ["b"], ["c"]]


def test_a_plan_whose_operations_wait_for_each_other_cannot_be_built():
    with pytest.raises(ValueError, match="wait for each other"):
        Plan(operations=(operation("a", "b"), operation("b", "a")), made_against=AGAINST)


def test_a_plan_that_waits_for_a_stranger_cannot_be_built():
    with pytest.raises(ValueError, match="not in the plan"):
        Plan(operations=(operation("a", "ghost"),), made_against=AGAINST)


def test_the_worst_effect_is_the_worst_of_all():
    plan = Plan(operations=(operation("a"), operation("b", effect="destroys")), made_against=AGAINST)
    assert plan.worst_effect == "destroys"
    assert Plan(operations=(), made_against=AGAINST).worst_effect == "reads"


def test_a_yes_is_bound_to_the_plan_and_to_the_price():
    plan = Plan(operations=(operation("a"),), made_against=AGAINST)
    other = Plan(operations=(operation("b"),), made_against=AGAINST)
    line = QuoteLine(
        operation="a", meter="m", quantity=Decimal(1), unit="1 Hour", unit_price=Decimal(1), low=Decimal(1),
        expected=Decimal(1), high=Decimal(1), source="s", as_of="2026-01-01", confidence="high",
    )  # fmt: skip
    fingerprints = {
        approval_fingerprint(plan, Quote()),
        approval_fingerprint(other, Quote()),
        approval_fingerprint(plan, Quote(lines=(line,))),
    }
    assert len(fingerprints) == 3


def test_an_objective_survives_being_written_and_read_back():
    from datetime import UTC, datetime

    objective = Objective(
        id="1",
        cloud="sandbox",
        request=Request(text="t", actor="me", at=datetime(2026, 1, 1, tzinfo=UTC)),
        plan=Plan(operations=(operation("a"),), made_against=AGAINST),
        quote=Quote(),
    )
    again = msgspec.json.decode(msgspec.json.encode(objective), type=Objective)
    assert again == objective
    assert again.next_step == "intent"
