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
from azlin.sandbox.arm.store import ABOUT, Store

_STATES = f"{ABOUT}registration/"
_TAKES_S = 5.0
"""How long registering and unregistering go on. Azure takes about a minute; writes need not wait for it."""
_AIMS = {"Registering": "Registered", "Unregistering": "Unregistered"}
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
    if subscription and not is_registered(call.plane.store, subscription, spelled):
        said = (
            f"The subscription is not registered to use namespace '{spelled}'. See https://aka.ms/rps-not-found for "
            "how to register subscriptions."
        )
        code = "MissingSubscriptionRegistration"
        raise ArmRefusal(409, code, said, details=[{"code": code, "target": spelled, "message": said}])
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
    return f"{_STATES}{subscription}/{namespace}".casefold()


def is_registered(store: Store, subscription: str, namespace: str) -> bool:
    """Whether a subscription may use a namespace: also while it is being registered, as in Azure."""
    kept: Body | None = store.recall(_key(subscription, namespace))
    return kept is None or kept["state"] == "Registering"


def set_registered(store: Store, subscription: str, namespace: str, registered: bool) -> None:
    """Make it so at once (any casing). What says nothing of this is registered."""
    if registered:
        store.forget(_key(subscription, namespace))
    else:
        store.remember(_key(subscription, namespace), {"state": "Unregistered"})


def register_for_deployment(type_name: str, subscription: str, call: Call) -> None:
    """What ARM does with the namespaces of a template that the subscription is not registered for."""
    namespace = type_name.partition("/")[0]
    if not is_registered(call.plane.store, subscription, namespace):
        _begin(call, subscription, namespace, "Registering")


def _begin(call: Call, subscription: str, namespace: str, state: str) -> None:
    kept = {"state": state, "until": call.plane.now() + _TAKES_S}
    call.plane.store.remember(_key(subscription, namespace), kept)


def _shown(kept: Body | None, now: float) -> str:
    if kept is None:
        return "Registered"
    state = str(kept["state"])
    return _AIMS[state] if state in _AIMS and now >= kept["until"] else state


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
    return _shown(call.plane.store.recall(_key(subscription, namespace)), call.plane.now())


def _all(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    subscription = groups.get("subscription") or ""
    kept: dict[str, Body] = call.plane.store.recall_all(_key(subscription, "")) if subscription else {}
    now = call.plane.now()
    found = [
        provider(namespace, subscription or None, _shown(kept.get(_key(subscription, namespace)), now))
        for namespace in catalog()
    ]
    return Answer(200, {"value": found})


def _one(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    namespace, subscription = _spelled(groups), groups.get("subscription")
    state = _state(call, subscription, namespace) if subscription else "Registered"
    return Answer(200, provider(namespace, subscription, state))


def _register(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    namespace, subscription = _spelled(groups), groups["subscription"]
    if _state(call, subscription, namespace) != "Registered":
        _begin(call, subscription, namespace, "Registering")
    return Answer(200, provider(namespace, subscription, _state(call, subscription, namespace)))


def _unregister(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    namespace, subscription = _spelled(groups), groups["subscription"]
    if namespace.casefold() in _ALWAYS:
        raise ArmRefusal(
            409,
            "CannotUnregisterRegistrationFreeResourceProvider",
            f"The namespace '{namespace}' is always registered.",
        )
    if _state(call, subscription, namespace) != "Unregistered":
        _begin(call, subscription, namespace, "Unregistering")
    return Answer(200, provider(namespace, subscription, _state(call, subscription, namespace)))


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
