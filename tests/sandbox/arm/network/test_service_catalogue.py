"""What a region offers to networks."""

from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from tests.sandbox.conftest import Azure


@pytest.fixture
def registry() -> Registry:
    return load()


def path(azure: Azure, name: str, region: str = "westus") -> str:
    return f"{azure.subscription}/providers/Microsoft.Network/locations/{region}/{name}"


@pytest.mark.parametrize(
    ("name", "field", "one"),
    [
        ("virtualNetworkAvailableEndpointServices", "name", "Microsoft.Storage"),
        ("availableDelegations", "serviceName", "Microsoft.Web/serverFarms"),
        ("availablePrivateEndpointTypes", "resourceName", "Microsoft.KeyVault/vaults"),
        ("availableServiceAliases", "resourceName", "/services/Azure"),
    ],
)
def test_each_is_listed_once_by_an_id_of_its_own(azure: Azure, name: str, field: str, one: str):
    found = azure.values(path(azure, name))
    assert one in [each[field] for each in found]
    assert len({each["id"] for each in found}) == len(found)
    assert azure.ask("GET", path(azure, name, "nowhere")).status == 400


def test_only_tags_whose_addresses_are_known_are_told(azure: Azure):
    tags: Any = azure.get(path(azure, "serviceTags"))["values"]
    assert all(one["properties"]["addressPrefixes"] for one in tags)
    assert "AzureLoadBalancer" in [one["name"] for one in tags]


def test_link_services_that_take_this_subscription_are_listed_in_their_region(azure: Azure):
    under = f"{azure.group()}/providers/Microsoft.Network/privateLinkServices"
    for name, allowed in (
        ("open", "*"),
        ("mine", azure.subscription.rpartition("/")[2]),
        ("other", "00000000-0000-0000-0000-000000000009"),
    ):
        azure.put(
            f"{under}/{name}", {"location": "westus", "properties": {"autoApproval": {"subscriptions": [allowed]}}}
        )
    found = azure.values(path(azure, "autoApprovedPrivateLinkServices"))
    assert [one["privateLinkService"].rpartition("/")[2] for one in found] == ["open", "mine"]
    assert azure.values(path(azure, "autoApprovedPrivateLinkServices", "eastus")) == []
