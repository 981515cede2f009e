"""What a region offers to networks: endpoint services, delegations, private endpoint types, service aliases and tags,
private link services that are approved by themselves.

Names and shapes are those of the public documentation and of answers recorded by the tests of the Azure CLI. Of the
service tags only those are listed whose addresses are fixed and documented; the ranges of the others change every week
and are not known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from azlin.sandbox.arm.behaviour import Answer, Call, Registry, RouteHandler
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.locations import all_locations, find_location, location_name
from azlin.sandbox.arm.refusals import ArmRefusal

_ENDPOINT_SERVICES = (
    "Microsoft.Storage",
    "Microsoft.Sql",
    "Microsoft.AzureActiveDirectory",
    "Microsoft.AzureCosmosDB",
    "Microsoft.Web",
    "Microsoft.KeyVault",
    "Microsoft.EventHub",
    "Microsoft.ServiceBus",
    "Microsoft.ContainerRegistry",
    "Microsoft.CognitiveServices",
    "Microsoft.Storage.Global",
)
_JOIN = "Microsoft.Network/virtualNetworks/subnets/join/action"
_ACTION = "Microsoft.Network/virtualNetworks/subnets/action"
_POLICIES = (
    "Microsoft.Network/networkinterfaces/*",
    _JOIN,
    "Microsoft.Network/virtualNetworks/subnets/prepareNetworkPolicies/action",
    "Microsoft.Network/virtualNetworks/subnets/unprepareNetworkPolicies/action",
)
_DELEGATIONS: Mapping[str, tuple[str, ...]] = {
    "Microsoft.Web/serverFarms": (_ACTION,),
    "Microsoft.ContainerInstance/containerGroups": (_ACTION,),
    "Microsoft.Netapp/volumes": ("Microsoft.Network/networkinterfaces/*", _JOIN),
    "Microsoft.HardwareSecurityModules/dedicatedHSMs": ("Microsoft.Network/networkinterfaces/*", _JOIN),
    "Microsoft.ServiceFabricMesh/networks": (_ACTION,),
    "Microsoft.Logic/integrationServiceEnvironments": (_ACTION,),
    "Microsoft.Batch/batchAccounts": (_ACTION,),
    "Microsoft.Sql/managedInstances": (*_POLICIES[1:],),
    "Microsoft.Sql/managedInstancesOnebox": (*_POLICIES[1:],),
    "Microsoft.Databricks/workspaces": (*_POLICIES[1:],),
    "Microsoft.StreamAnalytics/streamingJobs": (_JOIN,),
    "Microsoft.DBforPostgreSQL/serversv2": (_JOIN,),
    "Microsoft.DBforPostgreSQL/flexibleServers": (_JOIN,),
    "Microsoft.DBforPostgreSQL/singleServers": (_JOIN,),
    "Microsoft.DBforMySQL/flexibleServers": (_JOIN,),
    "Microsoft.DBforMySQL/servers": (_JOIN,),
    "Microsoft.AzureCosmosDB/clusters": (_JOIN,),
    "Microsoft.MachineLearningServices/workspaces": (_JOIN,),
    "Microsoft.BareMetal/CrayServers": ("Microsoft.Network/networkinterfaces/*", _JOIN),
    "Microsoft.BareMetal/AzureVMware": ("Microsoft.Network/networkinterfaces/*", _JOIN),
    "Microsoft.BareMetal/AzureHPC": ("Microsoft.Network/networkinterfaces/*", _JOIN),
    "Microsoft.PowerPlatform/enterprisePolicies": (_JOIN,),
    "Microsoft.PowerPlatform/vnetaccesslinks": (_JOIN,),
    "Microsoft.Network/managedResolvers": (_JOIN,),
    "Microsoft.Network/dnsResolvers": (_JOIN,),
    "Microsoft.Kusto/clusters": (*_POLICIES[1:],),
    "Microsoft.Synapse/workspaces": (_JOIN,),
    "Microsoft.ContainerService/managedClusters": (_JOIN,),
    "Microsoft.App/environments": (_JOIN,),
    "Microsoft.ApiManagement/service": (_JOIN,),
    "Microsoft.DevCenter/networkConnection": (_JOIN,),
    "Microsoft.LabServices/labplans": (_JOIN,),
    "Microsoft.Orbital/orbitalGateways": (_JOIN,),
}
_PRIVATE_ENDPOINT_TYPES = (
    "Microsoft.ApiManagement/service",
    "Microsoft.AppConfiguration/configurationStores",
    "Microsoft.Automation/automationAccounts",
    "Microsoft.Batch/batchAccounts",
    "Microsoft.Cache/Redis",
    "Microsoft.Cache/redisEnterprise",
    "Microsoft.CognitiveServices/accounts",
    "Microsoft.Compute/diskAccesses",
    "Microsoft.ContainerRegistry/registries",
    "Microsoft.ContainerService/managedClusters",
    "Microsoft.DBforMariaDB/servers",
    "Microsoft.DBforMySQL/flexibleServers",
    "Microsoft.DBforMySQL/servers",
    "Microsoft.DBforPostgreSQL/flexibleServers",
    "Microsoft.DBforPostgreSQL/servers",
    "Microsoft.Databricks/workspaces",
    "Microsoft.DataFactory/factories",
    "Microsoft.DesktopVirtualization/hostpools",
    "Microsoft.Devices/IotHubs",
    "Microsoft.Devices/provisioningServices",
    "Microsoft.DigitalTwins/digitalTwinsInstances",
    "Microsoft.DocumentDB/databaseAccounts",
    "Microsoft.EventGrid/domains",
    "Microsoft.EventGrid/topics",
    "Microsoft.EventHub/namespaces",
    "Microsoft.HDInsight/clusters",
    "Microsoft.Insights/privateLinkScopes",
    "Microsoft.KeyVault/managedHSMs",
    "Microsoft.KeyVault/vaults",
    "Microsoft.Kusto/clusters",
    "Microsoft.MachineLearningServices/workspaces",
    "Microsoft.Network/applicationGateways",
    "Microsoft.Network/privateLinkServices",
    "Microsoft.Purview/accounts",
    "Microsoft.RecoveryServices/vaults",
    "Microsoft.Relay/namespaces",
    "Microsoft.Search/searchServices",
    "Microsoft.ServiceBus/namespaces",
    "Microsoft.SignalRService/SignalR",
    "Microsoft.Sql/managedInstances",
    "Microsoft.Sql/servers",
    "Microsoft.Storage/storageAccounts",
    "Microsoft.StorageSync/storageSyncServices",
    "Microsoft.Synapse/privateLinkHubs",
    "Microsoft.Synapse/workspaces",
    "Microsoft.Web/sites",
    "Microsoft.Web/staticSites",
)
_ALIASES = ("", "/Batch", "/DataFactory", "/MachineLearning", "/ManagedInstance", "/WebPI")
_FIXED_TAGS: Mapping[str, tuple[str, ...]] = {
    "AzureLoadBalancer": ("168.63.129.16/32",),
    "AzurePlatformDNS": ("168.63.129.16/32",),
    "AzurePlatformIMDS": ("169.254.169.254/32",),
}


def _root(groups: Mapping[str, str]) -> str:
    return f"/subscriptions/{groups['subscription']}/providers/Microsoft.Network"


def _endpoint_services(_call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    kind = "virtualNetworkEndpointServices"
    return _values(
        {"name": one, "id": f"{_root(groups)}/{kind}/{one}", "type": f"Microsoft.Network/{kind}"}
        for one in _ENDPOINT_SERVICES
    )


def _delegations(_call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    kind = "availableDelegations"
    return _values(
        {
            "name": service.replace("/", "."),
            "id": f"{_root(groups)}/{kind}/{service.replace('/', '.')}",
            "type": f"Microsoft.Network/{kind}",
            "serviceName": service,
            "actions": list(actions),
        }
        for service, actions in _DELEGATIONS.items()
    )


def _endpoint_types(_call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    kind = "AvailablePrivateEndpointTypes"
    return _values(
        {
            "name": one.replace("/", "."),
            "id": f"{_root(groups)}/{kind}/{one.replace('/', '.')}",
            "type": f"Microsoft.Network/{kind}",
            "resourceName": one,
        }
        for one in _PRIVATE_ENDPOINT_TYPES
    )


def _aliases(_call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    kind = "AvailableServiceAliases"
    return _values(
        {
            "name": f"servicesAzure{one.replace('/', '')}",
            "id": f"{_root(groups)}/{kind}/servicesAzure{one.replace('/', '')}",
            "type": f"Microsoft.Network/{kind}",
            "resourceName": f"/services/Azure{one}",
        }
        for one in _ALIASES
    )


def _tags(_call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    values = [
        {
            "name": name,
            "id": name,
            "properties": {
                "changeNumber": "1",
                "region": "",
                "systemService": "",
                "addressPrefixes": list(prefixes),
            },
        }
        for name, prefixes in _FIXED_TAGS.items()
    ]
    location = location_name(groups["location"])
    body: Body = {
        "name": "Public",
        "id": f"{_root(groups)}/serviceTags/{location}",
        "type": "Microsoft.Network/serviceTags",
        "changeNumber": "1",
        "cloud": "Public",
        "values": values,
    }
    return Answer(200, body)


def _auto_approved(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    """The private link services of the region that take this subscription without asking."""
    location, subscription = location_name(groups["location"]), groups["subscription"].casefold()
    found: list[Body] = []
    for one in call.plane.store.all(type="Microsoft.Network/privateLinkServices", tenant=call.tenant):
        allowed = array_of(object_of(one.properties.get("autoApproval")).get("subscriptions"))
        here = location_name(one.body.get("location")) == location
        if here and any(str(each).casefold() in ("*", subscription) for each in allowed):
            found.append({"privateLinkService": one.id.id})
    return Answer(200, {"value": found})


def _values(found: Any) -> Answer:
    return Answer(200, {"value": list(found)})


def _in_region(handler: RouteHandler) -> RouteHandler:
    """Refuse a region that Azure does not have."""

    def answer(call: Call, groups: Mapping[str, str], body: Any) -> Answer:
        if find_location(groups["location"]) is None:
            raise ArmRefusal(
                400,
                "NoRegisteredProviderFound",
                f"No registered resource provider found for location '{groups['location']}' and API version "
                f"'{call.api_version}' for type 'locations'. The supported locations are "
                f"'{', '.join(all_locations())}'.",
            )
        return handler(call, groups, body)

    return answer


def register(registry: Registry) -> None:
    here = r"/subscriptions/(?P<subscription>[^/]+)(?:/resourceGroups/[^/]+)?"
    here += r"/providers/Microsoft\.Network/locations/(?P<location>[^/]+)/"
    for name, handler in (
        ("virtualNetworkAvailableEndpointServices", _endpoint_services),
        ("availableDelegations", _delegations),
        ("availablePrivateEndpointTypes", _endpoint_types),
        ("availableServiceAliases", _aliases),
        ("serviceTags", _tags),
        ("autoApprovedPrivateLinkServices", _auto_approved),
    ):
        registry.route("GET", "Microsoft.Network", here + name, _in_region(handler))
