from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.graph.builtin import GRAPH


def test_a_user_is_made_read_changed_deleted_and_restored(graph: Any):
    made = graph.user("ada")
    assert graph.get(f"/users/{made}")["userPrincipalName"] == f"ada@{graph.tenant.domain}"
    assert graph.get(f"/users/ADA@{graph.tenant.domain}")["id"] == made
    assert graph.ask("PATCH", f"/users/{made}", {"displayName": "Ada L.", "jobTitle": "Countess"}).status == 204
    assert graph.get(f"/users/{made}?$select=jobTitle,accountEnabled") == {
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users(jobTitle,accountEnabled)/$entity",
        "jobTitle": "Countess",
        "accountEnabled": True,
    }
    assert graph.ask("DELETE", f"/users/{made}").status == 204
    assert graph.refused("GET", f"/users/{made}") == (404, "Request_ResourceNotFound")
    deleted = graph.get("/directory/deletedItems/microsoft.graph.user?$select=id,deletedDateTime")["value"]
    assert [one["id"] for one in deleted] == [made]
    assert deleted[0]["deletedDateTime"]
    assert graph.post(f"/directory/deletedItems/{made}/restore", None)["id"] == made
    assert graph.get(f"/users/{made}")["displayName"] == "Ada L."


def test_a_new_user_is_shown_with_the_default_properties_only(graph: Any):
    body = graph.get(f"/users/{graph.user('ada')}")
    shown = "businessPhones displayName givenName jobTitle mail mobilePhone officeLocation preferredLanguage surname"
    assert set(body) == {"@odata.context", "id", "userPrincipalName", *shown.split()}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"userPrincipalName": "ada@contoso.com"}, "The domain portion of the userPrincipalName"),
        ({"passwordProfile": None}, "A password must be specified"),
        ({"passwordProfile": {"password": "short"}}, "The specified password does not comply"),
        ({"displayName": None}, "A value is required for property 'displayName' of resource 'User'."),
        ({"shoeSize": 44}, "Invalid property 'shoeSize'."),
        ({"createdDateTime": "2020-01-01T00:00:00Z"}, "Property 'createdDateTime' is read-only"),
        ({"businessPhones": "1"}, "Invalid value specified for property 'businessPhones' of resource 'User'."),
    ],
)
def test_a_user_that_the_service_would_not_take_is_refused(graph: Any, change: dict[str, Any], message: str):
    body = {
        "accountEnabled": True,
        "displayName": "a",
        "mailNickname": "a",
        "userPrincipalName": f"a@{graph.tenant.domain}",
        "passwordProfile": {"password": "Secret12345!"},
    }
    answer = graph.ask("POST", "/users", {**body, **change})
    assert answer.status == 400
    assert answer.body["error"]["message"].startswith(message)
    assert {"date", "request-id", "client-request-id"} == set(answer.body["error"]["innerError"])


def test_two_users_of_one_name_are_refused_with_the_property_named(graph: Any):
    graph.user("ada")
    answer = graph.ask("POST", "/users", {**_user(graph), "userPrincipalName": f"ADA@{graph.tenant.domain}"})
    assert answer.status == 400
    assert answer.body["error"]["details"][0]["target"] == "userPrincipalName"


def _user(graph: Any) -> dict[str, Any]:
    profile = {"password": "Secret12345!"}
    name = f"x@{graph.tenant.domain}"
    return {
        "accountEnabled": True,
        "displayName": "x",
        "mailNickname": "x",
        "userPrincipalName": name,
        "passwordProfile": profile,
    }


def test_an_application_is_found_by_its_alternate_key_and_takes_its_principal_with_it(graph: Any):
    application, principal = graph.principal("web")
    key = f"/applications(appId='{application['appId']}')"
    assert graph.get(key)["id"] == application["id"]
    assert graph.get(f"/servicePrincipals(appId='{application['appId']}')?$select=id")["id"] == principal
    assert graph.ask("PATCH", key, {"displayName": "site", "web": {"homePageUrl": "https://x.y"}}).status == 204
    changed = graph.get(f"/servicePrincipals/{principal}")
    assert (changed["displayName"], changed["homepage"]) == ("site", "https://x.y")
    assert graph.get(key)["web"]["implicitGrantSettings"] == application["web"]["implicitGrantSettings"]
    graph.ask("DELETE", key)
    assert graph.refused("GET", f"/servicePrincipals/{principal}") == (404, "Request_ResourceNotFound")
    graph.post(f"/directory/deletedItems/{application['id']}/restore", None)
    assert graph.get(f"/servicePrincipals/{principal}")["appId"] == application["appId"]


