"""Kinds of things in Azure: what people call them, what ARM calls them, and which family plans them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from azlin.agentic.language.tokens import Token
from azlin.agentic.types import GROUP_TYPE

VM_TYPE = "Microsoft.Compute/virtualMachines"
DISK_TYPE = "Microsoft.Compute/disks"
NIC_TYPE = "Microsoft.Network/networkInterfaces"
IP_TYPE = "Microsoft.Network/publicIPAddresses"
NSG_TYPE = "Microsoft.Network/networkSecurityGroups"
RULE_TYPE = f"{NSG_TYPE}/securityRules"
VNET_TYPE = "Microsoft.Network/virtualNetworks"
SUBNET_TYPE = f"{VNET_TYPE}/subnets"
ACCOUNT_TYPE = "Microsoft.Storage/storageAccounts"
CONTAINER_TYPE = f"{ACCOUNT_TYPE}/blobServices/containers"
ANY_TYPE = "Microsoft.Resources/resources"


class Kind(NamedTuple):
    """`name` is ours, `type` ARM's; `words` are the singular forms, the first the one we use; plurals end in s."""

    name: str
    family: str
    type: str
    words: tuple[str, ...]

    @property
    def singular(self) -> str:
        return self.words[0]

    @property
    def plural(self) -> str:
        return plural_of(self.words[0])

    def counted(self, count: int) -> str:
        """`1 VM`, `3 VMs`."""
        return f"{count} {self.singular if count == 1 else self.plural}"


def plural_of(words: str) -> str:
    if words.endswith("y"):
        return words[:-1] + "ies"
    return words + ("es" if words.endswith("ss") else "s")


_OTHERS = {
    "disk": (DISK_TYPE, "managed disk", "os disk", "data disk"),
    "snapshot": ("Microsoft.Compute/snapshots", "disk snapshot"),
    "availability set": ("Microsoft.Compute/availabilitySets",),
    "scale set": ("Microsoft.Compute/virtualMachineScaleSets", "vm scale set", "vmss"),
    "load balancer": ("Microsoft.Network/loadBalancers",),
    "application gateway": ("Microsoft.Network/applicationGateways", "app gateway"),
    "NAT gateway": ("Microsoft.Network/natGateways",),
    "route table": ("Microsoft.Network/routeTables",),
    "private endpoint": ("Microsoft.Network/privateEndpoints",),
    "bastion host": ("Microsoft.Network/bastionHosts", "bastion"),
    "DNS zone": ("Microsoft.Network/dnsZones",),
    "private DNS zone": ("Microsoft.Network/privateDnsZones",),
    "key vault": ("Microsoft.KeyVault/vaults", "keyvault", "vault"),
    "web app": ("Microsoft.Web/sites", "webapp", "function app", "app service"),
    "app service plan": ("Microsoft.Web/serverfarms",),
    "SQL server": ("Microsoft.Sql/servers",),
    "SQL database": ("Microsoft.Sql/servers/databases",),
    "AKS cluster": ("Microsoft.ContainerService/managedClusters", "kubernetes cluster"),
    "container registry": ("Microsoft.ContainerRegistry/registries", "acr"),
    "container app": ("Microsoft.App/containerApps",),
    "Cosmos DB account": ("Microsoft.DocumentDB/databaseAccounts", "cosmos account"),
    "Redis cache": ("Microsoft.Cache/redis",),
    "managed identity": ("Microsoft.ManagedIdentity/userAssignedIdentities", "user assigned identity"),
    "log analytics workspace": ("Microsoft.OperationalInsights/workspaces",),
}
KINDS = (
    Kind("group", "resource-groups", GROUP_TYPE, ("resource group", "resource-group", "group", "rg", "resourcegroup")),
    Kind(
        "vm",
        "virtual-machines",
        VM_TYPE,
        ("VM", "virtual machine", "virtual-machine", "virtual server", "machine", "server", "instance"),
    ),
    Kind("account", "storage", ACCOUNT_TYPE, ("storage account", "storage-account", "storageaccount")),
    Kind("container", "storage", CONTAINER_TYPE, ("blob container", "storage container", "container")),
    Kind("vnet", "networks", VNET_TYPE, ("virtual network", "vnet", "virtual-network", "v-net", "network")),
    Kind("subnet", "networks", SUBNET_TYPE, ("subnet",)),
    Kind("nsg", "networks", NSG_TYPE, ("network security group", "nsg", "security group")),
    Kind(
        "rule", "networks", RULE_TYPE, ("security rule", "nsg rule", "firewall rule", "network security rule", "rule")
    ),
    Kind("ip", "networks", IP_TYPE, ("public IP address", "public ip", "public-ip")),
    Kind("nic", "networks", NIC_TYPE, ("network interface", "nic", "network card", "network interface card")),
    Kind("resource", "resources", ANY_TYPE, ("resource", "azure resource", "thing")),
    *(Kind(name, "resources", type_, (name, *more)) for name, (type_, *more) in _OTHERS.items()),
)
BY_NAME = {kind.name: kind for kind in KINDS}


class Mention(NamedTuple):
    """A kind that was named, whether in the plural, and the index after it."""

    kind: Kind
    plural: bool
    end: int


def _forms() -> dict[tuple[str, ...], tuple[Kind, bool]]:
    forms: dict[tuple[str, ...], tuple[Kind, bool]] = {}
    for kind in KINDS:
        for words in kind.words:
            forms[tuple(words.casefold().split())] = (kind, False)
            forms[tuple(plural_of(words.casefold()).split())] = (kind, True)
            if words in ("VM", "nsg", "nic", "rg", "vnet"):
                forms[(f"{words.casefold()}'s",)] = (kind, True)
    return forms


_FORMS = _forms()
_LONGEST = max(len(form) for form in _FORMS)


def read_kind(tokens: Sequence[Token], start: int) -> Mention | None:
    """The kind that begins at `start`, the longest name first."""
    for end in range(min(start + _LONGEST, len(tokens)), start, -1):
        if all(token.kind == "word" for token in tokens[start:end]):
            found = _FORMS.get(tuple(token.low for token in tokens[start:end]))
            if found is not None:
                return Mention(found[0], found[1], end)
    return None


def kind_of_type(type_: str) -> Kind:
    """The kind for an ARM type: one we know, or a nameless one of the resources family."""
    known = next((kind for kind in KINDS if kind.type.casefold() == type_.casefold()), None)
    return known or Kind(type_, "resources", type_, (f"{type_} resource",))
