"""How `az` spells an ARM body: one form per type, each a table from the leaves of the body to az's options.

A form is used only if it says every leaf of the body, and if az, given these options, adds nothing that Azure would
not choose by itself (measured with azure-cli 2.91, by looking at what it sends). Where az would choose something of
its own, the leaf is listed under `needs`: a body that leaves it open is sent as it is, with `az rest`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from azlin.agentic.types import GROUP_TYPE

Says = Callable[..., "list[str] | None"]
"""The options for the values of some leaves; None if az cannot say these values."""

_PLAIN = re.compile(r"[A-Za-z0-9_./*][A-Za-z0-9_./*:+=@, -]*")
_TAG = re.compile(r"[A-Za-z0-9_-]+")


def plain(value: Any) -> str | None:
    """A scalar as az reads it back unchanged. az expands `@file`, and its generated commands read quotes, braces,
    brackets and `null` as a notation of their own: such values are not put on a command line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.casefold() not in ("null", "none"):
        return value
    return None


def one(option: str) -> Says:
    """One value, after its option."""

    def says(value: Any) -> list[str] | None:
        word = plain(value)
        return None if word is None else [option, word]

    return says


def any_of(option: str, *values: str, **spelled: str) -> Says:
    """One of these values (a newer one may be unknown to the az that is installed); `spelled` are az's own words."""
    words = {value: value for value in values} | {value.rstrip("_"): word for value, word in spelled.items()}

    def says(value: Any) -> list[str] | None:
        return [option, words[value]] if isinstance(value, str) and value in words else None

    return says


def many(option: str, at_least: int = 1) -> Says:
    """A list of values, after their option."""

    def says(value: Any) -> list[str] | None:
        items = cast("list[Any]", value) if isinstance(value, list) else []
        words = [word for item in items if (word := plain(item)) is not None and not re.search("[,=]", word)]
        return [option, *words] if len(words) == len(items) >= at_least else None

    return says


def pairs(option: str) -> Says:
    def says(value: Any) -> list[str] | None:
        items: list[tuple[str, Any]] = list(cast("dict[str, Any]", value).items()) if isinstance(value, dict) else []
        words: list[str] = []
        for key, item in items:
            word = plain(item) if isinstance(item, str) else None  # the generated commands refuse `key=`
            if word is None or not _TAG.fullmatch(key):
                return None
            words.append(f"{key}={word}")
        return [option, *words] if words else []

    return says


def implied(meant: Any) -> Says:
    """What the command means anyway."""
    return exactly(meant)


def exactly(meant: Any, *words: str) -> Says:
    """These options, for this one value."""

    def says(value: Any) -> list[str] | None:
        return list(words) if value == meant and type(value) is type(meant) else None

    return says


def zone(zones: Any) -> list[str] | None:
    return ["--zone", zones[0]] if zones in (["1"], ["2"], ["3"]) else None


def urn(publisher: Any, offer: Any, sku: Any, version: Any) -> list[str] | None:
    words = [plain(part) for part in (publisher, offer, sku, version)]
    if any(word is None or ":" in word for word in words):
        return None
    return ["--image", ":".join(word for word in words if word is not None)]


def subnet(name: Any, prefix: Any) -> list[str] | None:
    words = [plain(name), plain(prefix)]
    return None if None in words else ["--subnet-name", str(name), "--subnet-prefixes", str(prefix)]


@dataclass(frozen=True)
class Form:
    """`names` are the options for the parts of the resource's name (None: fixed by the type). `leaves` maps a path, or
    several separated by spaces, to what says them. Each of `needs` is a choice: one of its paths must be there."""

    command: str
    leaves: Mapping[str, Says]
    names: tuple[str | None, ...] = ("-n",)
    needs: tuple[str, ...] = ()
    grouped: bool = True


_P = "properties."
_ENVELOPE: dict[str, Says] = {"location": one("-l"), "tags": pairs("--tags")}
_IP = f"{_P}ipConfigurations[0]."
_IP_P = f"{_IP}properties."
_DISK = f"{_P}storageProfile.osDisk."
_IMAGE = f"{_P}storageProfile.imageReference."
_LINUX = f"{_P}osProfile.linuxConfiguration."
_SECURITY = f"{_P}securityProfile."
_NIC = f"{_P}networkProfile.networkInterfaces[0]."

