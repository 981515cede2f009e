"""azure-mgmt-resource and its parts: groups, resources, providers, tags, locks, policies, features, subscriptions."""
# pyright: basic, reportMissingImports=false, reportMissingTypeStubs=false

from __future__ import annotations

from typing import Any

from azure.identity import DefaultAzureCredential
from azure.mgmt.resource.features import FeatureClient
from azure.mgmt.resource.locks import ManagementLockClient
from azure.mgmt.resource.policy import PolicyClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient

from conformance.stories.steps import LOCATION, SUBSCRIPTION, Steps

CLIENT = "azure-mgmt-resource"
_GROUP = "story-resources"
_SCOPE = f"/subscriptions/{SUBSCRIPTION}"
_NSG = f"{_SCOPE}/resourceGroups/{_GROUP}/providers/Microsoft.Network/networkSecurityGroups/nsg"
_NSG_API = "2024-05-01"
_RULE = {
    "properties": {
        "policyType": "Custom",
        "mode": "Indexed",
        "displayName": "only here",
        "policyRule": {
            "if": {"field": "location", "notEquals": LOCATION},
            "then": {"effect": "deny"},
        },
    }
}


def tell(step: Steps) -> None:
    credential = DefaultAzureCredential()
    client = ResourceManagementClient(credential, SUBSCRIPTION)
    groups, resources, tags = client.resource_groups, client.resources, client.tags
    body = {"location": LOCATION, "tags": {"owner": "story"}}
    step("create a group", lambda: groups.create_or_update(_GROUP, body), lambda one: one.name == _GROUP)
    step("get a group", lambda: groups.get(_GROUP), lambda one: one.properties.provisioning_state == "Succeeded")
    step("does a group exist", lambda: (groups.check_existence(_GROUP), groups.check_existence("no")), _yes_no)
    step("list groups", lambda: [one.name for one in groups.list()], lambda names: _GROUP in names)
    step(
        "list groups with a tag",
        lambda: [one.name for one in groups.list(filter="tagName eq 'owner' and tagValue eq 'story'")],
        lambda names: names == [_GROUP],
    )
    step(
        "update a group",
        lambda: groups.update(_GROUP, {"tags": {"owner": "story", "stage": "two"}}),
        lambda one: one.tags["stage"] == "two",
    )
    nsg = {"location": LOCATION, "properties": {}}
    step(
        "create any resource by id",
        lambda: resources.begin_create_or_update_by_id(_NSG, nsg, api_version=_NSG_API).result(),
        lambda one: one.name == "nsg" and len(one.properties["defaultSecurityRules"]) == 6,
    )
    step(
        "get any resource",
        lambda: resources.get_by_id(_NSG, api_version=_NSG_API),
        lambda one: one.location == LOCATION,
    )
    step("does a resource exist", lambda: resources.check_existence_by_id(_NSG, api_version=_NSG_API), bool)
    step(
        "list a group's resources", lambda: list(resources.list_by_resource_group(_GROUP)), lambda all_: len(all_) == 1
    )
    step(
        "list resources of a type, expanded",
        lambda: list(
            resources.list(
                filter="resourceType eq 'Microsoft.Network/networkSecurityGroups'",
                expand="createdTime,provisioningState",
                top=5,
            )
        ),
        lambda all_: all_[0].provisioning_state == "Succeeded" and all_[0].created_time is not None,
    )
    step(
        "tag at a scope",
        lambda: tags.begin_update_at_scope(_NSG, {"operation": "Merge", "properties": {"tags": {"a": "b"}}}).result(),
        lambda one: one.properties.tags == {"a": "b"},
    )
    step("read tags at a scope", lambda: tags.get_at_scope(_NSG), lambda one: one.properties.tags == {"a": "b"})
    step("list tags", lambda: [one.tag_name for one in tags.list()], lambda names: "owner" in names)
    step(
        "list providers",
        lambda: {one.namespace for one in client.providers.list()},
        lambda names: {"Microsoft.Compute", "Microsoft.Network", "Microsoft.Storage"} <= names,
    )
    step(
        "get a provider",
        lambda: client.providers.get("Microsoft.Compute"),
        lambda one: any(kind.resource_type == "virtualMachines" for kind in one.resource_types),
    )
    step(
        "register a provider",
        lambda: client.providers.register("Microsoft.Batch"),
        lambda one: one.registration_state in ("Registering", "Registered"),
    )
    exported = {"resources": ["*"], "options": "IncludeParameterDefaultValue"}
    step(
        "export a template",
        lambda: groups.begin_export_template(_GROUP, exported).result(),
        lambda one: len(one.template["resources"]) == 1,
    )
    _locks(step, ManagementLockClient(credential, SUBSCRIPTION), groups)
    _policies(step, PolicyClient(credential, SUBSCRIPTION), resources)
    features = FeatureClient(credential, SUBSCRIPTION)
    step(
        "list a provider's features",
        lambda: list(features.features.list("Microsoft.Compute")),
        lambda all_: len(all_) > 0,
    )
    subscriptions = SubscriptionClient(credential)
    step(
        "list subscriptions",
        lambda: [one.subscription_id for one in subscriptions.subscriptions.list()],
        lambda ids: SUBSCRIPTION in ids,
    )
    step(
        "list locations",
        lambda: [one.name for one in subscriptions.subscriptions.list_locations(SUBSCRIPTION)],
        lambda names: LOCATION in names,
    )
    step("list tenants", lambda: list(subscriptions.tenants.list()), lambda all_: len(all_) >= 1)
    step("delete a resource", lambda: resources.begin_delete_by_id(_NSG, api_version=_NSG_API).result())
    step.refused(
        "what is deleted is not found", lambda: resources.get_by_id(_NSG, api_version=_NSG_API), "ResourceNotFound"
    )
    step("delete a group", lambda: groups.begin_delete(_GROUP).result())
    step("the group is gone", lambda: groups.check_existence(_GROUP), lambda there: there is False)


