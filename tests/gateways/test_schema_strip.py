"""What only Azure sets goes; what a person wrote stays."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.gateways.schema_shape import READ_ONLY, REQUIRED, Definition, Member, Shape
from azlin.gateways.schema_strip import strip_by_rule, strip_paths, strip_read_only

TEXT = Shape(kind="string")
OWN = "/subscriptions/s/resourceGroups/g/providers/Contoso.Things/things/t"


def stripped(properties: dict[str, Member], body: dict[str, Any], of: Shape | None = None) -> dict[str, Any]:
    shape = Shape(kind="object", properties=properties, of=of)
    return strip_read_only(Definition(type="Contoso.Things/things", api_version="1", body=shape), body)


def holding(**members: Member) -> Shape:
    return Shape(kind="object", properties=members)


def test_an_object_that_held_only_what_azure_set_goes_with_it():
    state = Member(holding(code=Member(TEXT, READ_ONLY)))
    assert stripped({"state": state}, {"state": {"code": "x"}}) == {}


def test_an_object_that_was_empty_before_and_one_that_is_required_stay():
    optional, required = Member(holding()), Member(holding(code=Member(TEXT, READ_ONLY)), REQUIRED)
    assert stripped({"a": optional, "b": required}, {"a": {}, "b": {"code": "x"}}) == {"a": {}, "b": {}}


def test_what_is_read_only_and_required_is_sent_back():
    assert stripped({"lun": Member(TEXT, READ_ONLY | REQUIRED)}, {"lun": 0}) == {"lun": 0}


def test_a_read_only_property_is_found_in_any_casing_and_in_every_item_of_a_list():
    listed = Member(Shape(kind="list", of=holding(state=Member(TEXT, READ_ONLY), size=Member(TEXT))))
    body = {"PARTS": [{"State": "x", "size": 1}, {"STATE": "y"}]}
    assert stripped({"parts": listed}, body) == {"PARTS": [{"size": 1}, {}]}


def test_the_values_of_a_map_are_stripped_and_its_keys_are_the_users():
    held = Member(Shape(kind="object", of=holding(clientId=Member(TEXT, READ_ONLY))))
    body = {"identities": {"clientId": {"clientId": "x"}, "mine": {}}}
    assert stripped({"identities": held}, body) == {"identities": {"clientId": {}, "mine": {}}}


def test_the_variant_of_a_discriminated_object_says_what_azure_sets():
    shape = Shape(
        kind="object",
        discriminator="kind",
        variants={"A": holding(size=Member(TEXT, READ_ONLY)), "B": holding(size=Member(TEXT))},
    )
    assert stripped({"engine": Member(shape)}, {"engine": {"kind": "a", "size": 1}}) == {"engine": {"kind": "a"}}
    kept = {"engine": {"kind": "B", "size": 1}}
    assert stripped({"engine": Member(shape)}, kept) == kept


def test_a_property_that_nobody_knows_is_kept():
    assert stripped({"a": Member(TEXT)}, {"b": {"provisioningState": "x"}}) == {"b": {"provisioningState": "x"}}


@pytest.mark.parametrize(
    "name", ["provisioningState", "systemData", "createdAt", "creationDate", "lastModifiedTime", "UPDATEDON"]
)
def test_a_name_that_only_azure_uses_goes_by_rule_at_any_depth(name: str):
    assert strip_by_rule({name: 1, "properties": {"parts": [{name: 1, "a": 1}]}}) == {
        "properties": {"parts": [{"a": 1}]}
    }


@pytest.mark.parametrize("name", ["createOption", "updateDomainCount", "timeout", "myCreatedAt", "changedTimeZone"])
def test_a_name_that_only_resembles_one_of_azures_is_kept(name: str):
    assert strip_by_rule({"properties": {name: 1}}) == {"properties": {name: 1}}


def test_a_reference_is_ours_and_a_link_to_a_part_of_the_resource_is_azures():
    reference, part = {"id": f"{OWN}/parts/1"}, {"id": f"{OWN.upper()}/parts/1", "etag": "1", "type": "t", "size": 1}
    other = {"id": "/subscriptions/s/other", "size": 1}
    body = {"id": OWN, "properties": {"uses": reference, "part": part, "other": other}}
    assert strip_by_rule(body) == {"properties": {"uses": reference, "part": {"size": 1}, "other": other}}


def test_without_an_id_of_its_own_a_body_loses_no_id():
    part = {"id": "/x/1", "size": 1}
    assert strip_by_rule({"properties": {"part": part}}) == {"properties": {"part": part}}


def test_the_ids_of_an_identity_go_and_which_identity_it_is_stays():
    identity = {"type": "UserAssigned", "tenantId": "t", "userAssignedIdentities": {"/i": {"clientId": "c"}}}
    assert strip_by_rule({"identity": identity, "clientId": "mine"}) == {
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {"/i": {}}},
        "clientId": "mine",
    }


@pytest.mark.parametrize(
    ("path", "left"),
    [
        ("a", {"b": {"x": {"n": 1}, "y": {"n": 2}}}),
        ("A[].n", {"a": [{"m": 3}, 4], "b": {"x": {"n": 1}, "y": {"n": 2}}}),
        ("b.*.n", {"a": [{"n": 1, "m": 3}, 4], "b": {"x": {}, "y": {}}}),
        ("b.*", {"a": [{"n": 1, "m": 3}, 4], "b": {}}),
        ("a.n", {"a": [{"n": 1, "m": 3}, 4], "b": {"x": {"n": 1}, "y": {"n": 2}}}),
        ("b[].n", {"a": [{"n": 1, "m": 3}, 4], "b": {"x": {"n": 1}, "y": {"n": 2}}}),
    ],
)
def test_a_path_is_cut_where_it_leads_and_nowhere_else(path: str, left: dict[str, Any]):
    body = {"a": [{"n": 1, "m": 3}, 4], "b": {"x": {"n": 1}, "y": {"n": 2}}}
    assert strip_paths(body, [path]) == left


VALUES = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "id", "createdAt"]), inner),
    max_leaves=10,
)


@given(body=st.dictionaries(st.sampled_from(["id", "identity", "properties", "a"]), VALUES))
def test_stripping_by_rule_leaves_the_body_it_was_given_alone(body: dict[str, Any]):
    before = repr(body)
    strip_by_rule(body)
    strip_paths(body, ["properties[].a", "a.*"])
    assert repr(body) == before
