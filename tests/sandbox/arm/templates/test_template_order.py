"""In which order resources go."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.sandbox.arm.templates.expressions import TemplateInvalid
from azlin.sandbox.arm.templates.template import Deployable
from azlin.sandbox.arm.templates.template_order import Declared, order
from azlin.sandbox.arm.templates.template_scope import Loops

KIND = "A.B/things"


def declared(
    name: str, *waits_for: str, wanted: bool = True, loop: str | None = None, symbol: str | None = None
) -> Declared:
    path = f"/subscriptions/s/resourceGroups/g/providers/{KIND}/{name}"
    return Declared(
        Deployable(path, KIND, name, "v", frozenset(), {}, {}, Loops(), symbol=symbol), waits_for, loop, wanted
    )


def names(*found: Declared) -> list[str]:
    return [one.name for one in order(found).resources]


@given(st.data(), st.integers(1, 8))
def test_everything_comes_after_what_it_waits_for(data: st.DataObject, count: int):
    waits = [data.draw(st.sets(st.integers(0, at - 1))) if at else set() for at in range(count)]
    found = [declared(f"r{at}", *(f"r{other}" for other in waits[at])) for at in range(count)]
    sequence = names(*data.draw(st.permutations(found)))
    assert sorted(sequence) == sorted(f"r{at}" for at in range(count))
    for at, after in enumerate(waits):
        assert all(sequence.index(f"r{other}") < sequence.index(f"r{at}") for other in after)


@pytest.mark.parametrize(
    "name",
    ["A", "a.b/THINGS/a", "/subscriptions/s/resourceGroups/g/providers/A.B/things/a", "sym", "a.b/things/a/", "?a"],
)
def test_a_resource_is_waited_for_under_any_of_its_names(name: str):
    ordered = order([declared("z", name), declared("a", symbol="sym")])
    sequence, ids = ordered.resources, ordered.ids
    assert [one.name for one in sequence] == ["a", "z"]
    assert sequence[1].after == {sequence[0].id.casefold()}
    assert ids["sym"] == ids["a.b/things/a"] == sequence[0].id


def test_a_loop_is_waited_for_as_a_whole():
    ordered = order([declared("z", "LOOP"), declared("a0", loop="loop"), declared("a1", loop="loop")])
    sequence, ids = ordered.resources, ordered.ids
    assert sequence[-1].name == "z"
    assert len(sequence[-1].after) == 2
    assert "loop" not in ids


def test_what_a_condition_leaves_out_is_known_but_not_waited_for():
    sequence = order([declared("z", "a"), declared("a", wanted=False)]).resources
    assert [(one.name, one.after) for one in sequence] == [("z", frozenset())]


def test_a_reference_may_lead_outside_or_to_itself_and_a_dependency_may_not():
    assert names(declared("a", "?elsewhere", "?a")) == ["a"]
    with pytest.raises(TemplateInvalid, match="'elsewhere' is not defined"):
        names(declared("a", "elsewhere"))


@pytest.mark.parametrize("circle", [["a"], ["a", "b"], ["a", "b", "c"]])
def test_a_circle_of_any_length_is_refused(circle: list[str]):
    found = [declared(name, circle[at - 1]) for at, name in enumerate(circle)]
    with pytest.raises(TemplateInvalid, match="Circular dependency"):
        names(*found)


def test_a_resource_may_be_defined_twice_only_when_one_is_left_out():
    with pytest.raises(TemplateInvalid, match="multiple times"):
        names(declared("a"), declared("A"))
    assert names(declared("a"), declared("A", wanted=False)) == ["a"]
