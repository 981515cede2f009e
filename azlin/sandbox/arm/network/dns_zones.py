"""DNS zones, public and private, and their record sets.

Every zone has a SOA record set, and a public one NS records too, from the moment it is made; they go only with the
zone. Values and shapes are those of the published definitions (Microsoft.Network dns 2018-05-01, privatedns 2020-06-01)
and of answers recorded by the tests of the Azure CLI.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from azlin.sandbox.arm.behaviour import Answer, Call, Registry
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.network.network_parts import NetworkTyped
from azlin.sandbox.arm.references import id_of
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource

PUBLIC = "Microsoft.Network/dnsZones"
PRIVATE = "Microsoft.Network/privateDnsZones"
_PUBLIC_KINDS = ("A", "AAAA", "CAA", "CNAME", "DS", "MX", "NAPTR", "NS", "PTR", "SOA", "SRV", "TLSA", "TXT")
_PRIVATE_KINDS = ("A", "AAAA", "CNAME", "MX", "PTR", "SOA", "SRV", "TXT")
_NAME_SERVERS = ((1, "com"), (2, "net"), (3, "org"), (4, "info"))
_WHOLE = ("recordsets", "all")
_SINGLE = ("CNAME", "SOA")
"""Record sets that hold one record, not a list."""


class _Dns(NetworkTyped):
    """A bare etag, and no guid."""

    etag_in_body = False
    has_guid = False
    one_service = False

    def show(self, resource: Resource, _call: Call, /) -> Body:
        if resource.etag:
            resource.body["etag"] = resource.etag
        return resource.body


def _records(zone: Resource, call: Call) -> Iterator[Resource]:
    kinds = _PRIVATE_KINDS if _is_private(zone.id.type) else _PUBLIC_KINDS
    known = {f"{zone.id.type}/{kind}".casefold() for kind in kinds}
    return (one for one in call.plane.store.all(parent=zone.id) if one.id.type.casefold() in known)


def _is_private(type_name: str) -> bool:
    return type_name.casefold().startswith(PRIVATE.casefold())


class _Zones(_Dns):
    def listed(self, resource: Resource, segment: str, call: Call, /) -> list[Any] | None:
        if segment.casefold() not in _WHOLE:
            return None
        ending = call.query.get("$recordsetnamesuffix", "").casefold()
        return [
            call.plane.show(one, call) for one in _records(resource, call) if one.id.name.casefold().endswith(ending)
        ]

    def show(self, resource: Resource, call: Call, /) -> Body:
        body = super().show(resource, call)
        count = sum(1 for _ in _records(resource, call))
        if count:  # a zone that came out of an export without its record sets keeps the number it had
            resource.properties["numberOfRecordSets"] = count
        return body


class PublicZones(_Zones):
    defaults: Mapping[str, Any] = {
        "maxNumberOfRecordSets": 10000,
        "nameServers": [f"ns{at}-01.azure-dns.{end}." for at, end in _NAME_SERVERS],
        "zoneType": "Public",
    }

    def written(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        if before is not None:
            return
        servers = [{"nsdname": str(one)} for one in array_of(resource.properties.get("nameServers"))]
        soa = {
            "email": "azuredns-hostmaster.microsoft.com",
            "expireTime": 2419200,
            "host": servers[0]["nsdname"] if servers else "",
            "minimumTTL": 300,
            "refreshTime": 3600,
            "retryTime": 300,
            "serialNumber": 1,
        }
        _put(resource, "NS", {"TTL": 172800, "NSRecords": servers}, call)
        _put(resource, "SOA", {"TTL": 3600, "SOARecord": soa}, call)


class PrivateZones(_Zones):
    defaults: Mapping[str, Any] = {
        "maxNumberOfRecordSets": 25000,
        "maxNumberOfVirtualNetworkLinks": 1000,
        "maxNumberOfVirtualNetworkLinksWithRegistration": 100,
        "numberOfVirtualNetworkLinks": 0,
        "numberOfVirtualNetworkLinksWithRegistration": 0,
    }

    def written(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        if before is not None:
            return
        soa = {
            "email": "azureprivatedns-host.microsoft.com",
            "expireTime": 2419200,
            "host": "azureprivatedns.net",
            "minimumTtl": 10,
            "refreshTime": 3600,
            "retryTime": 300,
            "serialNumber": 1,
        }
        _put(resource, "SOA", {"ttl": 3600, "soaRecord": soa}, call)

    def show(self, resource: Resource, call: Call, /) -> Body:
        body = super().show(resource, call)
        links = list(call.plane.store.all(parent=resource.id, type=f"{PRIVATE}/virtualNetworkLinks"))
        resource.properties["numberOfVirtualNetworkLinks"] = len(links)
        resource.properties["numberOfVirtualNetworkLinksWithRegistration"] = sum(
            1 for one in links if one.properties.get("registrationEnabled") is True
        )
        return body

    def refuse_delete(self, resource: Resource, call: Call, /) -> None:
        for link in call.plane.store.all(parent=resource.id, type=f"{PRIVATE}/virtualNetworkLinks"):
            raise ArmRefusal(
                409,
                "CannotDeleteResource",
                f"Cannot delete resource while nested resources exist. Some existing nested resource IDs include: "
                f"'{link.id.id}'. Please delete all nested resources before deleting this resource.",
            )


def _put(zone: Resource, kind: str, properties: Body, call: Call) -> None:
    rid = zone.id.child(kind, "@")
    fqdn = f"{zone.id.name}."
    more: Body = {"isAutoRegistered": False} if _is_private(zone.id.type) else {"targetResource": {}}
    state = {} if _is_private(zone.id.type) else {"provisioningState": "Succeeded"}
    call.plane.store.put(rid, {"properties": {"fqdn": fqdn, **properties, **more, **state}})


class Records(_Dns):
    """One record set. `kind` is the last word of the type."""

    def __init__(self, kind: str, *, private: bool) -> None:
        self.kind = kind
        self.private = private
        self.provisioning = not private

    def check(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        """A name that has a CNAME has nothing else (RFC 1034, section 3.6.2)."""
        zone = call.plane.store.get(resource.id.parent_key) if before is None else None
        if zone is None:
            return
        own = self.kind == "CNAME"
        for other in _records(zone, call):
            alike = other.id.name.casefold() == resource.id.name.casefold()
            if alike and own != other.id.type.casefold().endswith("/cname"):
                there = "record" if own else "CNAME record"
                raise ArmRefusal(
                    400,
                    "BadRequest",
                    f"The record could not be created because a {there} with the same name already exists in this "
                    "zone.",
                )

    def fill(self, resource: Resource, before: Resource | None, _call: Call, /) -> None:
        properties = resource.properties
        zone = resource.id.id.split("/")[-3]
        name = resource.id.name
        properties["fqdn"] = f"{zone}." if name == "@" else f"{name}.{zone}."
        field = self._field
        if self.kind == "SOA":
            held = object_of(before.properties.get(field)) if before else {}
            properties[field] = {**held, **object_of(properties.get(field)), "host": held.get("host")}
        elif self.kind not in _SINGLE:
            properties.setdefault(field, [])
        if self.private:
            properties["isAutoRegistered"] = False
        else:
            properties.setdefault("targetResource", {})
            properties.setdefault("trafficManagementProfile", {})

    @property
    def _field(self) -> str:
        word = "Record" if self.kind in _SINGLE else "Records"
        kind = "caa" if self.kind == "CAA" else self.kind
        return (kind.lower() if self.private else kind) + word

    def refuse_delete(self, resource: Resource, _call: Call, /) -> None:
        if resource.id.name == "@" and self.kind in ("SOA", "NS"):
            raise ArmRefusal(
                400,
                "BadRequest",
                f"The {self.kind} record set at the zone apex '{resource.id.id}' is part of the zone and cannot be "
                "deleted.",
            )


class DnssecConfigs(_Dns):
    """The signing of a zone, switched on by a PUT without a body. The keys that Azure makes are not made here."""

    bodyless = True


def _references(call: Call, groups: Mapping[str, str], body: Any) -> Answer:
    """Which record sets are aliases of the resources asked about (`getDnsResourceReference`)."""
    asked = [str(id_of(one)) for one in array_of(object_of(object_of(body).get("properties")).get("targetResources"))]
    found: list[Body] = []
    for target in asked:
        users = [
            {"id": one.id.id}
            for kind in _PUBLIC_KINDS
            for one in call.plane.store.all(type=f"{PUBLIC}/{kind}", subscription=groups["subscription"])
            if str(id_of(one.properties.get("targetResource"))).casefold() == target.casefold()
        ]
        if users:
            found.append({"dnsResources": users, "targetResource": {"id": target}})
    return Answer(200, {"properties": {"dnsResourceReferences": found}})


def register(registry: Registry) -> None:
    registry.type(PUBLIC, PublicZones())
    registry.type(PRIVATE, PrivateZones())
    registry.type(f"{PUBLIC}/dnssecConfigs", DnssecConfigs())
    for kind in _PUBLIC_KINDS:
        registry.type(f"{PUBLIC}/{kind}", Records(kind, private=False))
    for kind in _PRIVATE_KINDS:
        registry.type(f"{PRIVATE}/{kind}", Records(kind, private=True))
    under = r"/subscriptions/(?P<subscription>[^/]+)/providers/Microsoft\.Network/getDnsResourceReference"
    registry.route("POST", "Microsoft.Network", under, _references)
