"""Which providers, types, api-versions and regions there are, and what is refused because nobody offers it."""

from __future__ import annotations

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from azlin.sandbox.arm.catalog import catalog, is_plausible, newest_version, types, versions
from azlin.sandbox.arm.locations import all_locations, find_location
from azlin.sandbox.arm.providers import set_registered
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
    assert azure.ask("POST", under + "/unregister").body["registrationState"] == "Unregistering"
    azure.clock.advance(60)
    assert azure.get(under)["registrationState"] == "Unregistered"
    error = azure.ask("PUT", path, NETWORK).body["error"]
    assert error["code"] == error["details"][0]["code"] == "MissingSubscriptionRegistration"
    assert error["details"][0]["target"] == "Microsoft.Network"
    assert azure.ask("POST", under + "/register").body["registrationState"] == "Registering"
    assert azure.ask("PUT", path, NETWORK).status == 201
    states = {one["namespace"]: one["registrationState"] for one in azure.values(f"{azure.subscription}/providers")}
    assert (states["Microsoft.Network"], states["Microsoft.Compute"]) == ("Registering", "Registered")
    azure.clock.advance(60)
    assert azure.get(under)["registrationState"] == "Registered"
    assert azure.ask("POST", under + "/register").body["registrationState"] == "Registered"


def test_a_subscription_can_be_without_a_provider_from_the_start(azure: Azure) -> None:
    store, subscription = azure.plane.store, azure.subscription.rpartition("/")[2]
    set_registered(store, subscription.upper(), "microsoft.kusto", registered=False)
    under = f"{azure.subscription}/providers/Microsoft.Kusto"
    assert azure.get(under)["registrationState"] == "Unregistered"
    set_registered(store, subscription, "Microsoft.Kusto", registered=True)
    assert azure.get(under)["registrationState"] == "Registered"


def test_a_deployment_registers_what_its_template_names_and_a_validation_does_not(azure: Azure) -> None:
    subscription, group = azure.subscription.rpartition("/")[2], azure.group()
    set_registered(azure.plane.store, subscription, "Microsoft.Network", registered=False)
    resource = {"type": "Microsoft.Network/virtualNetworks", "apiVersion": "2024-01-01", "name": "v", **NETWORK}
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    template = {"$schema": schema, "contentVersion": "1.0.0.0", "resources": [resource]}
    body = {"properties": {"mode": "Incremental", "template": template}}
    path = f"{group}/providers/Microsoft.Resources/deployments/d"
    assert azure.ask("POST", f"{path}/validate", body).status == 200
    under = f"{azure.subscription}/providers/Microsoft.Network"
    assert azure.get(under)["registrationState"] == "Unregistered"
    assert azure.ask("PUT", path, body).status in (200, 201)
    assert azure.get(under)["registrationState"] == "Registering"
    assert azure.get(f"{group}/providers/Microsoft.Network/virtualNetworks/v")


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
