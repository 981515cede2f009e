"""Microsoft.Features: preview features of the resource providers, and whether a subscription registered them.

Which features Azure has on a day is told nowhere, so any name in a known namespace is one; the lists have those that
somebody registered or unregistered. Registering takes effect at once; Azure shows `Registering` first, and lets some
wait for approval.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from azlin.sandbox.arm.behaviour import Answer, Call, Registry
from azlin.sandbox.arm.catalog import namespaces
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import ABOUT, Body

_STATES = f"{ABOUT}feature/"


def _spelled(groups: Mapping[str, str]) -> str:
    found = namespaces().get(groups["namespace"].casefold())
    if found is None:
        namespace = groups["namespace"]
        raise ArmRefusal(404, "InvalidResourceNamespace", f"The resource namespace '{namespace}' is invalid.")
    return found


def _feature(subscription: str, namespace: str, name: str, state: str) -> Body:
    return {
        "properties": {"state": state},
        "id": f"/subscriptions/{subscription}/providers/Microsoft.Features/providers/{namespace}/features/{name}",
        "type": "Microsoft.Features/providers/features",
        "name": f"{namespace}/{name}",
    }


def _key(subscription: str, namespace: str = "", name: str = "") -> str:
    return f"{_STATES}{subscription}/{namespace}/{name}".rstrip("/").casefold()


def _list(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    subscription = groups["subscription"]
    namespace = _spelled(groups) if groups.get("namespace") else ""
    kept: dict[str, dict[str, str]] = call.plane.store.recall_all(_key(subscription, namespace) + "/")
    found = [_feature(subscription, one["namespace"], one["name"], one["state"]) for one in kept.values()]
    return Answer(200, {"value": found})


def _one(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    subscription, namespace, name = groups["subscription"], _spelled(groups), groups["name"]
    kept: dict[str, str] | None = call.plane.store.recall(_key(subscription, namespace, name))
    state = kept["state"] if kept else "NotRegistered"
    return Answer(200, _feature(subscription, namespace, kept["name"] if kept else name, state))


def _set(state: str, call: Call, groups: Mapping[str, str]) -> Answer:
    subscription, namespace, name = groups["subscription"], _spelled(groups), groups["name"]
    kept = {"namespace": namespace, "name": name, "state": state}
    call.plane.store.remember(_key(subscription, namespace, name), kept)
    return Answer(200, _feature(subscription, namespace, name, state))


def _register(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    return _set("Registered", call, groups)


def _unregister(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    return _set("Unregistered", call, groups)


def register(registry: Registry) -> None:
    under = r"/subscriptions/(?P<subscription>[^/]+)/providers/Microsoft\.Features"
    of_provider = under + r"/providers/(?P<namespace>[^/]+)/features"
    one = of_provider + r"/(?P<name>[^/]+)"
    registry.route("GET", "Microsoft.Features", under + "/features", _list)
    registry.route("GET", "Microsoft.Features", of_provider, _list)
    registry.route("GET", "Microsoft.Features", one, _one)
    registry.route("POST", "Microsoft.Features", one + "/register", _register)
    registry.route("POST", "Microsoft.Features", one + "/unregister", _unregister)
