"""Whether a name is free, before somebody asks for it with a PUT: `checkNameAvailability` and its like.

A row of `CHECKS` is a provider's own form of the question and of the answer, as the clients in az read it. Reasons and
messages are those of published examples; names that could be nobody's are not judged here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from azlin.sandbox.arm.behaviour import Answer, Call, Registry, RouteHandler
from azlin.sandbox.arm.jsonc import Body, object_of
from azlin.sandbox.arm.names.unique_names import BY_TYPE, domain_holder
from azlin.sandbox.arm.soft_deletion import KINDS, deleted_ones


@dataclass(frozen=True, slots=True)
class Check:
    """`path` is what follows the provider in the path, as a pattern. `free` and `taken` make the answer for a name."""

    type: str
    path: str
    free: Callable[[str], Body]
    taken: Callable[[str], Body]


def _free(_name: str) -> Body:
    return {"nameAvailable": True}


def _says(reason: str, message: str, **more: Any) -> Callable[[str], Body]:
    def answer(name: str) -> Body:
        said = {key: one.format(name=name) if isinstance(one, str) else one for key, one in more.items()}
        return {"nameAvailable": False, "reason": reason, "message": message.format(name=name), **said}

    return answer


_ASKED = "checkNameAvailability"
_IN_REGION = r"locations/[^/]+/checkNameAvailability"
_EITHER = rf"(?:{_ASKED}|{_IN_REGION})"
_BUS = _says("NameInUse", "The specified name is not available. For more information visit "
             "https://aka.ms/eventhubsarmexceptions.")  # fmt: skip


def _bus_free(_name: str) -> Body:
    return {"nameAvailable": True, "reason": "None", "message": ""}


CHECKS: tuple[Check, ...] = (
    Check(
        "Microsoft.Web/sites",
        _EITHER,
        lambda name: {"nameAvailable": True, "reason": "", "message": "", "hostName": f"{name}.azurewebsites.net"},
        _says(
            "AlreadyExists",
            "Hostname '{name}' already exists. Please select a different name.",
            hostName="{name}.azurewebsites.net",
        ),
    ),
    Check(
        "Microsoft.Sql/servers",
        _ASKED,
        lambda name: {"name": name, "available": True},
        lambda name: {
            "name": name,
            "available": False,
            "reason": "AlreadyExists",
            "message": f"The name '{name}' already exists. Choose a different name.",
        },
    ),
    *(
        Check(
            f"{namespace}/flexibleServers",
            _EITHER,
            _free,
            _says("AlreadyExists", "Specified server name is already used."),
        )
        for namespace in ("Microsoft.DBforPostgreSQL", "Microsoft.DBforMySQL")
    ),
    Check(
        "Microsoft.ContainerRegistry/registries",
        _ASKED,
        lambda name: {"nameAvailable": True, "availableLoginServerName": f"{name.lower()}.azurecr.io"},
        _says("AlreadyExists", "The registry {name} is already in use."),
    ),
    *(
        Check(f"{namespace}/namespaces", _ASKED, _bus_free, _BUS)
        for namespace in ("Microsoft.ServiceBus", "Microsoft.EventHub", "Microsoft.Relay")
    ),
    Check(
        "Microsoft.AppConfiguration/configurationStores",
        _EITHER,
        _free,
        _says("AlreadyExists", "The specified name is already in use."),
    ),
    Check("Microsoft.Search/searchServices", _ASKED, _free, _says("AlreadyExists", "")),
    Check(
        "Microsoft.ApiManagement/service",
        _ASKED,
        lambda _: {"nameAvailable": True, "reason": "Valid", "message": ""},
        _says("AlreadyExists", "{name} is already in use. Please select a different name."),
    ),
)


def is_taken(type_name: str, name: str, call: Call) -> bool:
    """Whether somebody has the name, or had it and it is kept for him."""
    if BY_TYPE[type_name.casefold()].holder(name, call.plane.store) is not None:
        return True
    return any(deleted_ones(kind, name, call) for kind in KINDS if kind.type == type_name and kind.everywhere)


def _asked(check: Check) -> RouteHandler:
    def answer(call: Call, _groups: Mapping[str, str], body: Any) -> Answer:
        name = str(object_of(body).get("name") or "")
        return Answer(200, check.taken(name) if is_taken(check.type, name, call) else check.free(name))

    return answer


def _redis(call: Call, _groups: Mapping[str, str], body: Any) -> Answer:
    """Says nothing of a name that is free, and refuses one that is not."""
    name = str(object_of(body).get("name") or "")
    if is_taken("Microsoft.Cache/redis", name, call):
        raise BY_TYPE["microsoft.cache/redis"].refusal(name)
    return Answer(200)


def _cosmos(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    return Answer(200 if is_taken("Microsoft.DocumentDB/databaseAccounts", groups["name"], call) else 404)


def _domain(call: Call, _groups: Mapping[str, str], body: Any) -> Answer:
    asked = object_of(body)
    domain, kind = str(asked.get("subdomainName") or ""), asked.get("type")
    if domain_holder(domain, call.plane.store) is None:
        return Answer(200, {"isSubdomainAvailable": True, "subdomainName": domain, "type": kind})
    why = f"Sub domain name '{domain}' is already used. Please pick a different name."
    return Answer(200, {"isSubdomainAvailable": False, "reason": why, "subdomainName": domain, "type": kind})


def register(registry: Registry) -> None:
    under = r"/subscriptions/[^/]+/providers/"
    for check in CHECKS:
        namespace = check.type.partition("/")[0]
        registry.route("POST", namespace, f"{under}{re.escape(namespace)}/{check.path}", _asked(check))
    registry.route("POST", "Microsoft.Cache", under + r"Microsoft\.Cache/CheckNameAvailability", _redis)
    names = r"/providers/Microsoft\.DocumentDB/databaseAccountNames/(?P<name>[^/]+)"
    registry.route("HEAD", "Microsoft.DocumentDB", names, _cosmos)
    domains = under + r"Microsoft\.CognitiveServices/checkDomainAvailability"
    registry.route("POST", "Microsoft.CognitiveServices", domains, _domain)
