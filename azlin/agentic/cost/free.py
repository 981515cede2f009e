"""What Azure does not bill: types that cost nothing by being there.

From the price pages of their services (azure.microsoft.com/pricing): networks, their rules and interfaces, identities
and roles, locks, groups. What is created through them (a deployment's resources) is priced where it is created.
"""

from __future__ import annotations

from azlin.agentic.cost.charge import Bill, free

TYPES: dict[str, str] = {
    "microsoft.resources/resourcegroups": "resource group",
    "microsoft.resources/tags": "tags",
    "microsoft.authorization/locks": "lock",
    "microsoft.authorization/roleassignments": "role assignment",
    "microsoft.authorization/roledefinitions": "role definition",
    "microsoft.authorization/policyassignments": "policy assignment",
    "microsoft.authorization/policydefinitions": "policy definition",
    "microsoft.compute/availabilitysets": "availability set",
    "microsoft.compute/proximityplacementgroups": "proximity placement group",
    "microsoft.compute/sshpublickeys": "SSH public key",
    "microsoft.compute/virtualmachines/extensions": "VM extension",
    "microsoft.managedidentity/userassignedidentities": "managed identity",
    "microsoft.managedidentity/userassignedidentities/federatedidentitycredentials": "federated credential",
    "microsoft.network/applicationsecuritygroups": "application security group",
    "microsoft.network/networkinterfaces": "network interface",
    "microsoft.network/networksecuritygroups": "network security group",
    "microsoft.network/networksecuritygroups/securityrules": "security rule",
    "microsoft.network/routetables": "route table",
    "microsoft.network/routetables/routes": "route",
    "microsoft.network/virtualnetworks": "virtual network",
    "microsoft.network/virtualnetworks/subnets": "subnet",
}
"""case-folded type → what a person calls it"""


def is_free(type_: str) -> bool:
    return type_.casefold() in TYPES


def nothing(type_: str) -> Bill:
    return Bill([free(TYPES[type_.casefold()])])
