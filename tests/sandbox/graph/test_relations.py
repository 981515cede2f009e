from __future__ import annotations

from typing import Any

import pytest

EVENTUAL = {"ConsistencyLevel": "eventual"}


@pytest.fixture
def nested(graph: Any) -> dict[str, str]:
    """ada is in inner, inner is in outer, and outer is in inner: a ring."""
    ids = {"ada": graph.user("ada"), "inner": graph.group("inner"), "outer": graph.group("outer")}
    for group, member in (("inner", "ada"), ("outer", "inner"), ("inner", "outer")):
        graph.link(f"/groups/{ids[group]}/members", ids[member])
    return ids


def test_members_are_listed_with_their_types(graph: Any, nested: dict[str, str]):
    found = graph.get(f"/groups/{nested['inner']}/members")["value"]
    assert [(one["@odata.type"], one["id"]) for one in found] == [
        ("#microsoft.graph.user", nested["ada"]),
        ("#microsoft.graph.group", nested["outer"]),
    ]
    users = f"/groups/{nested['inner']}/members/microsoft.graph.user"
    assert graph.names(users) == ["ada"]
    assert graph.ask("GET", f"{users}/$count", headers=EVENTUAL).body == b"1"
    assert graph.names(f"/groups/{nested['inner']}/members?$filter=startswith(displayName,'out')") == ["outer"]


def test_membership_reaches_through_groups_and_a_ring_ends(graph: Any, nested: dict[str, str]):
    ada, inner, outer = nested["ada"], nested["inner"], nested["outer"]
    assert graph.names(f"/users/{ada}/memberOf") == ["inner"]
    assert sorted(graph.names(f"/users/{ada}/transitiveMemberOf")) == ["inner", "outer"]
    assert sorted(graph.names(f"/groups/{outer}/transitiveMembers")) == ["ada", "inner"]
    checked = graph.post(f"/directoryObjects/{ada}/checkMemberGroups", {"groupIds": [outer, "x", ada]})
    assert checked["value"] == [outer]
    for action in ("getMemberGroups", "getMemberObjects"):
        found = graph.post(f"/users/{ada}/{action}", {"securityEnabledOnly": True})["value"]
        assert sorted(found) == sorted([inner, outer])
    many = {"groupIds": [outer] * 21}
    assert graph.refused("POST", f"/users/{ada}/checkMemberGroups", many)[0] == 400


def test_a_member_is_added_once_and_removed_once(graph: Any):
    group, user = graph.group("g"), graph.user("u")
    graph.link(f"/groups/{group}/members", user)
    again = {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{user}"}
    assert graph.refused("POST", f"/groups/{group}/members/$ref", again) == (400, "Request_BadRequest")
    assert graph.ask("DELETE", f"/groups/{group}/members/{user}/$ref").status == 204
    gone = graph.refused("DELETE", f"/groups/{group}/members/{user}/$ref")
    assert gone == (404, "Request_ResourceNotFound")


@pytest.mark.parametrize("target", ["itself", "an application", "nobody"])
def test_not_everything_can_be_a_member(graph: Any, target: str):
    group = graph.group("g")
    wanted = {"itself": group, "an application": graph.application("a")["id"]}.get(target, "1" * 8)
    link = {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{wanted}"}
    assert graph.ask("POST", f"/groups/{group}/members/$ref", link).status in (400, 404)
    assert graph.get(f"/groups/{group}/members")["value"] == []


def test_a_deleted_user_is_no_member_until_restored(graph: Any, nested: dict[str, str]):
    graph.ask("DELETE", f"/users/{nested['ada']}")
    assert graph.names(f"/groups/{nested['inner']}/members") == ["outer"]
    graph.post(f"/directory/deletedItems/{nested['ada']}/restore", None)
    assert graph.names(f"/groups/{nested['inner']}/members") == ["ada", "outer"]


def test_the_last_owner_of_a_group_stays(graph: Any):
    group, user = graph.group("g"), graph.user("u")
    graph.link(f"/groups/{group}/owners", user)
    assert graph.refused("DELETE", f"/groups/{group}/owners/{user}/$ref") == (400, "Request_BadRequest")


def test_members_come_with_the_group_that_is_made(graph: Any):
    user = graph.user("u")
    link = f"https://graph.microsoft.com/v1.0/users/{user}"
    group = graph.group("g", **{"members@odata.bind": [link], "owners@odata.bind": [link]})
    assert graph.names(f"/groups/{group}/members") == graph.names(f"/groups/{group}/owners") == ["u"]
    assert graph.names(f"/users/{user}/ownedObjects") == ["g"]


def test_a_manager_is_set_and_taken_away(graph: Any):
    boss, user = graph.user("boss"), graph.user("u")
    link = {"@odata.id": f"https://graph.microsoft.com/v1.0/users/{boss}"}
    assert graph.refused("GET", f"/users/{user}/manager") == (404, "Request_ResourceNotFound")
    assert graph.ask("PUT", f"/users/{user}/manager/$ref", link).status == 204
    assert graph.get(f"/users/{user}/manager")["id"] == boss
    assert graph.names(f"/users/{boss}/directReports") == ["u"]
    assert graph.get(f"/users/{user}?$expand=manager")["manager"]["id"] == boss
    assert graph.ask("DELETE", f"/users/{user}/manager/$ref").status == 204
    assert graph.ask("GET", f"/users/{user}/manager").status == 404
