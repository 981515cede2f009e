"""Catalogues of Azure's own: lists whose entries nobody makes, that are never empty in Azure, and that are not known
here. They are refused as not served, because an empty list would say that Azure offers nothing.

The rule: what is listed is Azure's (what it offers, where, and what a subscription may use of it), and a subscription
that has nothing gets a list that has something. Whoever learns what is in one answers it by a route, which comes before
this. Not here are lists that customers write to as well, and those that az only reads on its way to something else that
is known (`Microsoft.Web/webAppStacks` and `functionAppStacks`, `Microsoft.Security/locations`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from azlin.sandbox.arm.behaviour import Answer, Behaviour, Call, Registry
from azlin.sandbox.arm.catalog import namespaces
from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.refusals import ArmRefusal, not_known_here

_OF_A_REGION = (
    "applicationGatewayWafDynamicManifests",
    "availableManagedEnvironmentsWorkloadProfileTypes",
    "capabilities",
    "commitmentTiers",
    "models",
    "performanceTiers",
    "quotaLimits",
    "regionInfos",
    "skus",
    "supportedVirtualMachineSkus",
    "trustedAccessRoles",
    "usages",
    "virtualMachineSkus",
)
"""Segments after `{any namespace}/locations/{region}/`."""
_OF_A_NAMESPACE = ("operations",)
"""Segments after any namespace."""
_SINGLE = (
    "Microsoft.Authorization/providerOperations",
    "Microsoft.CognitiveServices/skus",
    "Microsoft.DataBoxEdge/availableSkus",
    "Microsoft.DataMigration/skus",
    "Microsoft.DocumentDB/locations",
    "Microsoft.EventGrid/topicTypes",
    "Microsoft.EventGrid/verifiedPartners",
    "Microsoft.Network/ExpressRoutePortsLocations",
    "Microsoft.Network/applicationGatewayAvailableWafRuleSets",
    "Microsoft.Network/bgpServiceCommunities",
    "Microsoft.Network/expressRouteServiceProviders",
    "Microsoft.Network/networkVirtualApplianceSkus",
    "Microsoft.Network/trafficManagerGeographicHierarchies",
    "Microsoft.PolicyInsights/policyMetadata",
    "Microsoft.Search/offerings",
    "Microsoft.Security/secureScoreControlDefinitions",
    "Microsoft.Security/securitySolutionsReferenceData",
    "Microsoft.Storage/skus",
    "Microsoft.Synapse/kustooperations",
    "Microsoft.Web/geoRegions",
)


_ASKED_BY_POST = ("Microsoft.BotService/listAuthServiceProviders",)


class UnknownCatalogue(Behaviour):
    """Neither its list nor an entry of it is told."""

    unknown_catalogue = True

    def not_found(self, rid: ResourceId, /, *, as_scope: bool) -> ArmRefusal | None:
        return None if as_scope else not_known_here(rid.id)


def _refuse(_call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    raise not_known_here(groups["path"])


def register(registry: Registry) -> None:
    unknown = UnknownCatalogue()
    for namespace in namespaces().values():
        for segment in _OF_A_REGION:
            registry.type(f"{namespace}/locations/{segment}", unknown)
        for segment in _OF_A_NAMESPACE:
            registry.type(f"{namespace}/{segment}", unknown)
    for type_name in _SINGLE:
        registry.type(type_name, unknown)
    for type_name in _ASKED_BY_POST:
        path = rf"(?P<path>/subscriptions/[^/]+/providers/{re.escape(type_name)})"
        registry.route("POST", type_name.partition("/")[0], path, _refuse)
