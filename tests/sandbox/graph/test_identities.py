from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.identity.user_assigned import register


@pytest.fixture
def arm(graph: Any) -> Any:
    register(graph.azure.plane.registry)
    return graph.azure


def identities(graph: Any) -> list[str]:
    return graph.names("/servicePrincipals?$filter=servicePrincipalType eq 'ManagedIdentity'")


def test_a_user_assigned_identity_is_a_service_principal_as_long_as_it_is_there(graph: Any, arm: Any):
    path = f"{arm.group()}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/worker"
    made = arm.put(path)["properties"]
    found = graph.get(f"/servicePrincipals/{made['principalId']}")
    assert (found["appId"], found["displayName"]) == (made["clientId"], "worker")
    assert found["alternativeNames"] == ["isExplicit=True", path]
    assert graph.get(f"/servicePrincipals(appId='{made['clientId']}')")["id"] == made["principalId"]
    arm.ask("DELETE", path)
    assert graph.ask("GET", f"/servicePrincipals/{made['principalId']}").status == 404


def test_a_system_identity_comes_and_goes_with_the_setting(graph: Any, arm: Any):
    path = f"{arm.group()}/providers/Microsoft.Web/sites/app"
    made = arm.put(path, {"location": "westeurope", "identity": {"type": "SystemAssigned"}})
    found = graph.get(f"/servicePrincipals/{made['identity']['principalId']}")
    assert found["alternativeNames"] == ["isExplicit=False", path]
    assert identities(graph) == ["app"]
    arm.put(path, {"location": "westeurope", "identity": {"type": "None"}})
    assert identities(graph) == []


def test_identities_go_with_their_group_and_with_a_reset(graph: Any, arm: Any):
    for group in ("g", "h"):
        path = f"{arm.group(group)}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/of-{group}"
        arm.put(path)
    assert identities(graph) == ["of-g", "of-h"]
    arm.ask("DELETE", arm.group("g"))
    assert identities(graph) == ["of-h"]
    arm.plane.store.clear()
    assert identities(graph) == []


def test_an_identity_may_be_a_member_and_stays_one_when_its_resource_is_written_again(graph: Any, arm: Any):
    path = f"{arm.group()}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/worker"
    principal = arm.put(path)["properties"]["principalId"]
    group = graph.group("workers")
    graph.link(f"/groups/{group}/members", principal)
    arm.put(path, {"location": "westeurope", "tags": {"a": "b"}})
    assert graph.names(f"/groups/{group}/members") == ["worker"]
    assert graph.ask("DELETE", f"/servicePrincipals/{principal}").status == 400
