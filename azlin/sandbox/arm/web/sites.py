"""Microsoft.Web: a site's settings are kept apart from it, because they hold secrets and only a POST shows them.

What a PUT of a site says in `siteConfig` goes to its children: `appSettings` to config/appsettings, `connectionStrings`
to config/connectionstrings, the rest is what config/web shows. Shapes: the Web Apps REST reference, 2023-12-01.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from azlin.sandbox.arm.behaviour import Call, Registry
from azlin.sandbox.arm.bodies import Typed
from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.refusals import method_not_allowed
from azlin.sandbox.arm.store import Resource

_HIDDEN = {"appsettings": "appSettings", "connectionstrings": "connectionStrings"}
"""Casefolded names of a site's `config` children that only `POST …/list` shows, and the site's word for each."""


class Sites(Typed):
    """A site or one of its slots."""

    needs_location = True

    def fill(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        config = object_of(resource.properties.get("siteConfig"))
        sent = {name: config.pop(word) for name, word in _HIDDEN.items() if word in config}
        if config or "siteConfig" in resource.properties:
            resource.properties["siteConfig"] = config
        for name, listed in sent.items():
            child = resource.id.child("config", name)
            call.plane.store.put(child, {"properties": _named(array_of(listed))})
        parts = resource.id.name.casefold().split("/")
        host = f"{parts[-1]}.azurewebsites.net"
        if before is None:
            resource.properties.setdefault("enabled", True)
            resource.properties["state"] = "Running"
        resource.properties["defaultHostName"] = host
        resource.properties["repositorySiteName"] = parts[0]
        resource.properties.setdefault("hostNames", [host])
        resource.properties.setdefault("enabledHostNames", [host, f"{parts[-1]}.scm.azurewebsites.net"])
        resource.body.setdefault("kind", "app")

    def listed(self, resource: Resource, segment: str, call: Call, /) -> list[Any] | None:
        if segment.casefold() != "config":
            return super().listed(resource, segment, call)
        web = call.plane.find(resource.id.child("config", "web"), call)
        return [call.plane.show(web, call)]

    def act(self, action: str, resource: Resource, body: Any, call: Call, /) -> Any:
        if action not in ("start", "stop", "restart"):
            return super().act(action, resource, body, call)
        resource.properties["state"] = "Stopped" if action == "stop" else "Running"
        call.plane.store.put(resource.id, resource.body)
        return None


class SiteConfigs(Typed):
    """`config/web` is the site's own `siteConfig`; of what is hidden, only a POST of `list` tells."""

    provisioning = False
    implicit_names = frozenset((*_HIDDEN, "web"))

    def written(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        site = call.plane.store.get(resource.id.parent_key)
        if site is None or resource.id.name.casefold() != "web":
            return
        site.properties["siteConfig"] = {**object_of(site.properties.get("siteConfig")), **resource.properties}
        call.plane.store.put(site.id, site.body)

    def absent(self, rid: ResourceId, call: Call, /) -> Body | None:
        site = call.plane.store.get(rid.parent_key)
        name = rid.name.casefold()
        if site is None or name not in self.implicit_names:
            return None
        shown: Body = {"properties": {} if name in _HIDDEN else object_of(site.properties.get("siteConfig"))}
        return {**shown, **({"location": site.body["location"]} if "location" in site.body else {})}

    def show(self, resource: Resource, call: Call, /) -> Body:
        if resource.id.name.casefold() in _HIDDEN and call.method == "GET":
            raise method_not_allowed("GET", resource.id.id)
        return resource.body

    def act(self, action: str, resource: Resource, body: Any, call: Call, /) -> Any:
        if action == "list" and resource.id.name.casefold() in _HIDDEN:
            return resource.body
        return super().act(action, resource, body, call)


def _named(listed: list[Any]) -> Body:
    """`[{name, value}]` as `{name: value}`; a connection string keeps its type."""
    made: Body = {}
    for one in listed:
        entry: Mapping[str, Any] = object_of(one)
        if "connectionString" in entry:
            made[str(entry.get("name"))] = {"value": entry["connectionString"], "type": entry.get("type")}
        else:
            made[str(entry.get("name"))] = entry.get("value")
    return made


def register(registry: Registry) -> None:
    registry.type("Microsoft.Web/sites", Sites())
    registry.type("Microsoft.Web/sites/slots", Sites())
    registry.type("Microsoft.Web/sites/config", SiteConfigs())
    registry.type("Microsoft.Web/sites/slots/config", SiteConfigs())
