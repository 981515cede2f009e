"""Which providers, types, api-versions and regions there are, and what is refused because nobody offers it."""

from __future__ import annotations

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from azlin.sandbox.arm.catalog import catalog, is_plausible, newest_version, types, versions
from azlin.sandbox.arm.locations import all_locations, find_location
from tests.sandbox.conftest import Azure

NETWORK = {"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}}


@pytest.fixture
def registry() -> Registry:
    return load()


def test_a_provider_tells_its_types_and_versions(azure: Azure) -> None:
    shown = azure.get(f"{azure.subscription}/providers/microsoft.compute")
    assert (shown["namespace"], shown["registrationState"]) == ("Microsoft.Compute", "Registered")
    machines = next(one for one in shown["resourceTypes"] if one["resourceType"] == "virtualMachines")
    assert "2026-04-01" in machines["apiVersions"]
    assert "West Europe" in machines["locations"]
    listed = azure.values(f"{azure.subscription}/providers")
    assert len({one["namespace"].casefold() for one in listed}) == len(listed) > 200
    assert "registrationState" not in azure.values("/providers")[0]


def test_a_provider_that_is_not_registered_takes_nothing(azure: Azure) -> None:
    under = f"{azure.subscription}/providers/Microsoft.Network"
    path = f"{azure.group()}/providers/Microsoft.Network/virtualNetworks/v"
    assert azure.ask("POST", under + "/unregister").body["registrationState"] == "Unregistered"
    assert azure.get(under)["registrationState"] == "Unregistered"
    assert azure.code("PUT", path, NETWORK) == (409, "MissingSubscriptionRegistration")
    azure.ask("POST", under + "/register")
    assert azure.ask("PUT", path, NETWORK).status == 201


@pytest.mark.parametrize(
    ("relative", "version", "location", "code"),
    [
        ("Contoso.Nowhere/things/x", "2024-01-01", "westeurope", "InvalidResourceNamespace"),
        ("Microsoft.Network/nothing/x", "2024-01-01", "westeurope", "InvalidResourceType"),
        ("Microsoft.Network/virtualNetworks/x", "2099-01-01", "westeurope", "NoRegisteredProviderFound"),
        ("Microsoft.Network/virtualNetworks/x", "2024-02-31", "westeurope", "NoRegisteredProviderFound"),
        ("Microsoft.Network/virtualNetworks/x", "2011-01-01", "westeurope", "NoRegisteredProviderFound"),
        ("Microsoft.Network/virtualNetworks/x", "2024-01-01", "mars", "LocationNotAvailableForResourceType"),
        ("Microsoft.Network/virtualNetworks/x", "yesterday", "westeurope", "InvalidApiVersionParameter"),
    ],
)
def test_what_nobody_offers_is_refused(azure: Azure, relative: str, version: str, location: str, code: str) -> None:
    path = f"{azure.group()}/providers/{relative}"
    answer = azure.ask("PUT", path, {**NETWORK, "location": location}, version=f"api-version={version}")
    assert answer.body["error"]["code"] == code
    assert azure.values(f"{azure.subscription}/resourceGroups/g/resources") == []


def test_every_version_that_a_client_uses_is_taken() -> None:
    for type_name in types().values():
        assert all(is_plausible(version) for version in versions(type_name)), type_name


def test_a_version_between_two_known_ones_is_taken(azure: Azure) -> None:
    path = f"{azure.group()}/providers/Microsoft.Network/virtualNetworks/v"
    assert "2024-03-01" not in versions("Microsoft.Network/virtualNetworks")
    assert azure.ask("PUT", path, NETWORK, version="api-version=2024-03-01").status == 201


def test_types_are_spelled_as_azure_spells_them(azure: Azure) -> None:
    group = azure.group()
    made = azure.put(f"{group}/providers/MICROSOFT.network/PUBLICipaddresses/p")
    assert made["type"] == "Microsoft.Network/publicIPAddresses"
    assert made["id"] == f"{group}/providers/Microsoft.Network/publicIPAddresses/p"


def test_the_catalog_agrees_with_itself() -> None:
    assert newest_version() >= "2026-01-01"
    assert types()["microsoft.compute/virtualmachines"] == "Microsoft.Compute/virtualMachines"
    for namespace, listed in catalog().items():
        for name, known in listed.items():
            assert types()[f"{namespace}/{name}".casefold()] == f"{namespace}/{name}"
            assert list(known) == sorted(known, reverse=True)


def test_regions_are_told_with_pairs_and_zones(azure: Azure) -> None:
    listed = {one["name"]: one for one in azure.values(f"{azure.subscription}/locations")}
    assert len(listed) == len(all_locations()) > 50
    europe = listed["westeurope"]
    assert (europe["displayName"], europe["regionalDisplayName"]) == ("West Europe", "(Europe) West Europe")
    assert europe["metadata"]["pairedRegion"][0]["name"] == "northeurope"
    assert [one["logicalZone"] for one in europe["availabilityZoneMappings"]] == ["1", "2", "3"]
    assert "availabilityZoneMappings" not in listed["westus"]


def test_a_pair_is_a_region_and_names_are_found_in_any_spelling() -> None:
    for location in all_locations().values():
        assert location.paired_region is None or location.paired_region in all_locations()
        assert find_location(location.display_name) is location
        assert find_location(location.display_name.upper()) is location


def test_zones_are_the_same_for_every_subscription(azure: Azure) -> None:
    under = f"{azure.subscription}/providers/Microsoft.Resources/checkZonePeers"
    answer = azure.ask("POST", under, {"location": "westeurope", "subscriptionIds": ["/subscriptions/other"]})
    assert answer.body["availabilityZonePeers"][0]["peers"] == [{"subscriptionId": "other", "availabilityZone": "1"}]
