"""azure-mgmt-authorization and azure-mgmt-msi: identities, roles and who has them."""
# pyright: basic, reportMissingImports=false, reportMissingTypeStubs=false

from __future__ import annotations

import uuid

from azure.identity import DefaultAzureCredential
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.msi import ManagedServiceIdentityClient
from azure.mgmt.resource.resources import ResourceManagementClient

from conformance.stories.steps import LOCATION, SUBSCRIPTION, Steps

CLIENT = "azure-mgmt-authorization"
_GROUP = "story-rights"
_SCOPE = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{_GROUP}"
_ASSIGNMENT, _ROLE = str(uuid.UUID(int=1)), str(uuid.UUID(int=2))


def tell(step: Steps) -> None:
    credential = DefaultAzureCredential()
    groups = ResourceManagementClient(credential, SUBSCRIPTION).resource_groups
    groups.create_or_update(_GROUP, {"location": LOCATION})
    msi = Steps("azure-mgmt-msi")
    identities = ManagedServiceIdentityClient(credential, SUBSCRIPTION)
    me = msi(
        "create an identity",
        lambda: identities.user_assigned_identities.create_or_update(_GROUP, "me", {"location": LOCATION}),
        lambda one: one.principal_id and one.client_id,
    )
    msi(
        "list identities",
        lambda: list(identities.user_assigned_identities.list_by_resource_group(_GROUP)),
        lambda all_: len(all_) == 1,
    )
    trusted = {
        "properties": {
            "issuer": "https://token.actions.githubusercontent.com",
            "subject": "repo:someone/something:ref:refs/heads/main",
            "audiences": ["api://AzureADTokenExchange"],
        }
    }
    msi(
        "trust an issuer",
        lambda: identities.federated_identity_credentials.create_or_update(_GROUP, "me", "github", trusted),
        lambda one: one.issuer == "https://token.actions.githubusercontent.com",
    )
    client = AuthorizationManagementClient(credential, SUBSCRIPTION)
    roles, assignments = client.role_definitions, client.role_assignments
    reader = step(
        "find a role by name",
        lambda: list(roles.list(_SCOPE, filter="roleName eq 'Reader'")),
        lambda all_: [one.role_name for one in all_] == ["Reader"],
    )
    step("list roles", lambda: list(roles.list(_SCOPE)), lambda all_: len(all_) > 50)
    given = {
        "properties": {
            "roleDefinitionId": reader[0].id if reader else "",
            "principalId": getattr(me, "principal_id", ""),
            "principalType": "ServicePrincipal",
        }
    }
    step(
        "assign a role",
        lambda: assignments.create(_SCOPE, _ASSIGNMENT, given),
        lambda one: one.scope == _SCOPE and one.principal_id == me.principal_id,
    )
    step.refused(
        "assigning it twice is refused",
        lambda: assignments.create(_SCOPE, str(uuid.UUID(int=3)), given),
        "RoleAssignmentExists",
    )
    step(
        "list assignments of a principal",
        lambda: list(assignments.list_for_subscription(filter=f"principalId eq '{me.principal_id}'")),
        lambda all_: [one.name for one in all_] == [_ASSIGNMENT],
    )
    own = {
        "properties": {
            "roleName": "Machine watcher",
            "description": "Looks at machines",
            "type": "CustomRole",
            "permissions": [{"actions": ["Microsoft.Compute/virtualMachines/read"], "notActions": []}],
            "assignableScopes": [_SCOPE],
        }
    }
    step(
        "define a role",
        lambda: roles.create_or_update(_SCOPE, _ROLE, own),
        lambda one: one.role_name == "Machine watcher" and one.role_type == "CustomRole",
    )
    step("delete a role", lambda: roles.delete(_SCOPE, _ROLE))
    step(
        "what may I do here",
        lambda: [action for one in client.permissions.list_for_resource_group(_GROUP) for action in one.actions],
        lambda actions: "*" in actions,
    )
    step("take an assignment away", lambda: assignments.delete(_SCOPE, _ASSIGNMENT))
    step.refused("it is gone", lambda: assignments.get(_SCOPE, _ASSIGNMENT), "RoleAssignmentNotFound")
    msi("delete an identity", lambda: identities.user_assigned_identities.delete(_GROUP, "me"))
    step("delete the group", lambda: groups.begin_delete(_GROUP).result())
