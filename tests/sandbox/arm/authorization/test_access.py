from __future__ import annotations

from collections.abc import Callable

import pytest

from azlin.sandbox.arm.authorization.access import grants
from azlin.sandbox.arm.behaviour import Answer
from azlin.sandbox.resource_graph import service
from tests.sandbox.arm.authorization.conftest import CONTRIBUTOR, EVE, Directory, Grant
from tests.sandbox.conftest import Azure

Eve = Callable[..., Answer]
NET = "/providers/Microsoft.Sandbox/nets/n"


def code(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.body["error"]["code"]


def test_who_has_no_role_sees_and_does_nothing(azure: Azure, eve: Eve):
    group = azure.group()
    azure.put(group + NET)
    for method, path in (("GET", group), ("GET", group + NET), ("PUT", group + NET), ("DELETE", group + NET)):
        assert code(eve(method, path, {"location": "westeurope"})) == (403, "AuthorizationFailed")
    assert code(eve("GET", f"{group}/resources")) == (403, "AuthorizationFailed")
    assert code(eve("POST", f"{group}{NET}/restart")) == (403, "AuthorizationFailed")
    assert eve("GET", "/subscriptions").body["value"] == []
    assert azure.get(group + NET)


def test_a_refusal_names_the_client_the_action_and_the_scope(azure: Azure, eve: Eve):
    group = azure.group()
    message = eve("DELETE", group).body["error"]["message"]
    assert f"The client '{EVE}' with object id '{EVE}'" in message
    assert f"'Microsoft.Resources/subscriptions/resourceGroups/delete' over scope '{group}'" in message


def test_a_reader_reads_and_changes_nothing(azure: Azure, eve: Eve, grant: Grant):
    group = azure.group()
    azure.put(group + NET)
    grant(group)
    assert eve("GET", group + NET).status == 200
    assert [one["name"] for one in eve("GET", f"{group}/resources").body["value"]] == ["n"]
    assert code(eve("PUT", group + NET, {"location": "westeurope"})) == (403, "AuthorizationFailed")


def test_a_contributor_changes_all_but_who_may_do_what(azure: Azure, eve: Eve, grant: Grant):
    group = azure.group()
    grant(azure.subscription, CONTRIBUTOR)
    assert eve("PUT", group + NET, {"location": "westeurope"}).status in (200, 201)
    lock = f"{group}/providers/Microsoft.Authorization/locks/l"
    assert code(eve("PUT", lock, {"properties": {"level": "ReadOnly"}})) == (403, "AuthorizationFailed")
    assert eve("DELETE", group + NET).status == 200


def test_a_list_shows_what_may_be_read_and_no_more(azure: Azure, eve: Eve, grant: Grant):
    mine, other = azure.group("mine"), azure.group("other")
    azure.put(mine + NET)
    azure.put(other + NET)
    grant(mine)
    listed = eve("GET", f"{azure.subscription}/providers/Microsoft.Sandbox/nets").body["value"]
    assert [one["id"] for one in listed] == [mine + NET]
    assert [one["name"] for one in eve("GET", f"{azure.subscription}/resourceGroups").body["value"]] == ["mine"]
    assert len(eve("GET", "/subscriptions").body["value"]) == 1
    assert eve("GET", azure.subscription).status == 200


def test_a_role_of_a_group_is_one_of_its_members(azure: Azure, eve: Eve, grant: Grant, people: Directory):
    team = "90000000-0000-4000-8000-000000000001"
    people.kinds[team] = "Group"
    people.groups[EVE] = [team]
    group = azure.group()
    grant(group, principal=team)
    assert eve("GET", group).status == 200


def test_the_caller_s_permissions_are_told(azure: Azure, eve: Eve, grant: Grant):
    group = azure.group()
    assert azure.values(f"{group}/providers/Microsoft.Authorization/permissions")[0]["actions"] == ["*"]
    grant(group)
    shown = eve("GET", f"{group}/providers/Microsoft.Authorization/permissions").body["value"]
    assert shown == [{"actions": ["*/read"], "notActions": [], "dataActions": [], "notDataActions": []}]


@pytest.mark.parametrize(
    ("action", "granted"),
    [
        ("Microsoft.Compute/virtualMachines/read", True),
        ("microsoft.compute/VIRTUALMACHINES/start/action", True),
        ("Microsoft.Compute/virtualMachines/delete", False),
        ("Microsoft.Network/virtualNetworks/read", False),
    ],
)
def test_wildcards_and_exceptions_are_held_whatever_the_casing(action: str, granted: bool):
    permission = {"actions": ["Microsoft.Compute/*"], "notActions": ["*/delete"]}
    assert grants(permission, action) is granted
    assert grants(permission, action, data=True) is False


def test_resource_graph_shows_what_may_be_read_and_no_more(azure: Azure, eve: Eve, grant: Grant, people: Directory):
    service.register(azure.plane.registry)
    mine, other = azure.group("mine"), azure.group("other")
    azure.put(mine + NET)
    azure.put(other + NET)

    def asked(query: str) -> list[str]:
        path = "/providers/Microsoft.ResourceGraph/resources"
        return [one["id"] for one in eve("POST", path, {"query": query}).body["data"]]

    assert asked("Resources | project id") == []
    grant(mine)
    assert asked("Resources | project id") == [mine + NET]
    assert asked("ResourceContainers | where type has 'resourcegroups' | project id") == [mine]
    counted = eve("POST", "/providers/Microsoft.ResourceGraph/resources", {"query": "Resources | count"}).body["data"]
    assert counted == [{"Count": 1}]
