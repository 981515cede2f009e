"""What every type of Microsoft.Network does: a guid, the etag in the body, and parts that look like resources.

Lists such as a load balancer's probes hold elements with a name and properties of their own; the service gives each an
id under its owner, a type and a state.
"""

from __future__ import annotations

import copy
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from azlin.sandbox.arm.behaviour import Call, Inline, Registry
from azlin.sandbox.arm.bodies import Typed
from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.network.network_tables import NUMBERS, PARTS, USES
from azlin.sandbox.arm.references import id_of, reference_dangles, referenced, references_in
from azlin.sandbox.arm.refusals import ArmRefusal, method_not_allowed
from azlin.sandbox.arm.store import Resource

Action = Callable[[Resource, Any, Call], Any]
"""(resource, body, call) -> the body of the answer, or an `Answer`."""
_NETWORK = "/providers/microsoft.network/"
_GUIDS = uuid.UUID("5a4db0c5-0000-4000-8000-a21100000003")


class NetworkTyped(Typed):
    """The common behaviour. `empty` are lists that are shown even when nothing was sent, because az reads them;
    `defaults` are what the service sets where nothing was said; `actions` are POSTs by their casefolded name."""

    etag_in_body = True
    implicit_names = frozenset[str]()
    empty: tuple[str, ...] = ()
    defaults: Mapping[str, Any] = {}
    actions: Mapping[str, Action] = {}
    has_guid: bool = True
    one_service: bool = True
    """Whether it is of the service that refuses what refers to nothing; names (DNS, Traffic Manager) have their own."""

    def refuse(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        owner, _, segment = resource.id.type.rpartition("/")
        if segment in PARTS.get(owner.casefold(), ()):
            raise method_not_allowed(call.method, resource.id.id)  # a part is written with its owner
        read_names(resource.body.get("properties"))
        read_numbers(resource)
        super().refuse(resource, before, call)
        if self.one_service:
            refuse_dangling(resource, before, call)

    def fill(self, resource: Resource, before: Resource | None, _call: Call, /) -> None:
        properties = resource.properties
        if self.has_guid and not resource.id.nested:
            held = None if before is None else before.properties.get("resourceGuid")
            properties["resourceGuid"] = held or resource_guid(resource)
        for name in self.empty:
            if not isinstance(properties.get(name), list):
                properties[name] = []
        for name, value in self.defaults.items():
            properties.setdefault(name, copy.deepcopy(value))
        fill_parts(resource, before)

    def absent(self, rid: ResourceId, call: Call, /) -> Body | None:
        """A part is read by itself out of its owner."""
        return part_of(rid, call)

    def listed(self, resource: Resource, segment: str, call: Call, /) -> list[Any] | None:
        """Parts, listed by themselves out of their owner."""
        if any(_alike(inline.segment, segment) for inline in self.inline):
            return None
        shown = call.plane.show(resource, call)
        found = next((one for name, one in object_of(shown.get("properties")).items() if _alike(name, segment)), None)
        if isinstance(found, list) and all(_is_part(object_of(one), segment) for one in array_of(found)):
            return array_of(found)
        return [] if any(_alike(segment, one) for one in PARTS.get(resource.id.type.casefold(), ())) else None

    def act(self, action: str, resource: Resource, body: Any, call: Call, /) -> Any:
        found = self.actions.get(action)
        return super().act(action, resource, body, call) if found is None else found(resource, body, call)

    def show(self, resource: Resource, _call: Call, /) -> Body:
        etag = resource.body.get("etag")
        for _, part in _parts(resource.properties):
            part.setdefault("etag", etag)
            if "type" in part["properties"]:
                part.pop("type", None)  # a NAT rule is Static: clients that flatten a part cannot take two types
        list_uses(resource)
        return resource.body


def refuse_dangling(resource: Resource, before: Resource | None, call: Call) -> None:
    """Raise ArmRefusal for a reference to something of Microsoft.Network that is not there, which is how the service
    tells it of any property. What was referred to before was there then; what is the resource's own is its own matter.
    """
    held: frozenset[str] | None = None
    for path in references_in(resource.properties):
        folded = path.casefold()
        if _NETWORK not in folded or folded.startswith(f"{resource.id.key}/") or folded == resource.id.key:
            continue
        if call.plane.store.exists(folded):
            continue
        try:
            rid = call.plane.store.parse(path, call.tenant)
        except ValueError:
            continue
        if rid.namespace != "Microsoft.Network" or call.plane.registry.behaviour(rid.type).absent(rid, call):
            continue
        if held is None:
            held = frozenset(one.casefold() for one in references_in(before.properties if before else None))
        if folded not in held:
            raise reference_dangles(path, resource.id)


def resource_guid(resource: Resource) -> str:
    """The same for the same id, so that a PUT again does not change it."""
    return str(uuid.uuid5(_GUIDS, resource.id.key))


def fill_parts(resource: Resource, _before: Resource | None) -> None:
    """Give the named parts in the lists of `properties`, and the parts in those, their id, type and state."""
    known = PARTS.get(resource.id.type.casefold(), frozenset[str]())
    _fill(resource.properties, resource.id.id, resource.id.type, known)


def _fill(properties: Body, path: str, type_name: str, known: frozenset[str]) -> None:
    for segment, value in properties.items():
        if isinstance(value, dict):
            # Such as vpnClientConfiguration, whose certificates are parts of the gateway.
            inner = {name: one for name, one in object_of(value).items() if name in known}
            _fill(inner, path, type_name, known)
        for part in array_of(value):
            fields = object_of(part)
            name = fields.get("name")
            if not isinstance(name, str) or not isinstance(fields.get("properties", {}), dict):
                continue
            if "properties" not in fields and segment not in known:
                continue
            own: Body = fields.setdefault("properties", {})
            fields["id"] = f"{path}/{segment}/{name}"
            fields["type"] = f"{type_name}/{segment}"
            own["provisioningState"] = "Succeeded"
            _fill(own, fields["id"], fields["type"], known)


def _parts(properties: Body) -> Iterator[tuple[str, Body]]:
    """Every part at any depth, with the array that it is in."""
    for segment, value in properties.items():
        for part in array_of(value):
            fields = object_of(part)
            if "properties" in fields and _is_part(fields, segment):
                yield segment, fields
                yield from _parts(object_of(fields["properties"]))


def _is_part(fields: Body, segment: str) -> bool:
    """Whether an element of an array is a part with an id of its own there, and no mere reference."""
    ending = f"/{segment}/{fields.get('name')}"
    return str(fields.get("id")).casefold().endswith(ending.casefold())


def list_uses(resource: Resource) -> None:
    """Say in each part which others name it: computed at reading, so that it cannot be out of date."""
    uses = USES.get(resource.id.type.casefold())
    if uses is None:
        return
    properties = resource.properties
    known = {str(one.get("id")).casefold(): one for _, one in _parts(properties)}
    for use in uses:
        for part in array_of(properties.get(use.of)):
            object_of(object_of(part).get("properties")).pop(use.back, None)
    for use in uses:
        for part in array_of(properties.get(use.array)):
            named = object_of(object_of(part).get("properties")).get(use.via)
            for one in array_of(named) or [named]:
                target = known.get(str(id_of(one)).casefold())
                if target is not None and id_of(part) is not None:
                    target["properties"].setdefault(use.back, []).append({"id": object_of(part)["id"]})


def part_of(rid: ResourceId, call: Call) -> Body | None:
    """The part that an id names, out of the nearest stored resource above it."""
    owner = call.plane.store.get(rid.parent_key) if rid.nested else None
    path = rid.id
    if owner is None and rid.type.count("/") > 2:
        owner = call.plane.store.get(rid.key.rsplit("/", 4)[0])
    if owner is None:
        return None
    shown = call.plane.show(owner, call)
    for _, part in _parts(object_of(shown.get("properties"))):
        if str(part.get("id")).casefold() == path.casefold():
            return part
    return None


def _alike(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def read_names(value: Any) -> None:
    """Spell, in place, each property with a small first letter: the templates that az makes write `Name` and `Port`,
    and the service takes names in any casing. `TTL` and `ARecords` are the service's own spelling."""
    for one in array_of(value):
        read_names(one)
    fields = object_of(value)
    for name in list(fields):
        if name[:1].isupper() and name[1:2].islower() and "." not in name:  # a firewall's settings have dots
            fields[name[0].lower() + name[1:]] = fields.pop(name)
    for one in fields.values():
        read_names(one)


def read_numbers(resource: Resource) -> None:
    """Templates send numbers as text, and the service reads them; text that is no number it refuses."""
    for where in (resource.properties, object_of(resource.body.get("sku"))):
        _read_numbers(where)


def _read_numbers(value: Any) -> None:
    for one in array_of(value):
        _read_numbers(one)
    fields = object_of(value)
    for name, one in fields.items():
        if not isinstance(one, str):
            _read_numbers(one)
        elif name.casefold() in NUMBERS:
            try:
                fields[name] = int(one)
            except ValueError:
                raise ArmRefusal(
                    400,
                    "InvalidRequestFormat",
                    "Cannot parse the request.",
                    details=[
                        {
                            "code": "InvalidJson",
                            "message": f"Error converting value \"{one}\" to type 'System.Int32'. Path '{name}'.",
                        }
                    ],
                ) from None


class RouteTables(NetworkTyped):
    inline = (Inline("routes", "remove"),)
    kept = ("subnets",)
    needs_location = True

    def fill(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        super().fill(resource, before, call)
        resource.properties.setdefault("disableBgpRoutePropagation", False)


class Peerings(NetworkTyped):
    """A peering is connected once the other network has one back."""

    kept = ("peeringState", "peeringSyncLevel")
    has_guid = False

    def check(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        referenced(resource.properties.get("remoteVirtualNetwork"), resource.id, call)

    def fill(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        properties = resource.properties
        for name, value in _PEERING_DEFAULTS.items():
            properties.setdefault(name, value)
        remote = referenced(properties.get("remoteVirtualNetwork"), resource.id, call)
        space = object_of(remote.properties.get("addressSpace")) if remote else {}
        properties["remoteAddressSpace"] = properties["remoteVirtualNetworkAddressSpace"] = dict(space)
        properties["peeringState"] = "Connected" if self._back(resource, call) else "Initiated"
        properties["peeringSyncLevel"] = (
            "FullyInSync" if properties["peeringState"] == "Connected" else "RemoteNotInSync"
        )

    def written(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        back = self._back(resource, call)
        if back is not None:
            _set_state(back, "Connected", "FullyInSync", call)

    def deleted(self, resource: Resource, call: Call, /) -> None:
        back = self._back(resource, call)
        if back is not None:
            _set_state(back, "Disconnected", "RemoteNotInSync", call)

    def _back(self, resource: Resource, call: Call) -> Resource | None:
        """The peering of the other network that points here."""
        path = id_of(resource.properties.get("remoteVirtualNetwork"))
        remote = call.plane.store.get(path) if path else None
        if remote is None:
            return None
        peerings = call.plane.store.all(parent=remote.id, type=resource.id.type)
        own = resource.id.parent_key
        return next(
            (one for one in peerings if str(id_of(one.properties.get("remoteVirtualNetwork"))).casefold() == own), None
        )


def _set_state(peering: Resource, state: str, level: str, call: Call) -> None:
    peering.properties["peeringState"] = state
    peering.properties["peeringSyncLevel"] = level
    call.plane.store.put(peering.id, peering.body)


_PEERING_DEFAULTS: Body = {
    "allowVirtualNetworkAccess": True,
    "allowForwardedTraffic": False,
    "allowGatewayTransit": False,
    "useRemoteGateways": False,
    "doNotVerifyRemoteGateways": False,
    "peerCompleteVnets": True,
    "remoteGateways": [],
}


class NatGateways(NetworkTyped):
    kept = ("subnets",)
    needs_location = True


def register(registry: Registry) -> None:
    registry.type("Microsoft.Network/routeTables", RouteTables())
    registry.type("Microsoft.Network/natGateways", NatGateways())
    registry.type("Microsoft.Network/virtualNetworks/virtualNetworkPeerings", Peerings())
