from __future__ import annotations

from typing import Any

from azlin.sandbox.graph.builtin import GRAPH


def test_a_delegated_grant_is_made_of_its_ids_changed_and_taken_away(graph: Any):
    _, client = graph.principal("web")
    resource = graph.get(f"/servicePrincipals(appId='{GRAPH}')")["id"]
    body = {"clientId": client, "consentType": "AllPrincipals", "principalId": None, "resourceId": resource}
    made = graph.post("/oauth2PermissionGrants", {**body, "scope": "User.Read"})
    assert len(made["id"]) == 43
    assert graph.refused("POST", "/oauth2PermissionGrants", {**body, "scope": "x"})[0] == 409
    path = f"/oauth2PermissionGrants/{made['id']}"
    assert graph.ask("PATCH", path, {"scope": "User.Read Group.Read.All"}).status == 204
    listed = graph.get(f"/oauth2PermissionGrants?$filter=clientId eq '{client}'")["value"]
    assert [one["scope"] for one in listed] == ["User.Read Group.Read.All"]
    assert graph.get(f"/servicePrincipals/{client}/oauth2PermissionGrants")["value"] == listed
    assert graph.ask("DELETE", f"/oAuth2PermissionGrants/{made['id']}").status == 204
    assert graph.ask("GET", path).status == 404


def test_a_grant_for_one_user_names_the_user(graph: Any):
    _, client = graph.principal("web")
    resource = graph.get(f"/servicePrincipals(appId='{GRAPH}')")["id"]
    body = {"clientId": client, "consentType": "Principal", "resourceId": resource, "scope": "User.Read"}
    assert graph.refused("POST", "/oauth2PermissionGrants", body)[0] == 400
    user = graph.user("ada")
    made = graph.post("/oauth2PermissionGrants", {**body, "principalId": user})
    assert [one["id"] for one in graph.get(f"/users/{user}/oauth2PermissionGrants")["value"]] == [made["id"]]


def test_an_app_role_is_assigned_once_and_goes_with_the_principal(graph: Any):
    role: dict[str, Any] = {
        "id": "d1c2ade8-0000-0000-0000-6d06b947c66f",
        "displayName": "W",
        "description": "w",
        "value": "w",
    }
    role["allowedMemberTypes"] = ["User"]
    application = graph.application("api", appRoles=[role])
    resource = graph.post("/servicePrincipals", {"appId": application["appId"]})["id"]
    group = graph.group("g")
    body = {"principalId": group, "resourceId": resource, "appRoleId": role["id"]}
    made = graph.post(f"/groups/{group}/appRoleAssignments", body)
    assert (made["principalType"], made["principalDisplayName"], made["resourceDisplayName"]) == ("Group", "g", "api")
    assert graph.refused("POST", f"/servicePrincipals/{resource}/appRoleAssignedTo", body)[0] == 400
    other = {**body, "appRoleId": "11111111-0000-0000-0000-000000000000"}
    assert graph.refused("POST", f"/groups/{group}/appRoleAssignments", other)[0] == 400
    listed = graph.get(f"/servicePrincipals/{resource}/appRoleAssignedTo")["value"]
    assert [one["id"] for one in listed] == [made["id"]]
    graph.ask("DELETE", f"/groups/{group}")
    assert graph.get(f"/servicePrincipals/{resource}/appRoleAssignedTo")["value"] == []


def test_an_assignment_is_taken_away_by_its_id(graph: Any):
    role = next(one for one in graph.get(f"/servicePrincipals(appId='{GRAPH}')")["appRoles"])
    resource = graph.get(f"/servicePrincipals(appId='{GRAPH}')")["id"]
    _, principal = graph.principal("web")
    path = f"/servicePrincipals/{principal}/appRoleAssignments"
    made = graph.post(path, {"principalId": principal, "resourceId": resource, "appRoleId": role["id"]})["id"]
    assert graph.get(f"{path}/{made}")["appRoleId"] == role["id"]
    assert graph.ask("DELETE", f"{path}/{made}").status == 204
    assert graph.get(path)["value"] == []
