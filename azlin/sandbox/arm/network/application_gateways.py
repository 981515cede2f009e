"""Application gateways and their firewall policies: what they say of themselves, starting and stopping, and health.

Shapes are those of the published definitions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from azlin.sandbox.arm.behaviour import Call, Registry
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.network.network_parts import NetworkTyped
from azlin.sandbox.arm.references import id_of
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource

GATEWAYS = "Microsoft.Network/applicationGateways"
POLICIES = "Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies"
_ARRAYS = (
    "gatewayIPConfigurations",
    "sslCertificates",
    "trustedRootCertificates",
    "trustedClientCertificates",
    "sslProfiles",
    "authenticationCertificates",
    "frontendIPConfigurations",
    "frontendPorts",
    "backendAddressPools",
    "backendHttpSettingsCollection",
    "backendSettingsCollection",
    "httpListeners",
    "listeners",
    "urlPathMaps",
    "requestRoutingRules",
    "routingRules",
    "probes",
    "rewriteRuleSets",
    "redirectConfigurations",
    "privateLinkConfigurations",
    "privateEndpointConnections",
    "loadDistributionPolicies",
)


def _start(resource: Resource, _body: Any, call: Call) -> None:
    resource.properties["operationalState"] = "Running"
    call.plane.store.put(resource.id, resource.body)


def _stop(resource: Resource, _body: Any, call: Call) -> None:
    resource.properties["operationalState"] = "Stopped"
    call.plane.store.put(resource.id, resource.body)


def _health(resource: Resource, _body: Any, _call: Call) -> Body:
    """Nothing answers behind a gateway of the sandbox and nothing probes it, so each server's health is Unknown."""
    properties = resource.properties
    pools: list[Body] = []
    for pool in array_of(properties.get("backendAddressPools")):
        settings = [_of_settings(resource, pool, one) for one in _settings_of(properties, object_of(pool))]
        pools.append(
            {"backendAddressPool": {"id": object_of(pool).get("id")}, "backendHttpSettingsCollection": settings}
        )
    return {"backendAddressPools": pools}


def _settings_of(properties: Body, pool: Body) -> list[str]:
    """The settings under which rules send to the pool."""
    wanted = str(pool.get("id")).casefold()
    found: dict[str, str] = {}
    for rule in array_of(properties.get("requestRoutingRules")):
        own = object_of(object_of(rule).get("properties"))
        if str(id_of(own.get("backendAddressPool"))).casefold() == wanted:
            settings = str(id_of(own.get("backendHttpSettings")))
            found[settings.casefold()] = settings
    return list(found.values())


def _of_settings(_resource: Resource, pool: Any, settings: str) -> Body:
    addresses = array_of(object_of(object_of(pool).get("properties")).get("backendAddresses"))
    servers = [
        {"address": object_of(one).get("ipAddress") or object_of(one).get("fqdn"), "health": "Unknown"}
        for one in addresses
    ]
    return {"backendHttpSettings": {"id": settings}, "servers": servers}


def _health_on_demand(resource: Resource, body: Any, _call: Call) -> Body:
    """Of the one pool and settings that are asked for."""
    asked, properties = object_of(body), resource.properties

    def named(name: str, array: str) -> Body:
        wanted = str(id_of(asked.get(name))).casefold()
        for part in array_of(properties.get(array)):
            if str(object_of(part).get("id")).casefold() == wanted:
                return object_of(part)
        raise ArmRefusal(
            400,
            "InvalidResourceReference",
            f"Resource {id_of(asked.get(name))} referenced by resource {resource.id.id} was not found. Please make "
            "sure that the referenced resource exists, and that both resources are in the same region.",
            details=[],
        )

    pool = named("backendAddressPool", "backendAddressPools")
    settings = named("backendHttpSettings", "backendHttpSettingsCollection")
    return {
        "backendAddressPool": {"id": pool["id"]},
        "backendHealthHttpSettings": _of_settings(resource, pool, str(settings["id"])),
    }


class ApplicationGateways(NetworkTyped):
    empty = _ARRAYS
    needs_location = True
    kept = ("operationalState",)
    actions: Mapping[str, Any] = {
        "start": _start,
        "stop": _stop,
        "backendhealth": _health,
        "getbackendhealthondemand": _health_on_demand,
    }

    def check(self, resource: Resource, _before: Resource | None, _call: Call, /) -> None:
        names: set[str] = set()
        for array in _ARRAYS:
            names.clear()
            for part in array_of(resource.properties.get(array)):
                name = str(object_of(part).get("name")).casefold()
                if name in names:
                    raise ArmRefusal(
                        400,
                        "DuplicateResourceName",
                        f"Resource {resource.id.id} has two child resources with the same name "
                        f"({object_of(part).get('name')}).",
                        details=[],
                    )
                names.add(name)

    def fill(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        super().fill(resource, before, call)
        properties = resource.properties
        properties.setdefault("operationalState", "Running")
        properties.setdefault("sku", {})
        for listener in array_of(properties["httpListeners"]):
            own = object_of(listener["properties"])
            own.setdefault("requireServerNameIndication", False)
            own.setdefault("hostNames", [])
        for settings in array_of(properties["backendHttpSettingsCollection"]):
            own = object_of(settings["properties"])
            own.setdefault("cookieBasedAffinity", "Disabled")
            own.setdefault("requestTimeout", 30)
            own.setdefault("pickHostNameFromBackendAddress", False)
        for front in array_of(properties["frontendIPConfigurations"]):
            object_of(front["properties"]).setdefault("privateIPAllocationMethod", "Dynamic")
        for pool in array_of(properties["backendAddressPools"]):
            object_of(pool["properties"]).setdefault("backendAddresses", [])


class FirewallPolicies(NetworkTyped):
    """WAF policies of application gateways."""

    empty = ("customRules", "applicationGateways", "httpListeners", "pathBasedRules")
    has_guid = False
    needs_location = True

    def fill(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        super().fill(resource, before, call)
        properties = resource.properties
        properties.setdefault("resourceState", "Enabled")
        settings: Body = {
            "requestBodyCheck": True,
            "requestBodyEnforcement": True,
            "requestBodyInspectLimitInKB": 128,
            "maxRequestBodySizeInKb": 128,
            "fileUploadEnforcement": True,
            "fileUploadLimitInMb": 100,
            "state": "Disabled",
            "mode": "Detection",
        }
        properties["policySettings"] = {**settings, **object_of(properties.get("policySettings"))}


def register(registry: Registry) -> None:
    registry.type(GATEWAYS, ApplicationGateways())
    registry.type(POLICIES, FirewallPolicies())
