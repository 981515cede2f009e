"""A name of the world is had once, whoever asks and in whichever subscription or tenant."""

from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from azlin.sandbox.arm.catalog import types
from azlin.sandbox.arm.names.unique_names import BY_TYPE, NAMES
from tests.sandbox.conftest import Azure

BODY: dict[str, Any] = {"location": "westeurope", "properties": {}}
ACCOUNT: dict[str, Any] = {"location": "westeurope", "kind": "OpenAI", "sku": {"name": "S0"}}


@pytest.fixture
def registry() -> Registry:
    return load()


def taken_by_another_tenant(azure: Azure, kind: str, name: str) -> None:
    other = azure.plane.directory.add_tenant("Other", "00000000-0000-0000-0000-0000000000ff")
    away = azure.plane.directory.add_subscription("00000000-0000-0000-0000-0000000000fe", "away", other.id)
    path = f"/subscriptions/{away.id}/resourceGroups/g/providers/{kind}/{name}"
    azure.plane.store.put(azure.plane.store.parse(path, other.id), {"location": "eastus", "properties": {}})


@pytest.mark.parametrize("kind", [one.types[0] for one in NAMES])
def test_a_name_that_another_tenant_has_is_refused(azure: Azure, kind: str) -> None:
    taken_by_another_tenant(azure, kind, "Mine")
    names = BY_TYPE[kind.casefold()]
    assert azure.code("PUT", f"{azure.group()}/providers/{kind}/mine", BODY) == (names.status, names.code)


def test_who_has_a_name_can_go_on_writing(azure: Azure) -> None:
    path = f"{azure.group()}/providers/Microsoft.DataFactory/factories/mine"
    azure.put(path)
    assert azure.put(path)
    other = f"{azure.group('h')}/providers/Microsoft.DataFactory/factories/MINE"
    assert azure.code("PUT", other, BODY) == (409, "DataFactoryNameInUse")


def test_types_in_one_zone_share_their_names(azure: Azure) -> None:
    taken_by_another_tenant(azure, "Microsoft.EventHub/namespaces", "mine")
    answer = azure.ask("PUT", f"{azure.group()}/providers/Microsoft.ServiceBus/namespaces/mine", BODY)
    assert answer.status == 400
    assert "https://aka.ms/eventhubsarmexceptions. CorrelationId: " in answer.body["error"]["message"]


def test_a_subdomain_is_had_once_even_by_an_account_that_was_deleted(azure: Azure) -> None:
    first = f"{azure.group()}/providers/Microsoft.CognitiveServices/accounts/a"
    second = f"{azure.group()}/providers/Microsoft.CognitiveServices/accounts/b"
    body = {**ACCOUNT, "properties": {"customSubDomainName": "Talks"}}
    azure.put(first, body)
    assert azure.put(first, body)
    assert azure.code("PUT", second, body) == (409, "CustomDomainInUse")
    azure.ask("DELETE", first)
    assert azure.code("PUT", second, body) == (409, "CustomDomainInUse")
    assert azure.put(second, {**ACCOUNT, "properties": {"customSubDomainName": "other"}})


def test_the_types_are_spelled_as_azure_spells_them() -> None:
    for names in NAMES:
        for kind in names.types:
            assert types().get(kind.casefold(), kind).casefold() == kind.casefold()
    assert len(BY_TYPE) == sum(len(names.types) for names in NAMES)
