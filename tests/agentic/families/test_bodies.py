from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from azlin.agentic.families.bodies import id_in, items, pairs, properties_of, ref_in

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(ANYTHING)
def test_looking_into_anything_is_no_error(value: object):
    assert isinstance(pairs(value), dict)
    assert all(isinstance(item, dict) for item in items(value))
    assert isinstance(properties_of(value), dict)
    assert id_in(value) is None or isinstance(id_in(value), str)


def test_what_is_there_is_found():
    there = {"properties": {"subnets": [{"name": "web"}, None]}}
    assert items(properties_of(there)["subnets"]) == [{"name": "web"}, {}]


def test_a_reference_is_read_as_what_it_refers_to():
    ref = ref_in({"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/disks/d1"})
    assert ref is not None
    assert (ref.type, ref.name, ref.group) == ("Microsoft.Compute/disks", "d1", "g")
    assert ref_in({"id": ""}) is None
