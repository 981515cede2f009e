"""Load balancers: their pools and NAT rules, who is in them, and the ports that reach a member."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from azlin.sandbox.arm.behaviour import Call, Inline, Registry
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.network.network_parts import NetworkTyped
from azlin.sandbox.arm.network.network_tables import USES
from azlin.sandbox.arm.references import id_of
from azlin.sandbox.arm.store import Resource

BALANCERS = "Microsoft.Network/loadBalancers"
POOLS = f"{BALANCERS}/backendAddressPools"
RULES = f"{BALANCERS}/inboundNatRules"
INTERFACES = "Microsoft.Network/networkInterfaces"


_OLD: Body = {"enableDestinationServiceEndpoint": False, "allowBackendPortConflict": False}
"""What rules had until the api-version below."""
_OLD_UNTIL = "2021-08-01"
_RULE: Body = {"enableFloatingIP": False, "idleTimeoutInMinutes": 4, "enableTcpReset": False}
_DEFAULTS: Mapping[str, Body] = {
    "frontendIPConfigurations": {"privateIPAllocationMethod": "Dynamic", "privateIPAddressVersion": "IPv4"},
    "loadBalancingRules": {**_RULE, "loadDistribution": "Default"},
    "outboundRules": {"allocatedOutboundPorts": 0, "idleTimeoutInMinutes": 4, "enableTcpReset": False},
}
"""Array of a balancer -> what its elements are where they do not say."""


class LoadBalancers(NetworkTyped):
    inline = (Inline("backendAddressPools", "remove"), Inline("inboundNatRules", "remove"))
    empty = (
        "frontendIPConfigurations",
        "loadBalancingRules",
        "probes",
        "outboundRules",
        "inboundNatPools",
    )
    needs_location = True

    def fill(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        for array, defaults in _DEFAULTS.items():
            for one in array_of(resource.properties.get(array)):
                own = object_of(object_of(one).setdefault("properties", {}))
                old = _OLD if array == "loadBalancingRules" and call.api_version < _OLD_UNTIL else {}
                for name, value in (*defaults.items(), *old.items()):
                    own.setdefault(name, value)
                pool = own.get("backendAddressPool")
                if array == "loadBalancingRules" and pool and call.api_version >= "2021-02-01":
                    own.setdefault("backendAddressPools", [pool])
        if isinstance(resource.body.get("sku"), dict):
            object_of(resource.body["sku"]).setdefault("tier", "Regional")
        super().fill(resource, before, call)

    def listed(self, resource: Resource, segment: str, call: Call, /) -> list[Any] | None:
        if segment.casefold() != "networkinterfaces":
            return super().listed(resource, segment, call)
        pools = [object_of(one.properties) for one in call.plane.store.all(parent=resource.id, type=POOLS)]
        members = [str(id_of(one)) for pool in pools for one in array_of(pool.get("backendIPConfigurations"))]
        owners = dict.fromkeys(member.casefold().rpartition("/ipconfigurations/")[0] for member in members)
        found = [one for one in (call.plane.store.get(owner) for owner in owners) if one is not None]
        return [call.plane.show(one, call) for one in found if one.id.type == INTERFACES]


class _Child(NetworkTyped):
    """A pool or a rule, which is shown by itself as it is shown in its balancer: with the rules that name it."""

    has_guid = False

    def show(self, resource: Resource, call: Call, /) -> Body:
        body = super().show(resource, call)
        segment = resource.id.type.rpartition("/")[2]
        balancer = call.plane.store.get(resource.id.parent_key)
        if balancer is None:
            return body
        for use in USES[BALANCERS.casefold()]:
            if use.of != segment:
                continue
            inline = call.plane.store.all(parent=balancer.id, type=f"{BALANCERS}/{use.array}")
            parts = [*array_of(balancer.properties.get(use.array)), *(one.body for one in inline)]
            naming = [
                {"id": object_of(one).get("id")}
                for one in parts
                if str(id_of(object_of(object_of(one).get("properties")).get(use.via))).casefold() == resource.id.key
            ]
            if naming:
                resource.properties[use.back] = naming
        return body


def _mapping(pool: Resource, body: Any, call: Call) -> Body:
    """The ports of the NAT rules of a pool at which one member is reached: a rule gives each member one of its range,
    in the order of the pool."""
    asked = object_of(body)
    interface = str(id_of(asked.get("ipConfiguration"))).casefold()
    address = asked.get("ipAddress")
    members: list[tuple[str, Any]] = [
        (str(id_of(one)).casefold(), None) for one in array_of(pool.properties.get("backendIPConfigurations"))
    ]
    addresses = array_of(pool.properties.get("loadBalancerBackendAddresses"))
    members += [("", object_of(object_of(one).get("properties")).get("ipAddress")) for one in addresses]
    found: list[Body] = []
    balancer = call.plane.store.get(pool.id.parent_key)
    for rule in call.plane.store.all(parent=balancer.id, type=RULES) if balancer else ():
        own = rule.properties
        if str(id_of(own.get("backendAddressPool"))).casefold() != pool.id.key:
            continue
        first = own.get("frontendPortRangeStart")
        for at, (configuration, ip) in enumerate(members):
            if isinstance(first, int) and (configuration == interface or (ip is not None and ip == address)):
                found.append(
                    {
                        "inboundNatRuleName": rule.id.name,
                        "protocol": own.get("protocol"),
                        "frontendPort": first + at,
                        "backendPort": own.get("backendPort"),
                    }
                )
    return {"inboundNatRulePortMappings": found}


class Pools(_Child):
    kept = ("backendIPConfigurations",)
    actions: Mapping[str, Any] = {"queryinboundnatruleportmapping": _mapping}
    empty = ("loadBalancerBackendAddresses",)


class NatRules(_Child):
    kept = ("backendIPConfiguration",)
    defaults: Mapping[str, Any] = {
        "enableFloatingIP": False,
        "enableTcpReset": False,
        "idleTimeoutInMinutes": 4,
        "protocol": "Tcp",
    }

    def fill(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        super().fill(resource, before, call)
        if call.api_version < _OLD_UNTIL:
            for name, value in _OLD.items():
                resource.properties.setdefault(name, value)


def register(registry: Registry) -> None:
    registry.type(BALANCERS, LoadBalancers())
    registry.type(POOLS, Pools())
    registry.type(RULES, NatRules())
