from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Answer, Behaviour, Call, ProviderType
from azlin.sandbox.arm.control_plane import ControlPlane
from azlin.sandbox.arm.store import Resource

THING = "providers/Microsoft.Sandbox/things"


def test_a_new_group_is_201_and_a_replaced_one_200(azure: Any):
    path = f"{azure.subscription}/resourceGroups/g"
    assert azure.ask("PUT", path, {"location": "westeurope"}).status == 201
    assert azure.ask("PUT", path, {"location": "westeurope"}).status == 200


def test_a_resource_of_an_unknown_type_is_200_which_every_sdk_takes(azure: Any):
    thing = f"{azure.group()}/{THING}/a"
    first = azure.ask("PUT", thing, {"location": "West Europe", "properties": {"x": 1}})
    assert first.status == 200
    assert first.body["location"] == "westeurope"
    assert first.body["properties"] == {"x": 1, "provisioningState": "Succeeded"}
    assert azure.ask("PUT", thing, {"location": "westeurope"}).status == 200
    assert azure.get(thing)["properties"] == {"provisioningState": "Succeeded"}


def test_patch_merges_properties_replaces_tags_and_removes_null(azure: Any):
    thing = f"{azure.group()}/{THING}/a"
    azure.put(thing, {"location": "westeurope", "tags": {"a": "1"}, "properties": {"x": {"y": 1, "z": 2}, "w": 3}})
    patched = azure.ask("PATCH", thing, {"tags": {"b": "2"}, "properties": {"x": {"y": 9}, "w": None}})
    assert patched.status == 200
    assert patched.body["tags"] == {"b": "2"}
    assert patched.body["properties"] == {"x": {"y": 9, "z": 2}, "provisioningState": "Succeeded"}


def test_patch_of_what_is_not_there_is_404(azure: Any):
    assert azure.code("PATCH", f"{azure.group()}/{THING}/a", {}) == (404, "ResourceNotFound")


def test_a_missing_resource_is_refused_in_arms_own_words(azure: Any):
    answer = azure.ask("GET", f"{azure.group()}/{THING}/a")
    assert answer.status == 404
    assert answer.body == {
        "error": {
            "code": "ResourceNotFound",
            "message": "The Resource 'Microsoft.Sandbox/things/a' under resource group 'g' was not found. For more "
            "details please go to https://aka.ms/ARMResourceNotFoundFix",
        }
    }


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_a_missing_group_is_named_before_the_resource(azure: Any, method: str):
    body = {"location": "westeurope"} if method in ("PUT", "PATCH") else None
    answer = azure.ask(method, f"{azure.subscription}/resourceGroups/none/{THING}/a", body)
    assert answer.status == 404
    assert answer.body["error"] == {
        "code": "ResourceGroupNotFound",
        "message": "Resource group 'none' could not be found.",
    }


def test_a_child_needs_its_parent(azure: Any):
    assert azure.code("PUT", f"{azure.group()}/{THING}/a/parts/b", {}) == (404, "ParentResourceNotFound")


def test_a_singleton_called_default_exists_with_its_parent(azure: Any):
    thing = f"{azure.group()}/{THING}/a"
    azure.put(thing)
    azure.put(f"{thing}/services/default/containers/c", {})
    assert [one["name"] for one in azure.values(f"{thing}/services/default/containers")] == ["c"]


def test_an_extension_needs_what_it_extends(azure: Any):
    lock = f"{azure.group()}/{THING}/a/providers/Microsoft.Authorization/locks/l"
    assert azure.code("PUT", lock, {"properties": {"level": "ReadOnly"}}) == (404, "ResourceNotFound")


def test_delete_is_200_then_204(azure: Any):
    thing = f"{azure.group()}/{THING}/a"
    azure.put(thing)
    assert azure.ask("DELETE", thing).status == 200
    assert azure.ask("DELETE", thing).status == 204
    assert azure.ask("HEAD", thing).status == 404


def test_head_says_whether_it_is_there(azure: Any):
    assert azure.ask("HEAD", azure.group()).status == 204
    assert azure.ask("HEAD", f"{azure.subscription}/resourceGroups/none").status == 404