def test_a_second_principal_of_an_application_is_a_conflict(graph: Any):
    application, _ = graph.principal("web")
    taken = graph.refused("POST", "/servicePrincipals", {"appId": application["appId"]})
    assert taken == (409, "Request_MultipleObjectsWithSameKeyValue")
    unknown = graph.refused("POST", "/servicePrincipals", {"appId": "11111111-0000-0000-0000-000000000000"})
    assert unknown == (400, "NoBackingApplicationObject")


def test_identifier_uris_are_unique_and_of_a_verified_domain(graph: Any):
    graph.application("a", identifierUris=["api://a"])
    body = {"displayName": "b", "identifierUris": ["API://A"]}
    assert graph.ask("POST", "/applications", body).status == 400
    body["identifierUris"] = ["https://contoso.com/b"]
    assert graph.refused("POST", "/applications", body) == (400, "HostNameNotOnVerifiedDomain")
    body["identifierUris"] = [f"https://b.{graph.tenant.domain}"]
    assert graph.ask("POST", "/applications", body).status == 201


def test_an_enabled_role_cannot_be_taken_away(graph: Any):
    role: dict[str, Any] = {
        "id": "d1c2ade8-0000-0000-0000-6d06b947c66f",
        "displayName": "W",
        "description": "w",
        "value": "w",
    }
    role["allowedMemberTypes"] = ["User"]
    path = f"/applications/{graph.application('a', appRoles=[role])['id']}"
    assert graph.refused("PATCH", path, {"appRoles": []}) == (400, "CannotDeleteOrUpdateEnabledEntitlement")
    graph.ask("PATCH", path, {"appRoles": [{**role, "isEnabled": False}]})
    assert graph.ask("PATCH", path, {"appRoles": []}).status == 204


def test_objects_are_got_by_ids_of_the_types_asked_for(graph: Any):
    user, group = graph.user("ada"), graph.group("dev")
    ids = [user, group, graph.tenant.principal_oid, "11111111-0000-0000-0000-000000000000"]
    found = graph.post("/directoryObjects/getByIds", {"ids": ids, "types": ["user", "servicePrincipal"]})["value"]
    assert [(one["id"], one["@odata.type"]) for one in found] == [
        (user, "#microsoft.graph.user"),
        (graph.tenant.principal_oid, "#microsoft.graph.servicePrincipal"),
    ]
    assert graph.get(f"/directoryObjects/{group}")["@odata.type"] == "#microsoft.graph.group"


def test_the_tenants_own_user_and_principal_and_microsofts_own_are_there_from_the_start(graph: Any):
    tenant = graph.tenant
    assert graph.get(f"/users/{tenant.user}")["id"] == tenant.user_oid
    assert graph.get(f"/servicePrincipals(appId='{tenant.client_id}')")["id"] == tenant.principal_oid
    assert graph.get(f"/applications(appId='{tenant.client_id}')")["publisherDomain"] == tenant.domain
    graph_itself = graph.get(f"/servicePrincipals?$filter=appId eq '{GRAPH}'")["value"][0]
    assert "User.Read" in [one["value"] for one in graph_itself["oauth2PermissionScopes"]]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/unicorns", 400, "BadRequest"),
        ("GET", "/groups/not-an-id", 400, "Request_BadRequest"),
        ("GET", "/users/nobody@nowhere", 404, "Request_ResourceNotFound"),
        ("GET", "/groups/11111111-0000-0000-0000-000000000000", 404, "Request_ResourceNotFound"),
        ("GET", "/me", 400, "BadRequest"),
        ("PUT", "/users", 405, "Request_BadRequest"),
        ("POST", "/users", 400, "Request_BadRequest"),
        ("GET", "/users/$count", 400, "Request_BadRequest"),
    ],
)
def test_what_is_not_there_is_refused_in_graphs_words(graph: Any, method: str, path: str, status: int, code: str):
    assert graph.refused(method, path) == (status, code)


def test_a_reset_leaves_what_is_built_in(graph: Any):
    graph.user("ada")
    graph.azure.plane.store.clear()
    assert graph.names("/users") == ["Sandbox user"]
    assert graph.get("/organization")["value"][0]["id"] == graph.tenant.id