def _yes_no(pair: tuple[bool, bool]) -> bool:
    return pair == (True, False)


def _locks(step: Steps, client: ManagementLockClient, groups: Any) -> None:
    locks = client.management_locks
    step(
        "lock a group",
        lambda: locks.create_or_update_at_resource_group_level(_GROUP, "keep", {"level": "CanNotDelete"}),
        lambda one: one.level == "CanNotDelete",
    )
    step(
        "list locks", lambda: [one.name for one in locks.list_at_resource_group_level(_GROUP)], lambda n: n == ["keep"]
    )
    step.refused("a locked group is kept", lambda: groups.begin_delete(_GROUP).result(), "ScopeLocked")
    step("unlock a group", lambda: locks.delete_at_resource_group_level(_GROUP, "keep"))


def _policies(step: Steps, client: PolicyClient, resources: Any) -> None:
    scope = f"{_SCOPE}/resourceGroups/{_GROUP}"
    step(
        "define a policy",
        lambda: client.policy_definitions.create_or_update("only-here", _RULE),
        lambda one: one.policy_type == "Custom",
    )
    definition = f"{_SCOPE}/providers/Microsoft.Authorization/policyDefinitions/only-here"
    step(
        "assign a policy",
        lambda: client.policy_assignments.create(scope, "here", {"properties": {"policyDefinitionId": definition}}),
        lambda one: one.policy_definition_id.casefold() == definition.casefold(),
    )
    step(
        "list assignments",
        lambda: [one.name for one in client.policy_assignments.list_for_resource_group(_GROUP)],
        lambda names: "here" in names,
    )
    elsewhere = _NSG.replace("/nsg", "/elsewhere")
    body = {"location": "eastus", "properties": {}}
    step.refused(
        "what a policy denies is refused",
        lambda: resources.begin_create_or_update_by_id(elsewhere, body, api_version=_NSG_API).result(),
        "RequestDisallowedByPolicy",
    )
    step("take an assignment away", lambda: client.policy_assignments.delete(scope, "here"))
    step("delete a policy", lambda: client.policy_definitions.delete("only-here"))
    step(
        "list built-in policies",
        lambda: [one.policy_type for one in client.policy_definitions.list_built_in(top=5)],
        lambda types: len(types) > 0 and set(types) == {"BuiltIn"},
    )
