from __future__ import annotations

from collections.abc import Callable

from azlin.sandbox.arm.store import Resource
from azlin.sandbox.demo.estate import Estate
from azlin.sandbox.demo.landscape import hub, spoke
from azlin.sandbox.demo.services import analytics, application, containers, events, identity, storage, vault

Stored = Callable[[str], Resource]


def test_an_application_is_wired_to_its_identity_data_and_telemetry(estate: Estate, stored: Stored):
    group = estate.group("g", "westeurope")
    seat = hub(estate, group, 0, "")
    made = application(estate, seat, spoke(estate, seat, group, "web", 1, "front"), "front", "shop")
    site = stored(made.site)
    assert stored(site.properties["serverFarmId"]).id.name == "asp-shop"
    assert set(site.body["identity"]["userAssignedIdentities"]) == {made.identity}
    (reader,) = stored(made.vault).properties["accessPolicies"]
    assert reader["objectId"] == estate.principal_of(made.identity)
    doors = [one for one in estate.made if "/privateEndpoints/pe-" in one and one.count("/") == 8]
    assert len(doors) == 3


def test_events_flow_from_the_storage_account_to_the_hub(estate: Estate, stored: Stored):
    group = estate.group("g", "westeurope")
    account = storage(estate, group, "s")
    events(estate, group, "shop", account)
    topic = f"{group.id}/providers/Microsoft.EventGrid/systemTopics/egst-shop"
    assert stored(topic).properties["source"] == account
    target = stored(f"{topic}/eventSubscriptions/to-hub").properties["destination"]["properties"]["resourceId"]
    assert stored(target).id.type == "Microsoft.EventHub/namespaces/eventhubs"


def test_a_cluster_may_pull_from_its_registry(estate: Estate, stored: Stored):
    group = estate.group("g", "westeurope")
    cluster = containers(
        estate, spoke(estate, hub(estate, group, 0, ""), group, "c", 1, "nodes"), "nodes", "range", "/w"
    )
    (role,) = [one for one in estate.made if "/roleAssignments/" in one]
    assert "Microsoft.ContainerRegistry" in role
    assert stored(role).properties["principalId"] == estate.principal_of(cluster)


def test_what_a_workspace_manages_says_so(estate: Estate, stored: Stored):
    group = estate.group("g", "westeurope")
    analytics(estate, group, "a", storage(estate, group, "lake"), vault(estate, group, "keys"))
    managed = stored(f"/subscriptions/{estate.subscription.id}/resourceGroups/databricks-rg-a")
    assert stored(managed.body["managedBy"]).id.type == "Microsoft.Databricks/workspaces"


def test_an_identity_has_a_principal(estate: Estate):
    made = identity(estate, estate.group("g", "westeurope"), "x")
    assert len(estate.principal_of(made)) == 36
