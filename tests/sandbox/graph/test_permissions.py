from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.graph.builtin import GRAPH

DENIED = (403, "Authorization_RequestDenied")


@pytest.fixture
def caller(graph: Any) -> tuple[str, str]:
    """An application that was given nothing: its service principal's id and its token."""
    application, principal = graph.principal("caller")
    secret = graph.post(f"/applications/{application['id']}/addPassword", {})["secretText"]
    return principal, graph.client_token(application["appId"], secret)


def give(graph: Any, principal: str, permission: str) -> None:
    resource = graph.get(f"/servicePrincipals(appId='{GRAPH}')")
    role = next(one["id"] for one in resource["appRoles"] if one["value"] == permission)
    body = {"principalId": principal, "resourceId": resource["id"], "appRoleId": role}
    graph.post(f"/servicePrincipals/{principal}/appRoleAssignments", body)


def test_an_application_that_was_given_nothing_may_not_even_read(graph: Any, caller: tuple[str, str]):
    for path in ("/users", "/applications", f"/servicePrincipals/{caller[0]}", "/directoryRoles"):
        assert graph.refused("GET", path, token=caller[1]) == DENIED


@pytest.mark.parametrize(
    ("permission", "reads", "writes"),
    [
        ("User.Read.All", ["users"], []),
        ("Group.ReadWrite.All", ["groups"], ["groups"]),
        ("Directory.Read.All", ["users", "groups", "applications"], []),
        ("Application.ReadWrite.All", ["applications"], ["applications"]),
        ("Application.ReadWrite.OwnedBy", ["applications"], ["applications"]),
    ],
)
def test_an_application_may_do_what_its_app_role_says(
    graph: Any, caller: tuple[str, str], permission: str, reads: list[str], writes: list[str]
):
    give(graph, caller[0], permission)
    group = {"displayName": "g", "mailNickname": "g", "mailEnabled": False, "securityEnabled": True}
    bodies: dict[str, Any] = {"users": {}, "groups": group, "applications": {"displayName": "a"}}
    for name, body in bodies.items():
        assert (graph.ask("GET", f"/{name}", token=caller[1]).status == 200) is (name in reads), name
        assert (graph.ask("POST", f"/{name}", body, token=caller[1]).status == 201) is (name in writes), name


def test_owned_by_reaches_no_further_than_what_it_made(graph: Any, caller: tuple[str, str]):
    give(graph, caller[0], "Application.ReadWrite.OwnedBy")
    other = graph.application("other")["id"]
    mine = graph.post("/applications", {"displayName": "mine"}, token=caller[1])["id"]
    change = {"displayName": "changed"}
    assert graph.refused("PATCH", f"/applications/{other}", change, token=caller[1]) == DENIED
    assert graph.ask("PATCH", f"/applications/{mine}", change, token=caller[1]).status == 204


def test_a_member_reads_everything_and_changes_what_it_owns(graph: Any):
    graph.user("ada")
    token = graph.user_token("ada")
    other = graph.group("other")
    assert graph.get("/me", token=token)["displayName"] == "ada"
    assert "other" in graph.names("/groups", token=token)
    assert graph.refused("DELETE", f"/groups/{other}", token=token) == DENIED
    body = {"displayName": "own", "mailNickname": "own", "mailEnabled": False, "securityEnabled": True}
    own = graph.post("/groups", body, token=token)["id"]
    assert graph.names("/me/ownedObjects", token=token) == ["own"]
    assert graph.ask("DELETE", f"/groups/{own}", token=token).status == 204
    assert graph.refused("POST", "/users", {}, token=token) == DENIED


def test_a_directory_role_lets_its_members_write(graph: Any):
    user = graph.user("ada")
    token = graph.user_token("ada")
    groups = "fdd7a751-b60b-444a-984c-02652fe8fa1c"
    body = {"principalId": user, "roleDefinitionId": groups, "directoryScopeId": "/"}
    other = graph.group("other")
    assert graph.refused("DELETE", f"/groups/{other}", token=token) == DENIED
    made = graph.post("/roleManagement/directory/roleAssignments", body)["id"]
    assert graph.names(f"/directoryRoles(roleTemplateId='{groups}')/members") == ["ada"]
    assert graph.ask("PATCH", f"/groups/{other}", {"description": "x"}, token=token).status == 204
    assert graph.ask("DELETE", f"/roleManagement/directory/roleAssignments/{made}").status == 204
    assert graph.refused("DELETE", f"/groups/{other}", token=token) == DENIED


def test_a_token_for_something_else_is_not_taken(graph: Any):
    token = graph.azure.token(graph.tenant)
    answer = graph.ask("GET", "/users", token=token)
    assert (answer.status, answer.body["error"]["code"]) == (401, "InvalidAuthenticationToken")
    assert answer.body["error"]["message"].endswith("Invalid audience.")
    assert graph.ask("GET", "/users", token="a.b.c").status == 401
    assert graph.ask("GET", "/users", headers={"Authorization": ""}).status == 401
