"""Every definition that comes with azlin is whole."""

from __future__ import annotations

from datetime import date

import pytest

from azlin.gateways import schema_seed
from azlin.gateways.schema_shape import SCOPES, Definition, Shape

SEED = schema_seed.load()


def definition(type_: str) -> Definition:
    found = SEED.definition(type_)
    assert found is not None
    return found


def inside(shape: Shape) -> list[Shape]:
    held = [member.shape for member in shape.properties.values()] + list(shape.variants.values())
    held += [shape.of] if shape.of is not None else []
    return [shape, *(deeper for one in held for deeper in inside(one))]


def test_the_seed_says_where_it_comes_from_and_of_when_it_is():
    assert SEED.source
    assert date.fromisoformat(SEED.as_of) >= date(2025, 1, 1)


def test_a_type_is_found_in_any_casing_and_an_unknown_one_is_not():
    assert definition("microsoft.compute/DISKS").type == "Microsoft.Compute/disks"
    assert SEED.definition("Contoso.Things/things") is None


@pytest.mark.parametrize("type_", SEED.names())
def test_a_definition_has_a_version_and_says_where_it_can_be_created(type_: str):
    found = definition(type_)
    assert found.type == type_
    date.fromisoformat(found.api_version[:10])
    assert 0 <= found.scopes < 2 * max(SCOPES)


@pytest.mark.parametrize("type_", [name for name in SEED.names() if not definition(name).opaque])
def test_every_shape_that_a_definition_names_is_there(type_: str):
    found = definition(type_)
    reached, waiting = set[str](), [found.body]
    while waiting:
        refs = {shape.ref for shape in inside(waiting.pop()) if shape.kind == "ref"} - reached
        reached |= refs
        assert refs <= set(found.shapes)
        waiting += [found.shapes[ref] for ref in refs]
