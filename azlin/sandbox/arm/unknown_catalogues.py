"""Catalogues of Azure's own: lists whose entries nobody makes, that are never empty in Azure, and that are not known
here.

What people choose from, and then pay for, is refused as not served: sizes, tiers, models, capabilities. An empty list
would say that Azure offers nothing. Of the others (reference data, and counters of what is used) an empty list is
answered, because clients read them on their way; its header `x-azlin-sandbox: not-known-here` says that nobody knows.
An entry of either is refused. Whoever learns what is in one answers it by a route, which comes before this. Not here
are lists that customers write to as well, and those that az only reads on its way to something else that is known
(`Microsoft.Web/webAppStacks` and `functionAppStacks`, `Microsoft.Security/locations`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from azlin.sandbox.arm.behaviour import Answer, Behaviour, Call, Registry
from azlin.sandbox.arm.catalog import namespaces
from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.refusals import ArmRefusal, not_known_here

_CHOSEN_IN_A_REGION = (
    "availableManagedEnvironmentsWorkloadProfileTypes",
    "capabilities",
    "commitmentTiers",
    "models",
    "performanceTiers",
    "skus",
    "supportedVirtualMachineSkus",
    "virtualMachineSkus",
)
_READ_IN_A_REGION = (
    "applicationGatewayWafDynamicManifests",
    "quotaLimits",
    "regionInfos",
    "trustedAccessRoles",
    "usages",
)
"""Segments after `{any namespace}/locations/{region}/`."""
_READ_IN_A_NAMESPACE = ("operations",)
"""Segments after any namespace."""
_CHOSEN = (
    "Microsoft.CognitiveServices/skus",
    "Microsoft.DataBoxEdge/availableSkus",
    "Microsoft.DataMigration/skus",
    "Microsoft.Network/networkVirtualApplianceSkus",
    "Microsoft.Search/offerings",
)
_READ = (
    "Microsoft.Authorization/providerOperations",
    "Microsoft.EventGrid/topicTypes",
    "Microsoft.EventGrid/verifiedPartners",
    "Microsoft.Network/ExpressRoutePortsLocations",
    "Microsoft.Network/applicationGatewayAvailableWafRuleSets",
    "Microsoft.Network/bgpServiceCommunities",
    "Microsoft.Network/expressRouteServiceProviders",
    "Microsoft.Network/trafficManagerGeographicHierarchies",
    "Microsoft.PolicyInsights/policyMetadata",
    "Microsoft.Security/secureScoreControlDefinitions",
    "Microsoft.Security/securitySolutionsReferenceData",
    "Microsoft.Synapse/kustooperations",
)
_ASKED_BY_POST = ("Microsoft.BotService/listAuthServiceProviders",)


class UnknownCatalogue(Behaviour):
    """No entry of it is told; its list is, as empty and as unknown, unless people choose from it."""

    def __init__(self, *, chosen: bool) -> None:
        self.unknown_catalogue = "refused" if chosen else "empty"

    def not_found(self, rid: ResourceId, /, *, as_scope: bool) -> ArmRefusal | None:
        return None if as_scope else not_known_here(rid.id)


def _refuse(_call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    raise not_known_here(groups["path"])


def register(registry: Registry) -> None:
    chosen, read = UnknownCatalogue(chosen=True), UnknownCatalogue(chosen=False)
    for namespace in namespaces().values():
        for segment in _CHOSEN_IN_A_REGION:
            registry.type(f"{namespace}/locations/{segment}", chosen)
        for segment in _READ_IN_A_REGION:
            registry.type(f"{namespace}/locations/{segment}", read)
        for segment in _READ_IN_A_NAMESPACE:
            registry.type(f"{namespace}/{segment}", read)
    for type_name in _CHOSEN:
        registry.type(type_name, chosen)
    for type_name in _READ:
        registry.type(type_name, read)
    for type_name in _ASKED_BY_POST:
        path = rf"(?P<path>/subscriptions/[^/]+/providers/{re.escape(type_name)})"
        registry.route("POST", type_name.partition("/")[0], path, _refuse)
