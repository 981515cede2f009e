"""The tables of Resource Graph and what lies in each.

`Resources` has every resource that has a place of its own in `az resource list` and is in no other table. The other
tables have the types listed here. A table of which the sandbox has nothing (`AdvisorResources`, `HealthResources`,
`SecurityResources`...) is empty, which is the truth: nobody assessed these resources.
Source: "Azure Resource Graph table and resource type reference".
"""

from __future__ import annotations

from azlin.sandbox.resource_graph.compiled import Columns

RESOURCES = "resources"
CONTAINERS = "resourcecontainers"
COLUMNS: Columns = {
    "id": "string",
    "name": "string",
    "type": "string",
    "tenantId": "string",
    "kind": "string",
    "location": "string",
    "resourceGroup": "string",
    "subscriptionId": "string",
    "managedBy": "string",
    "sku": "dynamic",
    "plan": "dynamic",
    "properties": "dynamic",
    "tags": "dynamic",
    "identity": "dynamic",
    "zones": "dynamic",
    "extendedLocation": "dynamic",
}
"""The columns of every table, in the order in which they are answered."""
INDEXED = ("id", "name", "type", "tenantId", "resourceGroup", "subscriptionId")
"""Columns that are known without reading a resource's body."""

_DNS = tuple(
    f"microsoft.network/{zone}/{record}"
    for zone in ("dnszones", "privatednszones")
    for record in ("a", "aaaa", "cname", "mx", "ns", "ptr", "soa", "srv", "txt")
)
TYPES: dict[str, tuple[str, ...]] = {
    "authorizationresources": (
        "microsoft.authorization/roleassignments",
        "microsoft.authorization/roledefinitions",
        "microsoft.authorization/classicadministrators",
    ),
    "policyresources": (
        "microsoft.authorization/policyassignments",
        "microsoft.authorization/policydefinitions",
        "microsoft.authorization/policysetdefinitions",
        "microsoft.authorization/policyexemptions",
        "microsoft.policyinsights/policystates",
        "microsoft.policyinsights/policymetadata",
    ),
    "appserviceresources": (
        "microsoft.web/sites/config",
        "microsoft.web/sites/slots/config",
        "microsoft.web/sites/workflows",
    ),
    "aksresources": (
        "microsoft.containerservice/fleets/members",
        "microsoft.containerservice/fleets/updateruns",
        "microsoft.containerservice/fleets/updatestrategies",
    ),
    "batchresources": ("microsoft.batch/batchaccounts/pools",),
    "chaosresources": ("microsoft.chaos/targets", "microsoft.chaos/targets/capabilities"),
    "computeresources": (
        "microsoft.compute/virtualmachinescalesets/virtualmachines",
        "microsoft.compute/virtualmachinescalesets/virtualmachines/networkinterfaces",
    ),
    "deploymentresources": ("microsoft.resources/deploymentstacks",),
    "desktopvirtualizationresources": ("microsoft.desktopvirtualization/hostpools/sessionhosts",),
    "dnsresources": _DNS,
    "elasticsanresources": (
        "microsoft.elasticsan/elasticsans",
        "microsoft.elasticsan/elasticsans/volumegroups",
        "microsoft.elasticsan/elasticsans/volumegroups/volumes",
    ),
    "extendedlocationresources": ("microsoft.extendedlocation/customlocations/enabledresourcetypes",),
    "featureresources": ("microsoft.features/featureproviders/subscriptionfeatureregistrations",),
    "guestconfigurationresources": ("microsoft.guestconfiguration/guestconfigurationassignments",),
    "insightsresources": (
        "microsoft.insights/datacollectionruleassociations",
        "microsoft.insights/tenantactiongroups",
    ),
    "kubernetesconfigurationresources": (
        "microsoft.kubernetesconfiguration/extensions",
        "microsoft.kubernetesconfiguration/fluxconfigurations",
        "microsoft.kubernetesconfiguration/sourcecontrolconfigurations",
    ),
    "kustoresources": ("microsoft.kusto/clusters/databases/dataconnections",),
    "maintenanceresources": (
        "microsoft.maintenance/applyupdates",
        "microsoft.maintenance/configurationassignments",
        "microsoft.maintenance/updates",
    ),
    "managedserviceresources": (
        "microsoft.managedservices/registrationassignments",
        "microsoft.managedservices/registrationdefinitions",
    ),
    "networkresources": (
        "microsoft.network/firewallpolicies/rulecollectiongroups",
        "microsoft.network/networkmanagers/connectivityconfigurations",
        "microsoft.network/networkmanagers/networkgroups",
        "microsoft.network/networkmanagers/networkgroups/staticmembers",
        "microsoft.network/networkmanagers/routingconfigurations",
        "microsoft.network/networkmanagers/securityadminconfigurations",
        "microsoft.network/networksecurityperimeters/profiles",
        "microsoft.network/networksecurityperimeters/resourceassociations",
    ),
    "recoveryservicesresources": (
        "microsoft.dataprotection/backupvaults/backupinstances",
        "microsoft.dataprotection/backupvaults/backuppolicies",
        "microsoft.recoveryservices/vaults/alerts",
        "microsoft.recoveryservices/vaults/backupfabrics/protectioncontainers/protecteditems",
        "microsoft.recoveryservices/vaults/backupjobs",
        "microsoft.recoveryservices/vaults/backuppolicies",
        "microsoft.recoveryservices/vaults/replicationjobs",
        "microsoft.recoveryservices/vaults/replicationpolicies",
        "microsoft.recoveryservices/vaults/replicationrecoveryplans",
    ),
}
VISIBLE = {"appserviceresources": "(type NOT LIKE '%/config' OR name = 'web')"}
"""SQL for what of a table's types is in it: of a site's configurations only `web`, because the others hold secrets and
are read by POST."""
ELSEWHERE = tuple(sorted(one for types in TYPES.values() for one in types))
"""Types that are not in `Resources`, because they are in another table."""
_EMPTY = frozenset(
    [
        "advisorresources",
        "alertsmanagementresources",
        "awsresources",
        "azurebusinesscontinuityresources",
        "capabilityresources",
        "communitygalleryresources",
        "edgeorderresources",
        "healthresources",
        "healthresourcechanges",
        "impactreportresources",
        "iotsecurityresources",
        "migrateresources",
        "orbitalresources",
        "patchassessmentresources",
        "patchinstallationresources",
        "quotaresources",
        "resourcechanges",
        "resourcecontainerchanges",
        "networkresourcechanges",
        "securityresources",
        "servicehealthresources",
        "spotresources",
        "supportresources",
        "tagsresources",
        "workloadmonitorresources",
        "servicefabricresources",
    ]
)
NAMES = frozenset((RESOURCES, CONTAINERS, *TYPES, *_EMPTY))
"""Every table, casefolded."""
