"""Resource providers: `GET /subscriptions/{id}/providers`, registration, and what is refused because nobody offers it.

Types and api-versions come from `catalog.py`, whose docstring says which api-version is refused. The catalog is not
complete, so a child type that it does not have is taken; an unknown top-level type of a known namespace is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from azlin.sandbox.arm import refusals
from azlin.sandbox.arm.behaviour import Answer, Call, ProviderType, Registry
from azlin.sandbox.arm.catalog import catalog, is_plausible, namespaces, types, versions
from azlin.sandbox.arm.jsonc import Body
from azlin.sandbox.arm.locations import all_locations, display_names, find_location, location_name
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.service_defaults import is_recorded

_UNREGISTERED = "unregistered/"
_ALWAYS = frozenset(("microsoft.resources", "microsoft.authorization", "microsoft.features"))
_NO_LOCATION = frozenset(
    ("microsoft.resources", "microsoft.authorization", "microsoft.management", "microsoft.features")
)
_ANYWHERE = frozenset(
    ("global", "unitedstates", "europe", "asiapacific", "unitedkingdom", "uk", "centraluseuap", "eastus2euap")
)
"""Locations that the list of regions does not have and services take: geographies, and the early-access regions."""
_EARLY = re.compile(r".*(stage|\(stage\)|stg)")


def refuse_unoffered(type_name: str, version: str, location: object, subscription: str | None, call: Call) -> None:
    """Raise ArmRefusal for a namespace, type, api-version or location that nobody offers, in ARM's words."""
    namespace = type_name.partition("/")[0]
    spelled = namespaces().get(namespace.casefold())
    if spelled is None:
        raise ArmRefusal(404, "InvalidResourceNamespace", f"The resource namespace '{namespace}' is invalid.")
    if type_name.count("/") == 1 and type_name.casefold() not in types() and not is_recorded(type_name):
        raise refusals.type_unknown(type_name, version)
    if subscription and call.plane.store.recall(_key(subscription, spelled)) is not None:
        raise ArmRefusal(
            409,
            "MissingSubscriptionRegistration",
            f"The subscription is not registered to use namespace '{spelled}'. See https://aka.ms/rps-not-found for "
            "how to register subscriptions.",
            target=spelled,
        )
    if not is_plausible(version):
        where = location_name(location) or None
        raise refusals.version_not_registered(
            type_name, version, where, list(versions(type_name)), list(all_locations())
        )
    if location and not _is_offered(location):
        raise ArmRefusal(
            400,
            "LocationNotAvailableForResourceType",
            f"The provided location '{location}' is not available for resource type '{type_name}'. List of available "
            f"regions for the resource type is '{','.join(all_locations())}'.",
        )


def _is_offered(location: object) -> bool:
    name = location_name(location)
    return find_location(name) is not None or name in _ANYWHERE or _EARLY.fullmatch(name) is not None


def _key(subscription: str, namespace: str) -> str:
    return f"{_UNREGISTERED}{subscription}/{namespace}".casefold()


def provider(namespace: str, subscription: str | None, state: str = "Registered") -> Body:
    """As `GET .../providers/{namespace}` answers."""
    head = f"/subscriptions/{subscription}" if subscription else ""
    return {
        **({"id": f"{head}/providers/{namespace}"} if subscription else {}),
        "namespace": namespace,
        "registrationPolicy": "RegistrationFree" if namespace.casefold() in _ALWAYS else "RegistrationRequired",
        **({"registrationState": state} if subscription else {}),
        "resourceTypes": [_resource_type(namespace, name, known) for name, known in catalog()[namespace].items()],
    }


def _resource_type(namespace: str, name: str, known: tuple[str, ...]) -> Body:
    tracked = "/" not in name and namespace.casefold() not in _NO_LOCATION
    stable = [one for one in known if len(one) == 10]
    return {
        "resourceType": name,
        "locations": display_names() if tracked else [],
        "apiVersions": list(known),
        **({"defaultApiVersion": stable[0]} if stable else {}),
        "capabilities": (
            "CrossResourceGroupResourceMove, CrossSubscriptionResourceMove, SupportsTags, SupportsLocation"
            if tracked
            else "None"
        ),
    }


def _spelled(groups: Mapping[str, str]) -> str:
    asked = groups["namespace"]
    found = namespaces().get(asked.casefold())
    if found is None:
        raise ArmRefusal(404, "InvalidResourceNamespace", f"The resource namespace '{asked}' is invalid.")
    return found


def _state(call: Call, subscription: str, namespace: str) -> str:
    gone = call.plane.store.recall(_key(subscription, namespace)) is not None
    return "Unregistered" if gone else "Registered"


def _all(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    subscription = groups.get("subscription")
    gone = call.plane.store.recall_all(_UNREGISTERED + (subscription or "").casefold())
    found: list[Body] = []
    for namespace in catalog():
        absent = bool(subscription) and _key(subscription or "", namespace) in gone
        found.append(provider(namespace, subscription, "Unregistered" if absent else "Registered"))
    return Answer(200, {"value": found})


def _one(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    namespace, subscription = _spelled(groups), groups.get("subscription")
    state = _state(call, subscription, namespace) if subscription else "Registered"
    return Answer(200, provider(namespace, subscription, state))


def _register(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    namespace, subscription = _spelled(groups), groups["subscription"]
    call.plane.store.forget(_key(subscription, namespace))
    return Answer(200, provider(namespace, subscription))


def _unregister(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    namespace, subscription = _spelled(groups), groups["subscription"]
    if namespace.casefold() in _ALWAYS:
        raise ArmRefusal(
            409,
            "CannotUnregisterRegistrationFreeResourceProvider",
            f"The namespace '{namespace}' is always registered.",
        )
    call.plane.store.remember(_key(subscription, namespace), True)
    return Answer(200, provider(namespace, subscription, "Unregistered"))


def register(registry: Registry) -> None:
    for spelled in types().values():
        known = versions(spelled)
        registry.provider_type(ProviderType(spelled, known, tuple(all_locations()), accepts=is_plausible))
    under = r"/subscriptions/(?P<subscription>[^/]+)/providers"
    registry.route("GET", "", under, _all)
    registry.route("GET", "", "/providers", _all)
    registry.route("GET", "*", under + "/(?P<namespace>[^/]+)", _one)
    registry.route("GET", "*", "/providers/(?P<namespace>[^/]+)", _one)
    registry.route("POST", "*", under + "/(?P<namespace>[^/]+)/register", _register)
    registry.route("POST", "*", under + "/(?P<namespace>[^/]+)/unregister", _unregister)
