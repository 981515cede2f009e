"""Virtual network gateways and their connections: resets, what BGP would tell, and shared keys.

No tunnel is ever up in the sandbox and no peer speaks BGP, so what is learned are the prefixes of the gateway's own
network and nothing is advertised. A shared key is told only by its own path ("Virtual Network Gateway Connections -
Get Shared Key", "- Set Shared Key", "- Reset Shared Key"), never in the connection.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from azlin.sandbox.arm.behaviour import Answer, Call, Registry
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.network.network_parts import NetworkTyped
from azlin.sandbox.arm.references import id_of
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import ABOUT, Resource

GATEWAYS = "Microsoft.Network/virtualNetworkGateways"
CONNECTIONS = "Microsoft.Network/connections"
_KEY = f"{ABOUT}shared-key/"
_RESETS = frozenset(("reset", "resetvpnclientsharedkey"))
_ROUTES = frozenset(("getadvertisedroutes", "getbgppeerstatus", "getlearnedroutes"))


class Gateways(NetworkTyped):
    """Of networks; for those of virtual WANs see `wan_gateways.py`."""

    slow_actions = _RESETS | _ROUTES
    act_pending = True

    def act(self, action: str, resource: Resource, body: Any, call: Call, /) -> Any:
        if action in _RESETS:
            return call.plane.show(resource, call)
        if action in ("getadvertisedroutes", "getbgppeerstatus"):
            return {"value": []}
        if action == "getlearnedroutes":
            return {"value": _own_routes(resource, call)}
        return super().act(action, resource, body, call)


class Connections(NetworkTyped):
    implicit_names = frozenset[str]()

    def check(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        super().check(resource, before, call)
        key = resource.properties.get("sharedKey")
        if isinstance(key, str) and key:
            call.plane.store.remember(_KEY + resource.id.key, key)

    def deleted(self, resource: Resource, call: Call, /) -> None:
        super().deleted(resource, call)
        call.plane.store.forget(_KEY + resource.id.key)


def _own_routes(gateway: Resource, call: Call) -> list[Body]:
    """What a gateway knows without any peer: its network's prefixes."""
    own = str(object_of(gateway.properties.get("bgpSettings")).get("bgpPeeringAddress") or "")
    found: list[Body] = []
    for one in array_of(gateway.properties.get("ipConfigurations")):
        subnet = id_of(object_of(object_of(one).get("properties")).get("subnet"))
        network = call.plane.store.get(subnet.rsplit("/", 2)[0]) if subnet else None
        space = object_of(network.properties.get("addressSpace")) if network else {}
        found += [
            {
                "localAddress": own,
                "network": prefix,
                "sourcePeer": own,
                "origin": "Network",
                "asPath": "",
                "weight": 32768,
            }
            for prefix in array_of(space.get("addressPrefixes"))
        ]
    return found


def _connection(call: Call, groups: Mapping[str, str]) -> Resource:
    return call.plane.find(call.plane.store.parse(groups["connection"], call.tenant), call)


def _get_key(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    """One that was never set is made up by the service."""
    connection = _connection(call, groups)
    key = call.plane.store.recall(_KEY + connection.id.key)
    if key is None:
        key = secrets.token_urlsafe(96)[:128]
        call.plane.store.remember(_KEY + connection.id.key, key)
    return Answer(200, {"value": key})


def _set_key(call: Call, groups: Mapping[str, str], body: Any) -> Answer:
    connection = _connection(call, groups)
    key = object_of(body).get("value")
    if not isinstance(key, str) or not key.isprintable() or not key.isascii() or not 1 <= len(key) <= 128:
        raise ArmRefusal(
            400,
            "VpnSharedKeyInvalid",
            "The shared key must be printable ASCII of at most 128 characters.",
            details=[],
        )
    call.plane.store.remember(_KEY + connection.id.key, key)
    return Answer(200, {"value": key})


def _reset_key(call: Call, groups: Mapping[str, str], body: Any) -> Answer:
    connection = _connection(call, groups)
    length = object_of(body).get("keyLength")
    if not isinstance(length, int) or not 1 <= length <= 128:
        raise ArmRefusal(
            400, "InvalidRequestFormat", "Cannot parse the request.", details=[{"code": "InvalidKeyLength"}]
        )
    key = secrets.token_urlsafe(length)[:length]
    call.plane.store.remember(_KEY + connection.id.key, key)
    return Answer(200, {"keyLength": length})


def register(registry: Registry) -> None:
    registry.type(GATEWAYS, Gateways())
    registry.type(CONNECTIONS, Connections())
    key = r"(?P<connection>/subscriptions/.+/providers/Microsoft\.Network/connections/[^/]+)/sharedKey"
    registry.route("GET", "Microsoft.Network", key, _get_key)
    registry.route("PUT", "Microsoft.Network", key, _set_key)
    registry.route("POST", "Microsoft.Network", key + "/reset", _reset_key)
