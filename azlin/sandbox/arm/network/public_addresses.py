"""Public IP addresses. Given out are addresses that belong to nobody: 203.0.113.0/24 and 2001:db8::/32 (RFC 5737, 3849,
for documentation), and 198.18.0.0/15 (RFC 2544) when those are used up."""

from __future__ import annotations

import ipaddress
import re
import zlib

from azlin.sandbox.arm.behaviour import Call, Registry
from azlin.sandbox.arm.jsonc import object_of
from azlin.sandbox.arm.network.network_parts import NetworkTyped
from azlin.sandbox.arm.references import id_of
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import ABOUT, Resource

ADDRESSES = "Microsoft.Network/publicIPAddresses"
_TAKEN = f"{ABOUT}public-address/"
_LABEL = f"{ABOUT}dns-label/"
_POOLS = (ipaddress.IPv4Network("203.0.113.0/24"), ipaddress.IPv4Network("198.18.0.0/15"))
_TRIES = 64
"""How far to look in a pool before the next one: a full pool must not cost time."""
_LABEL_FORM = re.compile(r"[a-z][a-z0-9-]{1,61}[a-z0-9]")


class PublicAddresses(NetworkTyped):
    kept = ("ipConfiguration", "ipAddress")
    needs_location = True

    def check(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        label = _label(resource)
        if label is None:
            return
        if not _LABEL_FORM.fullmatch(label):
            raise ArmRefusal(
                400,
                "InvalidDomainNameLabel",
                f"The domain name label {label} is invalid. It must conform to the following regular expression: "
                "^[a-z][a-z0-9-]{1,61}[a-z0-9]$.",
                details=[],
            )
        location = str(resource.body.get("location"))
        holder = holder_of(label, location, call)
        if holder is not None and holder != resource.id.key:
            raise ArmRefusal(
                400,
                "DnsRecordInUse",
                f"DNS record {label}.{location}.cloudapp.azure.com is already used by another public IP.",
                details=[],
            )

    def fill(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        super().fill(resource, before, call)
        body, properties = resource.body, resource.properties
        body["sku"] = {"name": "Standard", "tier": "Regional", **object_of(body.get("sku"))}
        properties.setdefault("publicIPAddressVersion", "IPv4")
        standard = str(body["sku"].get("name")).casefold() != "basic"
        properties.setdefault("publicIPAllocationMethod", "Static" if standard else "Dynamic")
        properties.setdefault("idleTimeoutInMinutes", 4)
        properties.setdefault("ipTags", [])
        properties.setdefault("ddosSettings", {"protectionMode": "VirtualNetworkInherited"})
        label = _label(resource)
        if label is not None:
            name = f"{label}.{body.get('location')}.cloudapp.azure.com"
            properties["dnsSettings"] = {**object_of(properties.get("dnsSettings")), "fqdn": name}
        if properties["publicIPAllocationMethod"] == "Static" or properties.get("ipConfiguration"):
            give_address(resource, call)

    def written(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        if before is not None and _label(before) != _label(resource):
            _forget_label(before, call)
        label = _label(resource)
        if label is not None:
            call.plane.store.remember(_key(label, str(resource.body.get("location"))), resource.id.key)

    def refuse_delete(self, resource: Resource, _call: Call, /) -> None:
        user = id_of(resource.properties.get("ipConfiguration"))
        if user is not None:
            raise ArmRefusal(
                400,
                "PublicIPAddressCannotBeDeleted",
                f"Public IP address {resource.id.id} can not be deleted since it is still allocated to resource {user}."
                " In order to delete the public IP, disassociate/detach the Public IP address from the resource.  To "
                "learn how to do this, see aka.ms/deletepublicip.",
                details=[],
            )

    def deleted(self, resource: Resource, call: Call, /) -> None:
        call.plane.store.forget(_TAKEN + str(resource.properties.get("ipAddress")))
        _forget_label(resource, call)


def give_address(resource: Resource, call: Call) -> None:
    """Fill `ipAddress` where it is still missing; the same resource gets the same one again, if it is free."""
    properties = resource.properties
    if properties.get("ipAddress"):
        return
    number = zlib.crc32(resource.id.key.encode())
    if properties.get("publicIPAddressVersion") == "IPv6":
        properties["ipAddress"] = str(ipaddress.IPv6Address("2001:db8::") + number)
        return
    for pool in _POOLS:
        for step in range(min(pool.num_addresses - 2, _TRIES)):
            address = str(pool[1 + (number + step) % (pool.num_addresses - 2)])
            if call.plane.store.recall(_TAKEN + address) is None:
                call.plane.store.remember(_TAKEN + address, resource.id.key)
                properties["ipAddress"] = address
                return
    raise ArmRefusal(400, "PublicIPAddressExhausted", "The sandbox has no public IP address left.", details=[])


def holder_of(label: str, location: str, call: Call) -> str | None:
    """The key of the public IP that has a DNS label in a region."""
    return call.plane.store.recall(_key(label, location))


def _key(label: str, location: str) -> str:
    return f"{_LABEL}{location}/{label}".casefold()


def _label(resource: Resource) -> str | None:
    found = object_of(resource.properties.get("dnsSettings")).get("domainNameLabel")
    return found if isinstance(found, str) and found else None


def _forget_label(resource: Resource, call: Call) -> None:
    label = _label(resource)
    if label is not None:
        call.plane.store.forget(_key(label, str(resource.body.get("location"))))


def register(registry: Registry) -> None:
    registry.type(ADDRESSES, PublicAddresses())
