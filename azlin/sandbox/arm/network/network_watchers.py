"""Network watchers, with their flow logs, connection monitors and packet captures.

Azure keeps a watcher `NetworkWatcher_{region}` in the group NetworkWatcherRG for each region that a subscription uses.
Here each region has one from the start. Until something is done with it, it is computed: neither it nor its group is in
the list of resources. Nothing is measured in the sandbox, so a monitor has no results and a capture no state.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from azlin.sandbox.arm.behaviour import Answer, Call, Registry
from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.locations import all_locations, find_location, location_name
from azlin.sandbox.arm.network.network_parts import NetworkTyped
from azlin.sandbox.arm.references import id_of
from azlin.sandbox.arm.refusals import ArmRefusal, content_invalid
from azlin.sandbox.arm.store import ABOUT, Resource

WATCHERS = "Microsoft.Network/networkWatchers"
_GROUP = "NetworkWatcherRG"
_NAME = "NetworkWatcher_"
_OFF = f"{ABOUT}no-network-watcher/"
_TOPOLOGY = (
    "Microsoft.Network/virtualNetworks",
    "Microsoft.Network/virtualNetworks/subnets",
    "Microsoft.Network/networkSecurityGroups",
    "Microsoft.Network/networkSecurityGroups/securityRules",
    "Microsoft.Network/networkInterfaces",
    "Microsoft.Network/publicIPAddresses",
    "Microsoft.Network/loadBalancers",
    "Microsoft.Network/routeTables",
    "Microsoft.Compute/virtualMachines",
)


def _region(rid: ResourceId) -> str | None:
    """The region whose own watcher this is, or None."""
    if (rid.group or "").casefold() != _GROUP.casefold() or not rid.name.casefold().startswith(_NAME.casefold()):
        return None
    found = find_location(rid.name[len(_NAME) :])
    return found.name if found else None


def _is_off(subscription: str, region: str, call: Call) -> bool:
    return call.plane.store.recall(_key(subscription, region)) is not None


def _key(subscription: str | None, region: str) -> str:
    return f"{_OFF}{subscription}/{region}".casefold()


def _has_other(subscription: str, region: str, call: Call) -> bool:
    """A subscription has one watcher in a region."""
    stored = call.plane.store.all(type=WATCHERS, subscription=subscription)
    return any(location_name(one.body.get("location")) == region for one in stored)


def _implied(rid: ResourceId, call: Call) -> str | None:
    region = _region(rid)
    if region is None or rid.subscription is None or _is_off(rid.subscription, region, call):
        return None
    return None if _has_other(rid.subscription, region, call) else region


def _keep(rid: ResourceId, call: Call) -> None:
    """Store the watcher of a region, and its group."""
    region = _implied(rid, call)
    if region is None:
        return
    group = call.plane.store.parse(f"/subscriptions/{rid.subscription}/resourceGroups/{_GROUP}", call.tenant)
    if not call.plane.store.exists(group):
        call.plane.store.put(group, {"location": region, "properties": {"provisioningState": "Succeeded"}})
    call.plane.store.put(rid, _body(region))


def _body(region: str) -> Body:
    return {"location": region, "properties": {"provisioningState": "Succeeded", "runningOperationIds": []}}


def _topology(watcher: Resource, body: Any, call: Call) -> Body:
    """What is in a group and how it hangs together: children are contained, what is named is associated."""
    asked = object_of(body)
    name = str(asked.get("targetResourceGroupName") or "")
    if not name:
        parts = str(id_of(asked.get("targetVirtualNetwork")) or id_of(asked.get("targetSubnet"))).split("/")
        name = parts[4] if len(parts) > 4 else ""
    if not name:
        raise content_invalid("one of targetResourceGroupName, targetVirtualNetwork and targetSubnet is needed")
    group = call.plane.store.parse(f"/subscriptions/{watcher.id.subscription}/resourceGroups/{name}", call.tenant)
    call.plane.require(group)
    found = [one for kind in _TOPOLOGY for one in call.plane.store.all(group=group, type=kind)]
    known = {one.id.key: one for one in found}
    now = _now()
    resources: list[Body] = []
    for one in found:
        inside = [_tie(child, "Contains") for child in found if child.id.parent_key == one.id.key]
        named = [known[key] for key in dict.fromkeys(_named(one.properties)) if key in known and key != one.id.key]
        resources.append(
            {
                "name": one.id.name,
                "id": one.id.id,
                "location": one.body.get("location"),
                "associations": inside + [_tie(other, "Associated") for other in named],
            }
        )
    return {"id": str(uuid.uuid4()), "createdDateTime": now, "lastModified": now, "resources": resources}


def _tie(other: Resource, kind: str) -> Body:
    return {"name": other.id.name, "resourceId": other.id.id, "associationType": kind}


def _named(value: Any) -> Iterator[str]:
    for one in array_of(value):
        yield from _named(one)
    for name, one in object_of(value).items():
        if name == "id" and isinstance(one, str):
            yield one.casefold()
        else:
            yield from _named(one)


def _flow_status(watcher: Resource, body: Any, call: Call) -> Body:
    target = str(object_of(body).get("targetResourceId") or "")
    if not target:
        raise content_invalid("Required property 'targetResourceId' not found in JSON")
    for log in call.plane.store.all(parent=watcher.id, type=f"{WATCHERS}/flowLogs"):
        own = log.properties
        if str(own.get("targetResourceId")).casefold() == target.casefold():
            shown = {name: own.get(name) for name in ("storageId", "enabled", "retentionPolicy", "format")}
            return {"targetResourceId": target, "properties": shown}
    return {"targetResourceId": target, "properties": {"storageId": "", "enabled": False}}


class Watchers(NetworkTyped):
    needs_location = True
    has_guid = False
    empty = ("runningOperationIds",)
    actions: Mapping[str, Any] = {"topology": _topology, "queryflowlogstatus": _flow_status}

    def implies(self, rid: ResourceId, /) -> bool:
        return _region(rid) is not None

    def prepare(self, rid: ResourceId, call: Call, /) -> None:
        if call.method != "PUT":
            _keep(rid, call)

    def check(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        region = location_name(resource.body.get("location"))
        for other in call.plane.store.all(type=WATCHERS, subscription=resource.id.subscription):
            if other.id.key != resource.id.key and location_name(other.body.get("location")) == region:
                raise ArmRefusal(
                    400,
                    "NetworkWatcherCountLimitReached",
                    "Cannot create more than 1 network watchers for this subscription in this region.",
                    details=[],
                )

    def written(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        call.plane.store.forget(_key(resource.id.subscription, location_name(resource.body.get("location"))))

    def deleted(self, resource: Resource, call: Call, /) -> None:
        region = location_name(resource.body.get("location"))
        call.plane.store.remember(_key(resource.id.subscription, region), True)

    def absent(self, rid: ResourceId, call: Call, /) -> Body | None:
        region = _implied(rid, call)
        return None if region is None else _body(region)


class _OfWatcher(NetworkTyped):
    has_guid = False

    def prepare(self, rid: ResourceId, call: Call, /) -> None:
        _keep(call.plane.store.parse(rid.id.rsplit("/", 2)[0], call.tenant), call)


class FlowLogs(_OfWatcher):
    defaults: Mapping[str, Any] = {
        "enabled": True,
        "retentionPolicy": {"days": 0, "enabled": False},
        "format": {"type": "JSON", "version": 1},
    }

    def fill(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        super().fill(resource, before, call)
        target = call.plane.store.get(str(resource.properties.get("targetResourceId")))
        if target is not None and target.properties.get("resourceGuid"):
            resource.properties["targetResourceGuid"] = target.properties["resourceGuid"]


def _run(monitor: Resource, _body: Any, call: Call) -> None:
    monitor.properties["monitoringStatus"] = "Running"
    call.plane.store.put(monitor.id, monitor.body)


def _rest(monitor: Resource, _body: Any, call: Call) -> None:
    monitor.properties["monitoringStatus"] = "Stopped"
    call.plane.store.put(monitor.id, monitor.body)


def _results(_monitor: Resource, _body: Any, _call: Call) -> Body:
    return {"sourceStatus": "Unknown", "states": []}


class ConnectionMonitors(_OfWatcher):
    kept = ("startTime", "monitoringStatus")
    actions: Mapping[str, Any] = {"start": _run, "stop": _rest, "query": _results}

    def fill(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        super().fill(resource, before, call)
        properties = resource.properties
        runs = properties.get("autoStart") is not False
        properties.setdefault("monitoringStatus", "Running" if runs else "NotStarted")
        properties.setdefault("startTime", _now())
        old = "source" in properties
        properties["connectionMonitorType"] = "SingleSourceDestination" if old else "MultiEndpoint"


def _capture_status(capture: Resource, _body: Any, _call: Call) -> Body:
    """No agent reports from a machine of the sandbox."""
    return {"id": capture.id.id, "name": capture.id.name, "packetCaptureStatus": "Unknown", "packetCaptureError": []}


def _listing(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    subscription = groups["subscription"]
    stored = list(call.plane.store.all(type=WATCHERS, subscription=subscription))
    taken = {location_name(one.body.get("location")) for one in stored}
    shown = [call.plane.show(one, call) for one in stored]
    for region in all_locations():
        if region in taken or _is_off(subscription, region, call):
            continue
        path = f"/subscriptions/{subscription}/resourceGroups/{_GROUP}/providers/{WATCHERS}/{_NAME}{region}"
        found = call.plane.find(call.plane.store.parse(path, call.tenant), call)
        shown.append(call.plane.show(found, call))
    return Answer(200, {"value": shown})


class PacketCaptures(_OfWatcher):
    defaults: Mapping[str, Any] = {
        "bytesToCapturePerPacket": 0,
        "totalBytesPerSession": 1073741824,
        "timeLimitInSeconds": 18000,
    }
    actions: Mapping[str, Any] = {"querystatus": _capture_status}


def _now() -> str:
    return datetime.fromtimestamp(time.time(), UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def register(registry: Registry) -> None:
    registry.type(WATCHERS, Watchers())
    registry.type(f"{WATCHERS}/flowLogs", FlowLogs())
    registry.type(f"{WATCHERS}/connectionMonitors", ConnectionMonitors())
    registry.type(f"{WATCHERS}/packetCaptures", PacketCaptures())
    path = r"/subscriptions/(?P<subscription>[^/]+)/providers/Microsoft\.Network/networkWatchers"
    registry.route("GET", "Microsoft.Network", path, _listing)
