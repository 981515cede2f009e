"""What a body must be, from the published definition of its type; and that any other type is taken as it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.gateways.schema import Schemas
from azlin.gateways.schema_cache import Entry, SchemaCache
from azlin.gateways.schema_shape import Definition, Member, Shape
from azlin.paths import Paths
from azlin.sandbox.arm.behaviour import Registry, load
from azlin.sandbox.arm.bodies import built_in, define_types, forget_secrets, known_flags
from tests.sandbox.conftest import Azure

SPACE = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}


@pytest.fixture
def registry() -> Registry:
    return load()


def network(azure: Azure) -> str:
    return f"{azure.group()}/providers/Microsoft.Network/virtualNetworks/v"


def defined(type_name: str) -> str:
    """The api-version of the definition that bodies are held against."""
    flags = known_flags(type_name)
    assert flags is not None
    assert flags.api_version is not None
    return f"api-version={flags.api_version}"


def test_a_location_is_required_and_stays(azure: Azure) -> None:
    path = network(azure)
    assert azure.code("PUT", path, {"properties": SPACE}) == (400, "LocationRequired")
    azure.put(path, {"location": "West Europe", "properties": SPACE})
    assert azure.get(path)["location"] == "westeurope"
    moved = {"location": "eastus", "properties": SPACE}
    assert azure.code("PUT", path, moved) == (409, "InvalidResourceLocation")


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({**SPACE, "sze": 1}, "no property 'sze'"),
        ({"addressSpace": "10.0.0.0/16"}, "must be an object"),
        ({**SPACE, "enableDdosProtection": "yes"}, "must be true or false"),
    ],
)
def test_a_body_that_does_not_fit_its_definition_is_refused(azure: Azure, properties: Any, words: str) -> None:
    body = {"location": "westeurope", "properties": properties}
    version = defined("Microsoft.Network/virtualNetworks")
    answer = azure.ask("PUT", network(azure), body, version=version)
    assert (answer.status, answer.body["error"]["code"]) == (400, "InvalidRequestFormat")
    assert words in answer.body["error"]["details"][0]["message"]


def test_another_version_is_not_held_against_this_definition(azure: Azure) -> None:
    body = {"location": "westeurope", "properties": {**SPACE, "comesLater": 1}}
    assert azure.ask("PUT", network(azure), body, version="api-version=2019-02-01").status == 201


def test_compute_says_it_in_its_own_words(azure: Azure) -> None:
    path = f"{azure.group()}/providers/Microsoft.Compute/disks/d"
    answer = azure.ask("PUT", path, {"location": "westeurope", "properties": {"creationData": {}}}, version=defined(
        "Microsoft.Compute/disks"
    ))  # fmt: skip
    assert answer.body["error"]["code"] == "InvalidParameter"
    assert "is missing (null)" in answer.body["error"]["message"]


def test_what_only_azure_sets_is_ignored_when_it_is_sent(azure: Azure) -> None:
    path = network(azure)
    first = azure.put(path, {"location": "westeurope", "properties": SPACE})
    sent = {
        "location": "westeurope",
        "id": "/nowhere",
        "type": "Nothing/atAll",
        "properties": {**SPACE, "resourceGuid": "mine", "provisioningState": "Broken"},
    }
    again = azure.put(path, sent)
    for name in ("id", "type"):
        assert again[name] == first[name]
    for name in ("resourceGuid", "provisioningState"):
        assert again["properties"][name] == first["properties"][name]


def test_types_that_were_synced_are_known_too(azure: Azure, tmp_path: Path) -> None:
    name = "Microsoft.Automation/automationAccounts"
    properties = Shape(kind="object", properties={"size": Member(shape=Shape(kind="int"))})
    body = Shape(kind="object", properties={"location": Member(Shape(kind="string")), "properties": Member(properties)})
    definition = Definition(type=name, api_version="2024-01-01", body=body, shapes={}, scopes=8)
    cache = SchemaCache(Paths(tmp_path).schemas)
    cache.fill([Entry(definition, "synced")])
    cache.close()
    schemas = Schemas(Paths(tmp_path))
    path = f"{azure.group()}/providers/{name}/a"
    define_types(schemas.flags)
    try:
        wrong = {"location": "westeurope", "properties": {"size": "big"}}
        assert azure.ask("PUT", path, wrong).status == 400
        assert azure.ask("PUT", path, wrong, version="api-version=2020-01-01").status == 201
        assert known_flags("Microsoft.Compute/disks") is not None
    finally:
        schemas.close()
        define_types(built_in)
    assert known_flags(name) is None


def test_null_is_the_same_as_nothing(azure: Azure) -> None:
    body = {"location": "westeurope", "tags": None, "properties": {**SPACE, "dhcpOptions": None}}
    shown = azure.put(network(azure), body)
    assert "dhcpOptions" not in shown["properties"]


def test_a_type_without_a_definition_is_taken_as_it_is(azure: Azure) -> None:
    path = f"{azure.group()}/providers/Microsoft.Automation/automationAccounts/a"
    assert known_flags("Microsoft.Automation/automationAccounts") is None
    body = {"location": "westeurope", "properties": {"anything": {"at": ["all"]}}, "sku": {"name": "Basic"}}
    azure.put(path, body)
    shown = azure.get(path)
    assert shown["sku"] == {"name": "Basic"}
    assert shown["properties"]["anything"] == {"at": ["all"]}
    child = azure.put(path + "/nobodyKnowsThis/x", {"properties": {"a": 1}})
    assert child["properties"]["a"] == 1


def test_no_password_of_any_type_is_ever_shown(azure: Azure) -> None:
    path = f"{azure.group()}/providers/Microsoft.Sql/servers/s"
    own = {"administratorLogin": "me", "administratorLoginPassword": "canary"}
    answer = azure.put(path, {"location": "westeurope", "properties": own})
    assert answer["properties"]["administratorLogin"] == "me"
    assert "canary" not in json.dumps([answer, azure.get(path), [one.body for one in azure.plane.store.all()]])


@given(
    st.recursive(
        st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["a", "adminPassword", "AdminPassword", "b"]), inner, max_size=3)
        ),
        max_leaves=8,
    )
)
def test_a_secret_is_forgotten_at_any_depth(value: Any) -> None:
    body = {"properties": {"deep": value, "password": "canary", "other": [{"clientSecret": "canary"}]}}
    forget_secrets(body)
    assert "canary" not in json.dumps(body)
    assert not _passwords(body)


def _passwords(value: Any) -> bool:
    if isinstance(value, dict):
        return any(
            (name.casefold() == "adminpassword" and isinstance(one, str | dict)) or _passwords(one)
            for name, one in value.items()
        )
    return any(_passwords(one) for one in value) if isinstance(value, list) else False


def test_an_identity_has_a_principal_and_a_client(azure: Azure) -> None:
    path = f"{azure.group()}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i"
    first = azure.put(path)["properties"]
    assert len({first["principalId"], first["clientId"], first["tenantId"]}) == 3
    assert azure.put(path)["properties"] == first