_STORAGE_SKUS = (
    *("Standard_LRS", "Standard_GRS", "Standard_RAGRS", "Standard_ZRS", "Standard_GZRS", "Standard_RAGZRS"),
    *("Premium_LRS", "Premium_ZRS"),
)
_DISK_SKUS = ("Standard_LRS", "StandardSSD_LRS", "StandardSSD_ZRS", "Premium_LRS", "Premium_ZRS")

FORMS: dict[str, Form] = {
    GROUP_TYPE: Form("group create", _ENVELOPE, needs=("location",), grouped=False),
    "Microsoft.Network/virtualNetworks": Form(
        "network vnet create",
        {
            **_ENVELOPE,
            f"{_P}addressSpace.addressPrefixes": many("--address-prefixes"),
            f"{_P}dhcpOptions.dnsServers": many("--dns-servers"),
            f"{_P}enableDdosProtection": one("--ddos-protection"),
            f"{_P}enableVmProtection": one("--vm-protection"),
            f"{_P}subnets": implied([]),
            f"{_P}subnets[0].name {_P}subnets[0].properties.addressPrefix": subnet,
        },
        needs=("location", f"{_P}addressSpace.addressPrefixes"),  # az would take 10.0.0.0/16
    ),
    "Microsoft.Network/virtualNetworks/subnets": Form(
        "network vnet subnet create",
        {
            f"{_P}addressPrefix": one("--address-prefixes"),
            f"{_P}addressPrefixes": many("--address-prefixes", at_least=2),  # az writes one as `addressPrefix`
            f"{_P}networkSecurityGroup.id": one("--network-security-group"),
            f"{_P}natGateway.id": one("--nat-gateway"),
            f"{_P}routeTable.id": one("--route-table"),
            f"{_P}defaultOutboundAccess": one("--default-outbound-access"),
            f"{_P}privateEndpointNetworkPolicies": any_of("--private-endpoint-network-policies", "Enabled", "Disabled"),
            f"{_P}delegations": implied([]),
            f"{_P}serviceEndpoints": implied([]),
        },
        names=("--vnet-name", "-n"),
        needs=(f"{_P}addressPrefix {_P}addressPrefixes",),
    ),
    "Microsoft.Network/networkSecurityGroups": Form(
        "network nsg create",
        {**_ENVELOPE, "properties": implied({}), f"{_P}securityRules": implied([])},
        needs=("location",),
    ),
    "Microsoft.Network/networkSecurityGroups/securityRules": Form(
        "network nsg rule create",
        {
            f"{_P}priority": one("--priority"),
            f"{_P}direction": any_of("--direction", "Inbound", "Outbound"),
            f"{_P}access": any_of("--access", "Allow", "Deny"),
            f"{_P}protocol": any_of("--protocol", "*", "Tcp", "Udp", "Icmp", "Esp", "Ah"),
            f"{_P}description": one("--description"),
            f"{_P}sourceAddressPrefix": one("--source-address-prefixes"),
            f"{_P}sourceAddressPrefixes": many("--source-address-prefixes", at_least=2),
            f"{_P}sourcePortRange": one("--source-port-ranges"),
            f"{_P}sourcePortRanges": many("--source-port-ranges", at_least=2),
            f"{_P}destinationAddressPrefix": one("--destination-address-prefixes"),
            f"{_P}destinationAddressPrefixes": many("--destination-address-prefixes", at_least=2),
            f"{_P}destinationPortRange": one("--destination-port-ranges"),
            f"{_P}destinationPortRanges": many("--destination-port-ranges", at_least=2),
        },
        names=("--nsg-name", "-n"),
        # az would allow inbound traffic from everywhere to port 80
        needs=(
            f"{_P}priority",
            f"{_P}direction",
            f"{_P}access",
            f"{_P}protocol",
            f"{_P}sourceAddressPrefix {_P}sourceAddressPrefixes",
            f"{_P}sourcePortRange {_P}sourcePortRanges",
            f"{_P}destinationAddressPrefix {_P}destinationAddressPrefixes",
            f"{_P}destinationPortRange {_P}destinationPortRanges",
        ),
    ),
    "Microsoft.Network/publicIPAddresses": Form(
        "network public-ip create",
        {
            **_ENVELOPE,
            "sku.name": any_of("--sku", "Basic", "Standard"),
            "sku.tier": any_of("--tier", "Regional", "Global"),
            "zones": many("--zone"),
            f"{_P}publicIPAllocationMethod": any_of("--allocation-method", "Static", "Dynamic"),
            f"{_P}publicIPAddressVersion": any_of("--version", "IPv4", "IPv6"),
            f"{_P}idleTimeoutInMinutes": one("--idle-timeout"),
            f"{_P}dnsSettings.domainNameLabel": one("--dns-name"),
        },
        needs=("location", "sku.name", f"{_P}publicIPAllocationMethod"),  # both defaults depend on az's version
    ),
    "Microsoft.Network/networkInterfaces": Form(
        "network nic create",
        {
            **_ENVELOPE,
            f"{_IP}name": implied("ipconfig1"),  # az has no option for it
            f"{_IP_P}primary": implied(True),  # of a single configuration
            f"{_IP_P}subnet.id": one("--subnet"),
            f"{_IP_P}publicIPAddress.id": one("--public-ip-address"),
            f"{_IP_P}privateIPAllocationMethod": implied("Dynamic"),
            f"{_IP_P}privateIPAddressVersion": implied("IPv4"),
            f"{_P}networkSecurityGroup.id": one("--network-security-group"),
            f"{_P}enableAcceleratedNetworking": one("--accelerated-networking"),
            f"{_P}enableIPForwarding": one("--ip-forwarding"),
        },
        needs=("location", f"{_IP}name", f"{_IP_P}subnet.id"),
    ),
    "Microsoft.Storage/storageAccounts": Form(
        "storage account create",
        {
            **_ENVELOPE,
            "sku.name": any_of("--sku", *_STORAGE_SKUS),
            "kind": any_of("--kind", "StorageV2", "BlobStorage", "BlockBlobStorage", "FileStorage", "Storage"),
            f"{_P}accessTier": any_of("--access-tier", "Hot", "Cool", "Cold", "Premium"),
            f"{_P}supportsHttpsTrafficOnly": one("--https-only"),
            f"{_P}minimumTlsVersion": any_of("--min-tls-version", "TLS1_0", "TLS1_1", "TLS1_2"),
            f"{_P}allowBlobPublicAccess": one("--allow-blob-public-access"),
            f"{_P}allowSharedKeyAccess": one("--allow-shared-key-access"),
            f"{_P}allowCrossTenantReplication": one("--allow-cross-tenant-replication"),
            f"{_P}publicNetworkAccess": any_of("--public-network-access", "Enabled", "Disabled"),
            f"{_P}isHnsEnabled": one("--hns"),
            f"{_P}networkAcls.defaultAction": any_of("--default-action", "Allow", "Deny"),
            f"{_P}networkAcls.bypass": any_of("--bypass", "AzureServices", "Logging", "Metrics", "None"),
        },
        needs=("location", "sku.name", "kind"),  # az would take Standard_RAGRS
    ),
    "Microsoft.Storage/storageAccounts/blobServices/containers": Form(
        "storage container-rm create",
        {
            "properties": implied({}),
            f"{_P}publicAccess": any_of("--public-access", None_="off", Blob="blob", Container="container"),
        },
        names=("--storage-account", None, "-n"),
    ),
    "Microsoft.Compute/virtualMachines": Form(
        # Through --nics, so that az makes no network, address or security group of its own. az sends a deployment
        # `vm_deploy_…`, which stays in the group's history; it is not a resource.
        "vm create",
        {
            **_ENVELOPE,
            "zones": zone,
            f"{_P}hardwareProfile.vmSize": one("--size"),
            f"{_IMAGE}publisher {_IMAGE}offer {_IMAGE}sku {_IMAGE}version": urn,
            f"{_DISK}createOption": implied("FromImage"),
            f"{_DISK}osType": implied("Linux"),
            f"{_DISK}name": one("--os-disk-name"),
            f"{_DISK}caching": any_of("--os-disk-caching", "None", "ReadOnly", "ReadWrite"),
            f"{_DISK}diskSizeGB": one("--os-disk-size-gb"),
            f"{_DISK}deleteOption": any_of("--os-disk-delete-option", "Delete", "Detach"),
            f"{_DISK}managedDisk.storageAccountType": any_of("--storage-sku", *_DISK_SKUS),
            f"{_P}storageProfile.dataDisks": implied([]),
            f"{_NIC}id": one("--nics"),
            f"{_NIC}properties.primary": implied(True),  # of a single interface
            f"{_NIC}properties.deleteOption": any_of("--nic-delete-option", "Delete", "Detach"),
            f"{_P}osProfile.computerName": one("--computer-name"),
            f"{_P}osProfile.adminUsername": one("--admin-username"),
            f"{_LINUX}disablePasswordAuthentication": exactly(True, "--authentication-type", "ssh"),
            f"{_LINUX}ssh.publicKeys[0].keyData": one("--ssh-key-values"),
            f"{_LINUX}ssh.publicKeys[0].path": one("--ssh-dest-key-path"),
            f"{_SECURITY}securityType": any_of("--security-type", "TrustedLaunch"),
            f"{_SECURITY}uefiSettings.secureBootEnabled": one("--enable-secure-boot"),
            f"{_SECURITY}uefiSettings.vTpmEnabled": one("--enable-vtpm"),
            f"{_P}priority": any_of("--priority", "Regular", "Spot"),
            f"{_P}evictionPolicy": any_of("--eviction-policy", "Deallocate", "Delete"),
        },
        needs=(
            "location",
            f"{_P}hardwareProfile.vmSize",
            f"{_IMAGE}publisher",
            f"{_NIC}id",
            f"{_NIC}properties.deleteOption",
            f"{_DISK}createOption",
            f"{_DISK}name",
            f"{_DISK}caching",  # az takes ReadWrite; Azure chooses by the kind of disk
            f"{_DISK}deleteOption",
            f"{_DISK}managedDisk.storageAccountType",
            f"{_P}osProfile.adminUsername",  # az would take the name of whoever runs it
            f"{_LINUX}disablePasswordAuthentication",
            f"{_LINUX}ssh.publicKeys[0].keyData",  # az would generate a key pair in ~/.ssh
            # Some versions of az turn Trusted Launch on for images that can, some do not
            f"{_SECURITY}securityType",
            f"{_SECURITY}uefiSettings.secureBootEnabled",
            f"{_SECURITY}uefiSettings.vTpmEnabled",
        ),
    ),
}
"""By type, as Azure writes it."""

