from __future__ import annotations

import re

from azlin.sandbox.arm.authorization.role_definitions import built_in
from tests.sandbox.arm.authorization.conftest import CONTRIBUTOR, READER, Directory, Grant
from tests.sandbox.conftest import Azure

PATH = "/providers/Microsoft.Authorization/roleDefinitions"
MINE = "c0000000-0000-4000-8000-000000000001"


def custom(azure: Azure, name: str = "Restarter", guid: str = MINE) -> str:
    path = f"{azure.subscription}{PATH}/{guid}"
    permissions = [{"actions": ["Microsoft.Compute/virtualMachines/restart/action"]}]
    azure.put(
        path,
        {"properties": {"roleName": name, "permissions": permissions, "assignableScopes": [azure.subscription]}},
    )
    return path


def test_every_built_in_role_has_a_guid_a_name_and_actions():
    assert len({one.name for one in built_in().values()}) == len(built_in())
    for guid, role in built_in().items():
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", guid)
        assert role.actions or role.data_actions


def test_a_built_in_role_is_there_at_every_scope(azure: Azure, people: Directory):
    group = azure.group()
    for scope in ("", azure.subscription, group):
        shown = azure.get(f"{scope}{PATH}/{READER.upper()}")
        assert shown["id"] == f"{scope}{PATH}/{READER}"
        assert shown["properties"]["permissions"][0]["actions"] == ["*/read"]


def test_roles_are_found_by_name_and_kind(azure: Azure, people: Directory):
    path = custom(azure)
    (found,) = azure.values(f"{azure.subscription}{PATH}?$filter=roleName eq 'Contributor'")
    assert found["name"] == CONTRIBUTOR
    (mine,) = azure.values(f"{azure.subscription}{PATH}?$filter=type eq 'CustomRole'")
    assert mine["id"] == path
    assert len(azure.values(f"{azure.subscription}{PATH}?$filter=atScopeAndBelow()")) == len(built_in()) + 1


def test_a_custom_role_is_seen_where_it_may_be_assigned(azure: Azure, people: Directory):
    custom(azure)
    group = azure.group()
    assert azure.get(f"{group}{PATH}/{MINE}")["properties"]["type"] == "CustomRole"
    assert azure.ask("GET", f"{PATH}/{MINE}").status == 404


def test_names_are_taken_once_and_built_in_roles_are_not_changed(azure: Azure, people: Directory):
    custom(azure)
    body = {"properties": {"roleName": "reader", "permissions": [], "assignableScopes": [azure.subscription]}}
    other = f"{azure.subscription}{PATH}/{MINE.replace('1', '2')}"
    assert azure.code("PUT", other, body) == (409, "RoleDefinitionWithSameNameExists")
    assert azure.code("PUT", f"{azure.subscription}{PATH}/{READER}", body) == (403, "RoleDefinitionUpdateNotAllowed")
    assert azure.code("PUT", other, {"properties": {"roleName": "x"}}) == (400, "InvalidRoleDefinition")


def test_a_role_in_use_is_not_deleted(azure: Azure, grant: Grant):
    path = custom(azure)
    used = grant(azure.group(), MINE)
    assert azure.code("DELETE", path) == (400, "RoleDefinitionHasAssignments")
    azure.ask("DELETE", used)
    assert azure.ask("DELETE", path).status == 200
