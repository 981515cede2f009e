"""azure-mgmt-resource-deployments and -deploymentstacks: templates validated, foreseen, deployed and taken back."""
# pyright: basic, reportMissingImports=false, reportMissingTypeStubs=false

from __future__ import annotations

from azure.identity import DefaultAzureCredential
from azure.mgmt.resource.deployments import DeploymentsMgmtClient
from azure.mgmt.resource.deploymentstacks import DeploymentStacksClient
from azure.mgmt.resource.resources import ResourceManagementClient

from conformance.stories.steps import LOCATION, SUBSCRIPTION, Steps

CLIENT = "azure-mgmt-resource-deployments"
_GROUP = "story-deployments"
_SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
TEMPLATE = {
    "$schema": _SCHEMA,
    "contentVersion": "1.0.0.0",
    "parameters": {"prefix": {"type": "string"}, "count": {"type": "int", "defaultValue": 2}},
    "variables": {"place": "[resourceGroup().location]"},
    "resources": [
        {
            "type": "Microsoft.Network/publicIPAddresses",
            "apiVersion": "2024-05-01",
            "name": "[format('{0}-{1}', parameters('prefix'), copyIndex())]",
            "location": "[variables('place')]",
            "sku": {"name": "Standard"},
            "properties": {"publicIPAllocationMethod": "Static"},
            "copy": {"name": "ips", "count": "[parameters('count')]"},
        }
    ],
    "outputs": {
        "first": {
            "type": "string",
            "value": "[resourceId('Microsoft.Network/publicIPAddresses', format('{0}-0', parameters('prefix')))]",
        }
    },
}
_FOR_SUBSCRIPTION = {
    "$schema": "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "resources": [
        {
            "type": "Microsoft.Resources/resourceGroups",
            "apiVersion": "2024-03-01",
            "name": "story-deployed",
            "location": LOCATION,
        }
    ],
}


def _deployment(template: object = TEMPLATE, **parameters: object) -> dict[str, object]:
    given = {name: {"value": value} for name, value in parameters.items()}
    return {"properties": {"mode": "Incremental", "template": template, "parameters": given}}


def tell(step: Steps) -> None:
    credential = DefaultAzureCredential()
    groups = ResourceManagementClient(credential, SUBSCRIPTION).resource_groups
    client = DeploymentsMgmtClient(credential, SUBSCRIPTION)
    deployments, operations = client.deployments, client.deployment_operations
    step("create a group", lambda: groups.create_or_update(_GROUP, {"location": LOCATION}))
    step(
        "validate a template",
        lambda: deployments.begin_validate(_GROUP, "first", _deployment(prefix="ip")).result(),
        lambda one: one.error is None and len(one.properties.validated_resources) == 2,
    )
    step.refused(
        "a missing parameter is refused",
        lambda: deployments.begin_create_or_update(_GROUP, "bad", _deployment()).result(),
        "InvalidTemplate",
    )
    step(
        "foresee what a template does",
        lambda: deployments.begin_what_if(_GROUP, "first", _deployment(prefix="ip")).result(),
        lambda one: [change.change_type for change in one.properties.changes] == ["Create", "Create"],
    )
    step(
        "deploy a template",
        lambda: deployments.begin_create_or_update(_GROUP, "first", _deployment(prefix="ip", count=3)).result(),
        lambda one: (
            one.properties.provisioning_state == "Succeeded"
            and one.properties.outputs["first"]["value"].endswith("/publicIPAddresses/ip-0")
            and len(one.properties.output_resources) == 3
        ),
    )
    step("get a deployment", lambda: deployments.get(_GROUP, "first"), lambda one: one.properties.template_hash)
    step(
        "list deployments",
        lambda: [one.name for one in deployments.list_by_resource_group(_GROUP)],
        lambda names: "first" in names,
    )
    step(
        "list a deployment's operations",
        lambda: [one.properties.provisioning_operation for one in operations.list(_GROUP, "first")],
        lambda kinds: kinds.count("Create") == 3,
    )
    step(
        "export a deployment's template",
        lambda: deployments.export_template(_GROUP, "first"),
        lambda one: one.template["contentVersion"] == "1.0.0.0",
    )
    step(
        "foresee no change",
        lambda: deployments.begin_what_if(_GROUP, "again", _deployment(prefix="ip", count=3)).result(),
        lambda one: {change.change_type for change in one.properties.changes} == {"NoChange"},
    )
    whole = {"location": LOCATION, **_deployment(_FOR_SUBSCRIPTION)}
    step(
        "deploy at a subscription",
        lambda: deployments.begin_create_or_update_at_subscription_scope("second", whole).result(),
        lambda one: one.properties.provisioning_state == "Succeeded" and groups.check_existence("story-deployed"),
    )
    step(
        "calculate a template's hash",
        lambda: deployments.calculate_template_hash(TEMPLATE),
        lambda one: len(one.template_hash) > 10,
    )
    step("delete a deployment", lambda: deployments.begin_delete(_GROUP, "first").result())
    step.refused("a deleted deployment is gone", lambda: deployments.get(_GROUP, "first"), "DeploymentNotFound")
    stacks = DeploymentStacksClient(credential, SUBSCRIPTION).deployment_stacks
    stack = {
        "properties": {
            "template": TEMPLATE,
            "parameters": {"prefix": {"value": "stacked"}, "count": {"value": 1}},
            "actionOnUnmanage": {"resources": "delete"},
            "denySettings": {"mode": "none"},
        }
    }
    step(
        "deploy a stack",
        lambda: stacks.begin_create_or_update_at_resource_group(_GROUP, "stack", stack).result(),
        lambda one: [found.id.rpartition("/")[2] for found in one.properties.resources] == ["stacked-0"],
    )
    step("delete a stack", lambda: stacks.begin_delete_at_resource_group(_GROUP, "stack").result())
    step("delete the groups", lambda: [groups.begin_delete(one).result() for one in (_GROUP, "story-deployed")])