_BY_TYPE = {type_.casefold(): form for type_, form in FORMS.items()}


def form_of(type_: str) -> Form | None:
    return _BY_TYPE.get(type_.casefold())


def options(form: Form, desired: Mapping[str, Any]) -> list[str] | None:
    """The options that say the whole body and nothing else; None when az has no way to say it."""
    leaves = dict(_leaves(desired))
    if any(not leaves.keys() & set(choice.split()) for choice in form.needs):
        return None
    said: list[str] = []
    covered: set[str] = set()
    for paths, says in form.leaves.items():
        together = paths.split()
        if not leaves.keys() >= set(together):
            continue
        words = says(*(leaves[path] for path in together))
        if words is None or (words and words[0] in said):
            return None
        said += words
        covered |= set(together)
    return said if covered == leaves.keys() else None


def _leaves(value: Any, path: str = "") -> list[tuple[str, Any]]:
    """The leaves of a body by path (`properties.subnets[0].name`). Tags and lists of scalars are one leaf each, and so
    is what is empty."""
    if isinstance(value, dict) and value and path != "tags":
        inner = cast("dict[str, Any]", value).items()
        return [leaf for key, item in inner for leaf in _leaves(item, f"{path}.{key}" if path else key)]
    if isinstance(value, list) and any(isinstance(item, (dict, list)) for item in cast("list[Any]", value)):
        inner = enumerate(cast("list[Any]", value))
        return [leaf for index, item in inner for leaf in _leaves(item, f"{path}[{index}]")]
    return [(path, value)] if path else []
