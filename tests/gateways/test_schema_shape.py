"""The paths of a definition, walked without end and without loss."""

from __future__ import annotations

from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from azlin.gateways.schema_shape import (
    ANYTHING,
    DEPLOY_TIME_CONSTANT,
    PATHS_MAX,
    READ_ONLY,
    REQUIRED,
    SCOPES,
    Definition,
    Member,
    Shape,
    scope_names,
)

TEXT = Shape(kind="string")


def thing(properties: dict[str, Member], **shapes: Shape) -> Definition:
    body = Shape(kind="object", properties=properties)
    return Definition(type="Contoso.Things/things", api_version="2024-01-01", body=body, shapes=shapes)


def engine(**variants: Shape) -> Shape:
    label = {"label": Member(TEXT)}
    return Shape(kind="object", discriminator="kind", properties=label, variants=variants)


def part(**properties: Shape) -> Shape:
    return Shape(kind="object", properties={name: Member(shape) for name, shape in properties.items()})


def paths(definition: Definition) -> list[str]:
    return [path for path, _, _ in definition.walk()]


def test_what_azure_sets_is_read_only_unless_azure_wants_it_back():
    assert Member(TEXT, READ_ONLY).read_only
    assert Member(TEXT, DEPLOY_TIME_CONSTANT).read_only
    assert not Member(TEXT, READ_ONLY | REQUIRED).read_only
    assert not Member(TEXT).read_only


def test_an_object_with_names_of_its_own_is_no_map():
    assert Shape(kind="object", of=TEXT).is_map
    assert not Shape(kind="object", of=TEXT, properties={"a": Member(TEXT)}).is_map
    assert not Shape(kind="list", of=TEXT).is_map


def test_a_reference_is_followed_to_its_end_and_never_in_a_circle():
    first, second = Shape(kind="ref", ref="first"), Shape(kind="ref", ref="second")
    assert thing({}, first=second, second=TEXT).resolve(first) == TEXT
    assert thing({}, first=second, second=first).resolve(first) == ANYTHING
    assert thing({}).resolve(first) == ANYTHING


def test_lists_and_maps_are_written_into_the_path():
    held = Shape(kind="object", of=Shape(kind="list", of=part(name=TEXT)))
    assert paths(thing({"held": Member(held)})) == ["held", "held.*[].name"]


def test_parents_come_before_what_is_in_them():
    definition = thing({"a": Member(part(deep=part(deeper=TEXT))), "b": Member(part(c=TEXT))})
    assert paths(definition) == ["a", "b", "a.deep", "b.c", "a.deep.deeper"]


def test_nothing_is_told_of_what_lies_below_a_read_only_property():
    definition = thing({"state": Member(part(code=TEXT), READ_ONLY), "wish": Member(part(code=TEXT))})
    assert paths(definition) == ["state", "wish", "wish.code"]


def test_a_shape_that_holds_itself_is_entered_once():
    node = Shape(kind="ref", ref="node")
    definition = thing({"root": Member(node)}, node=part(next=Shape(kind="list", of=node), name=TEXT))
    assert paths(definition) == ["root", "root.next", "root.name"]


def test_a_walk_through_shapes_that_all_reach_each_other_ends():
    names = [f"n{number}" for number in range(9)]
    shapes = {name: part(**{other: Shape(kind="ref", ref=other) for other in names}) for name in names}
    definition = thing({"start": Member(Shape(kind="ref", ref="n0"))}, **shapes)
    walked = list(islice(paths(definition), PATHS_MAX * 10))
    assert PATHS_MAX <= len(walked) < PATHS_MAX * 10


def test_the_variant_that_is_named_in_any_casing_is_the_one_that_is_meant():
    shape = engine(Steam=part(coal=TEXT), Electric=part(volts=TEXT))
    assert set(thing({}).properties_of(shape, "STEAM")) == {"label", "coal"}
    assert set(thing({}).properties_of(shape)) == {"label", "coal", "volts"}
    assert set(thing({}).properties_of(shape, 7)) == {"label", "coal", "volts"}


def test_a_property_that_variants_disagree_on_can_hold_anything_while_none_is_named():
    shape = engine(A=part(power=TEXT), B=part(power=Shape(kind="int")))
    assert thing({}).properties_of(shape)["power"].shape == ANYTHING
    assert thing({}).properties_of(shape, "B")["power"].shape == Shape(kind="int")


@given(st.integers(0, 31))
def test_every_scope_bit_has_a_name_and_unknown_bits_have_none(bits: int):
    named = scope_names(bits | 1 << 9)
    assert sum(bit for bit, name in SCOPES.items() if name in named) == bits
