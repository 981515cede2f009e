"""Traffic Manager: profiles, their endpoints of three kinds, and whether a DNS name is free.

A profile holds its endpoints inline and each is a resource too, under a type that is its kind. Nothing probes them, so
the monitor status stays at what the service says before it has probed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from azlin.sandbox.arm.behaviour import Answer, Call, Registry
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.network.network_parts import NetworkTyped
from azlin.sandbox.arm.refusals import ArmRefusal, content_invalid
from azlin.sandbox.arm.store import Resource

PROFILES = "Microsoft.Network/trafficManagerProfiles"
_KINDS = ("AzureEndpoints", "ExternalEndpoints", "NestedEndpoints")
_SUFFIX = ".trafficmanager.net"


def _endpoints(profile: Resource, call: Call) -> list[Resource]:
    known = {f"{PROFILES}/{kind}".casefold() for kind in _KINDS}
    return [one for one in call.plane.store.all(parent=profile.id) if one.id.type.casefold() in known]


def _holder(name: str, call: Call) -> Resource | None:
    for one in call.plane.store.all(type=PROFILES):
        if str(object_of(one.properties.get("dnsConfig")).get("relativeName")).casefold() == name.casefold():
            return one
    return None


class _Plain(NetworkTyped):
    etag_in_body = False
    has_guid = False
    one_service = False
    provisioning = False

    def show(self, resource: Resource, _call: Call, /) -> Body:
        return resource.body


class Profiles(_Plain):
    def check(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        name = str(object_of(resource.properties.get("dnsConfig")).get("relativeName") or "")
        holder = _holder(name, call) if name else None
        if holder is not None and holder.id.key != resource.id.key:
            raise ArmRefusal(
                409,
                "Conflict",
                f"The relative domain name '{name}' in '{name}{_SUFFIX}' is already in use.",
            )
        # A profile that is sent without its endpoints keeps them.
        resource.properties.setdefault("endpoints", [dict(one.body) for one in _endpoints(resource, call)])
        for one in array_of(resource.properties.get("endpoints")):
            if _kind(one) is None:
                raise content_invalid("an endpoint of the profile has no type")

    def fill(self, resource: Resource, _before: Resource | None, _call: Call, /) -> None:
        properties = resource.properties
        dns = object_of(properties.get("dnsConfig"))
        if dns.get("relativeName"):
            dns["fqdn"] = f"{dns['relativeName']}{_SUFFIX}".lower()
            dns.setdefault("ttl", 60)
        monitor: Body = {"intervalInSeconds": 30, "timeoutInSeconds": 10, "toleratedNumberOfFailures": 3}
        properties["monitorConfig"] = {**monitor, **object_of(properties.get("monitorConfig"))}
        properties.setdefault("profileStatus", "Enabled")
        properties.setdefault("trafficViewEnrollmentStatus", "Disabled")

    def written(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        sent = resource.properties.pop("endpoints", None)
        if not isinstance(sent, list):
            return
        call.plane.store.put(resource.id, resource.body)
        stays: set[str] = set()
        for one in array_of(sent):
            fields = object_of(one)
            child = resource.id.child(str(_kind(one)), str(fields.get("name")))
            stays.add(child.key)
            call.plane.write(child, {"properties": object_of(fields.get("properties"))}, call)
        for one in _endpoints(resource, call):
            if one.id.key not in stays:
                call.plane.store.delete(one.id)

    def show(self, resource: Resource, call: Call, /) -> Body:
        properties = resource.properties
        found = _endpoints(resource, call)
        properties["endpoints"] = [call.plane.show(one, call) for one in found]
        enabled = str(properties.get("profileStatus")).casefold() == "enabled"
        status = "Disabled" if not enabled else "CheckingEndpoints" if found else "Inactive"
        object_of(properties.get("monitorConfig"))["profileMonitorStatus"] = status
        return resource.body


def _kind(endpoint: Any) -> str | None:
    said = str(object_of(endpoint).get("type") or "").rpartition("/")[2].casefold()
    return next((kind for kind in _KINDS if kind.casefold() == said), None)


class Endpoints(_Plain):
    def fill(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        properties = resource.properties
        properties.setdefault("endpointStatus", "Enabled")
        properties.setdefault("weight", 1)
        profile = call.plane.store.get(resource.id.parent_key)
        taken = {one.properties.get("priority") for one in _endpoints(profile, call)} if profile else set[Any]()
        properties.setdefault("priority", next(at for at in range(1, 1001) if at not in taken))
        enabled = str(properties["endpointStatus"]).casefold() == "enabled"
        properties["endpointMonitorStatus"] = "CheckingEndpoint" if enabled else "Disabled"
        properties.setdefault("alwaysServe", "Disabled")


def _check_name(call: Call, _groups: Mapping[str, str], body: Any) -> Answer:
    asked = object_of(body)
    name = str(asked.get("name") or "")
    if not name:
        raise content_invalid("Required property 'name' not found in JSON")
    taken = _holder(name, call) is not None
    shown: Body = {"name": name, "type": asked.get("type"), "nameAvailable": not taken}
    if taken:
        shown |= {
            "reason": "AlreadyExists",
            "message": f"The relative domain name '{name}' in '{name}{_SUFFIX}' is already in use.",
        }
    return Answer(200, shown)


def register(registry: Registry) -> None:
    registry.type(PROFILES, Profiles())
    for kind in _KINDS:
        registry.type(f"{PROFILES}/{kind}", Endpoints())
    for path in (
        r"/providers/Microsoft\.Network/checkTrafficManagerNameAvailability",
        r"/subscriptions/[^/]+/providers/Microsoft\.Network/checkTrafficManagerNameAvailabilityV2",
    ):
        registry.route("POST", "Microsoft.Network", path, _check_name)
