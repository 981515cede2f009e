"""What one resource says of another."""

from __future__ import annotations

import pytest

from azlin.sandbox.arm.behaviour import Call
from azlin.sandbox.arm.references import add_user, drop_user, id_of, point_at, referenced, references_in
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource
from tests.sandbox.conftest import Azure


@pytest.fixture
def call(azure: Azure) -> Call:
    return Call(azure.plane, "PUT", "2024-01-01", azure.tenant.id, "")


@pytest.fixture
def thing(azure: Azure) -> Resource:
    path = f"{azure.group()}/providers/Microsoft.Sandbox/things/a"
    azure.put(path)
    found = azure.plane.store.get(path)
    assert found is not None
    return found


@pytest.mark.parametrize("reference", [None, "", "/a", {}, {"id": ""}, {"id": 5}, []])
def test_what_names_nothing_is_none(reference: object):
    assert id_of(reference) is None


def test_references_are_found_at_any_depth():
    value = {"a": [{"id": "/x", "b": {"id": "/y"}}], "id": 5, "c": {"ids": [{"id": "/z"}, "/not"]}}
    assert list(references_in(value)) == ["/x", "/y", "/z"]


def test_a_reference_is_followed_in_any_casing_or_refused(call: Call, thing: Resource):
    found = referenced({"id": thing.id.id.upper()}, thing.id, call)
    assert found is not None
    assert found.id == thing.id
    assert referenced(None, thing.id, call) is None
    for path, code in ((thing.id.id + "-gone", "InvalidResourceReference"), ("nonsense", "LinkedInvalidPropertyId")):
        with pytest.raises(ArmRefusal) as refused:
            referenced({"id": path}, thing.id, call)
        assert refused.value.code == code


def test_a_user_is_kept_once_whatever_its_casing_and_goes_with_what_is_below_it(call: Call, thing: Resource):
    for path in ("/User/x", "/user/X", "/user/x/parts/p", "/user/xy"):
        add_user(thing, "users", path, call)
    assert [id_of(one) for one in thing.properties["users"]] == ["/User/x", "/user/x/parts/p", "/user/xy"]
    drop_user(thing.id.id, "users", "/USER/X", call)
    assert _stored(call, thing).properties["users"] == [{"id": "/user/xy"}]
    drop_user(thing.id.id, "users", "/user/xy", call)
    assert "users" not in _stored(call, thing).properties


def test_the_one_user_is_replaced_and_dropped_only_by_its_own_id(call: Call, thing: Resource):
    point_at(thing, "user", "/a", call)
    point_at(thing, "user", "/b", call)
    before = _stored(call, thing).etag
    drop_user(thing.id.id, "user", "/a", call)
    assert _stored(call, thing).etag == before
    drop_user(thing.id.id, "user", "/B", call)
    assert "user" not in _stored(call, thing).properties


def test_dropping_from_nothing_is_no_trouble(call: Call, thing: Resource):
    drop_user(None, "users", "/a", call)
    drop_user(thing.id.id + "-gone", "users", "/a", call)
    drop_user(thing.id.id, "users", "/a", call)
    assert "users" not in _stored(call, thing).properties


def _stored(call: Call, thing: Resource) -> Resource:
    found = call.plane.store.get(thing.id)
    assert found is not None
    return found