def test_requests_without_a_token_are_refused(azure: Any):
    answer = azure.ask("GET", "/subscriptions", headers={"authorization": ""})
    assert (answer.status, answer.body["error"]["code"]) == (401, "AuthenticationFailed")
    assert "authorization_uri" in answer.headers["WWW-Authenticate"]


def test_a_token_that_was_tampered_with_is_refused(azure: Any):
    head, claims, signature = azure.token(azure.tenant).split(".")
    forged = f"{head}.{claims[:-4]}AAAA.{signature}"
    found = azure.code("GET", "/subscriptions", headers={"authorization": f"Bearer {forged}"})
    assert found == (401, "InvalidAuthenticationToken")


def test_a_token_for_another_audience_is_refused(azure: Any):
    token = azure.token(azure.tenant, "https://vault.azure.net/.default")
    found = azure.code("GET", "/subscriptions", headers={"authorization": f"Bearer {token}"})
    assert found == (401, "InvalidAuthenticationTokenAudience")


def test_a_token_of_one_tenant_does_not_see_the_other(azure: Any):
    other = azure.plane.directory.tenants[1]
    answer = azure.ask("GET", "/subscriptions", tenant=other)
    assert [one["tenantId"] for one in answer.body["value"]] == [other.id]
    path = f"{azure.subscription}/resourceGroups"
    assert azure.code("GET", path, tenant=other) == (401, "InvalidAuthenticationTokenTenant")
    tenants = azure.ask("GET", "/tenants", tenant=other).body["value"]
    assert [one["tenantId"] for one in tenants] == [other.id]


def test_resources_of_a_tenant_itself_are_seen_in_that_tenant_only(azure: Any):
    path = "/providers/Microsoft.Management/managementGroups/root"
    azure.put(path, {"properties": {"displayName": "root"}})
    assert azure.get(path)["id"] == path
    assert azure.code("GET", path, tenant=azure.plane.directory.tenants[1])[0] == 404


def test_unknown_and_malformed_subscriptions_are_told_apart(azure: Any):
    unknown = "00000000-0000-0000-0000-000000000009"
    assert azure.code("GET", f"/subscriptions/{unknown}/resourceGroups") == (404, "SubscriptionNotFound")
    assert azure.code("GET", "/subscriptions/nonsense/resourceGroups") == (400, "InvalidSubscriptionId")


def test_an_api_version_is_needed_and_looked_at(azure: Any):
    assert azure.code("GET", "/subscriptions", version=None) == (400, "MissingApiVersionParameter")
    assert azure.code("GET", "/subscriptions?api-version=latest") == (400, "InvalidApiVersionParameter")


def test_a_registered_type_takes_only_its_own_api_versions(azure: Any):
    group = azure.group()
    versions = ("2024-01-01", "2023-01-01")
    azure.plane.registry.provider_type(ProviderType("Microsoft.Sandbox/things", versions, ("westeurope",)))
    thing = f"{group}/{THING}/a"
    assert azure.ask("PUT", thing, {"location": "westeurope"}).status == 200
    refused = azure.ask("PUT", f"{thing}?api-version=1999-01-01", {"location": "westeurope"})
    assert (refused.status, refused.body["error"]["code"]) == (400, "NoRegisteredProviderFound")
    assert "2024-01-01, 2023-01-01" in refused.body["error"]["message"]


@pytest.mark.parametrize("body", [b"{", b"[1]", b"", b'"x"'])
def test_a_body_that_is_no_object_is_refused(azure: Any, body: bytes):
    assert azure.code("PUT", f"{azure.group()}/{THING}/a", body) == (400, "InvalidRequestContent")


def test_conditions_are_kept(azure: Any):
    thing = f"{azure.group()}/{THING}/a"
    assert azure.code("PUT", thing, {}, headers={"if-match": "*"})[0] == 412
    created = azure.ask("PUT", thing, {}, headers={"if-none-match": "*"})
    etag = created.headers["ETag"]
    assert azure.code("PUT", thing, {}, headers={"if-none-match": "*"})[0] == 412
    assert azure.ask("PUT", thing, {}, headers={"if-match": etag}).status == 200
    assert azure.code("PUT", thing, {}, headers={"if-match": etag})[0] == 412
    assert azure.code("DELETE", thing, headers={"if-match": etag})[0] == 412


