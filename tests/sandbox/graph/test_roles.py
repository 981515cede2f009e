from __future__ import annotations

from typing import Any

from azlin.sandbox.graph.builtin import GLOBAL_ADMINISTRATOR

READERS = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"


def test_the_tenants_own_user_and_principal_are_its_administrators(graph: Any):
    assert graph.names("/directoryRoles") == ["Global Administrator"]
    path = f"/directoryRoles(roleTemplateId='{GLOBAL_ADMINISTRATOR}')/members?$select=id"
    ids = {one["id"] for one in graph.get(path)["value"]}
    assert ids == {graph.tenant.user_oid, graph.tenant.principal_oid}


def test_a_role_is_activated_from_its_template_once(graph: Any):
    assert READERS in [one["id"] for one in graph.get("/directoryRoleTemplates")["value"]]
    assert graph.post("/directoryRoles", {"roleTemplateId": READERS})["displayName"] == "Directory Readers"
    assert graph.refused("POST", "/directoryRoles", {"roleTemplateId": READERS})[0] == 400
    assert graph.refused("POST", "/directoryRoles", {"roleTemplateId": "x"})[0] == 404


def test_members_of_a_role_and_role_assignments_say_the_same(graph: Any):
    user = graph.user("ada")
    role = graph.post("/directoryRoles", {"roleTemplateId": READERS})["id"]
    graph.link(f"/directoryRoles/{role}/members", user)
    path = "/roleManagement/directory/roleAssignments"
    found = graph.get(f"{path}?$filter=principalId eq '{user}'")["value"]
    assert [(one["roleDefinitionId"], one["directoryScopeId"]) for one in found] == [(READERS, "/")]
    body = {"principalId": user, "roleDefinitionId": READERS, "directoryScopeId": "/"}
    assert graph.refused("POST", path, body)[0] == 400
    assert graph.ask("DELETE", f"{path}/{found[0]['id']}").status == 204
    assert graph.get(f"/directoryRoles/{role}/members")["value"] == []


def test_definitions_are_listed_and_read(graph: Any):
    path = "/roleManagement/directory/roleDefinitions"
    named = graph.get(f"{path}?$filter=displayName eq 'Directory Readers'")["value"]
    assert [one["id"] for one in named] == [READERS]
    assert graph.get(f"{path}/{READERS}")["isBuiltIn"] is True
    assert graph.refused("POST", path, {}) == (405, "Request_BadRequest")