def test_a_resource_cannot_move_by_being_put_elsewhere(azure: Any):
    thing = f"{azure.group()}/{THING}/a"
    azure.put(thing)
    assert azure.code("PUT", thing, {"location": "eastus"}) == (409, "InvalidResourceLocation")
    assert azure.code("PUT", f"{azure.subscription}/resourceGroups/G", {"location": "eastus"}) == (
        409,
        "InvalidResourceGroupLocation",
    )


def test_a_system_identity_gets_its_ids_and_keeps_them(azure: Any):
    thing = f"{azure.group()}/{THING}/a"
    body = {"location": "westeurope", "identity": {"type": "SystemAssigned"}}
    first = azure.put(thing, body)["identity"]
    assert first["tenantId"] == azure.tenant.id
    assert azure.put(thing, body)["identity"]["principalId"] == first["principalId"]


def test_a_subscription_can_be_shown_but_not_written(azure: Any):
    assert azure.get(azure.subscription)["displayName"] == "sandbox subscription"
    assert azure.code("PUT", azure.subscription, {})[0] == 405


def test_an_action_nobody_knows_is_refused(azure: Any):
    thing = f"{azure.group()}/{THING}/a"
    azure.put(thing)
    assert azure.code("POST", f"{thing}/explode") == (405, "MethodNotAllowed")
    assert azure.code("POST", f"{azure.subscription}/providers/Microsoft.Sandbox/explode")[0] == 404


def test_actions_and_routes_of_a_provider_are_reached(azure: Any):
    class Things(Behaviour):
        def act(self, action: str, resource: Resource, body: Any, call: Call, /) -> Any:
            return {"did": action, "to": resource.id.name, "with": body, "by": call.tenant}

    azure.plane.registry.type("Microsoft.Sandbox/things", Things())
    azure.plane.registry.route(
        "GET",
        "Microsoft.Sandbox",
        r"/subscriptions/[^/]+/providers/microsoft\.sandbox/locations/(?P<location>[^/]+)/usages",
        lambda _call, groups, _body: Answer(200, {"at": groups["location"]}),
    )
    thing = f"{azure.group()}/{THING}/a"
    azure.put(thing)
    acted = azure.ask("POST", f"{thing}/Explode", {"n": 1})
    assert acted.body == {"did": "explode", "to": "a", "with": {"n": 1}, "by": azure.tenant.id}
    usages = azure.get(f"{azure.subscription}/providers/Microsoft.Sandbox/locations/westeurope/usages")
    assert usages == {"at": "westeurope"}


def test_a_deployment_may_be_written_in_azs_lenient_json(azure: Any):
    seen: list[Any] = []

    class Deployments(Behaviour):
        def complete(self, resource: Resource, _before: Resource | None, _call: Call, /) -> None:
            seen.append(resource.properties["template"])

    azure.plane.registry.type("Microsoft.Resources/deployments", Deployments())
    path = f"{azure.group()}/providers/Microsoft.Resources/deployments/d"
    text = b'{"properties": {"mode": "Incremental", template: {"a": 1 /* one */}}}'
    assert azure.ask("PUT", path, text).status == 201
    assert seen == [{"a": 1}]


def test_a_resource_is_found_however_its_id_is_spelled(azure: Any):
    thing = f"{azure.group()}/{THING}/a"
    azure.put(thing)
    odd = thing.replace("resourceGroups", "resourcegroups").replace("Microsoft.Sandbox/", "MICROSOFT.SANDBOX//")
    assert azure.get(odd)["id"] == thing


def test_what_was_written_is_there_after_a_restart(azure: Any):
    thing = f"{azure.group()}/{THING}/a"
    azure.put(thing)
    again = ControlPlane(azure.plane.store, azure.plane.registry, azure.plane.directory, azure.clock)
    assert again.store.exists(thing)
