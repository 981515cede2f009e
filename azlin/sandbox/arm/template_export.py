"""`POST {group}/exportTemplate`: the template that would make what is in a group.

As Azure does it ("Resource Groups - Export Template"): what only Azure sets is left out, names become parameters with
the name as their default, ids inside the group become `resourceId` expressions, and children come as resources of
their own with their parents in `dependsOn`. `options` may hold SkipAllParameterization,
SkipResourceNameParameterization and IncludeParameterDefaultValue.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

from azlin.gateways import schema_strip
from azlin.sandbox.arm.behaviour import Answer, Call, Registry
from azlin.sandbox.arm.bodies import known_flags
from azlin.sandbox.arm.catalog import versions
from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.refusals import content_invalid
from azlin.sandbox.arm.store import Resource

_SCHEMA = "https://schema.management.azure.com/schemas/2015-01-01/deploymentTemplate.json#"
_OWN = ("id", "name", "type", "etag", "systemData")
_NEVER = frozenset(("provisioningState", "resourceGuid"))


def _export(call: Call, groups: Mapping[str, str], body: Any) -> Answer:
    group = call.plane.store.parse(groups["group"], call.tenant)
    call.plane.require(group)
    asked = object_of(body)
    wanted = [str(one) for one in array_of(asked.get("resources"))]
    if not wanted:
        raise content_invalid('resources is required; ["*"] stands for all of them')
    options = {one.strip().casefold() for one in str(asked.get("options") or "").split(",")}
    export = _Export(group, options)
    if wanted == ["*"]:
        found = [one for one in call.plane.store.all(group=group) if _is_exported(one)]
    else:
        chosen = [call.plane.find(call.plane.store.parse(one, call.tenant), call) for one in wanted]
        found = [part for one in chosen for part in (one, *call.plane.store.below(one.id)) if _is_exported(part)]
    for one in found:
        export.name(one.id)
    template: Body = {
        "$schema": _SCHEMA,
        "contentVersion": "1.0.0.0",
        "parameters": {},
        "variables": {},
        "resources": [export.resource(one) for one in found],
    }
    template["parameters"] = export.parameters
    return Answer(200, {"template": template})


def _is_exported(resource: Resource) -> bool:
    return resource.id.namespace != "Microsoft.Resources"


class _Export:
    def __init__(self, group: ResourceId, options: set[str]) -> None:
        self._group = group
        self._plain = bool(options & {"skipallparameterization", "skipresourcenameparameterization"})
        self._with_defaults = "includeparameterdefaultvalue" in options
        self._expressions: dict[str, str] = {}
        self.parameters: Body = {}

    def name(self, rid: ResourceId) -> None:
        """Learn a resource of the template, before any is written."""
        names = _names(rid)
        if rid.nested or self._plain:
            self._expressions[rid.key] = self._of_id(rid, [f"'{one}'" for one in names])
            return
        self._expressions[rid.key] = self._of_id(rid, [self._parameter(rid)])

    def resource(self, one: Resource) -> Body:
        rid = one.id
        flags = known_flags(rid.type)
        body = one.body
        if flags is not None and flags.definition is not None:
            body = schema_strip.strip_read_only(flags.definition, body)
        kept = {name: value for name, value in body.items() if name not in _OWN}
        if isinstance(kept.get("properties"), dict):
            kept["properties"] = {
                name: value for name, value in object_of(kept["properties"]).items() if name not in _NEVER
            }
        known = [version for version in versions(rid.type) if len(version) == 10] or list(versions(rid.type))
        made: Body = {"type": rid.type, "apiVersion": known[0] if known else "", "name": self._name_of(rid)}
        if rid.nested and rid.parent_key in self._expressions:
            made["dependsOn"] = [f"[{self._expressions[rid.parent_key]}]"]
        return {**made, **object_of(self._with_expressions(kept))}

    def _name_of(self, rid: ResourceId) -> str:
        names = _names(rid)
        if self._plain:
            return "/".join(names)
        first = self._first(rid)
        if not rid.nested:
            return f"[{first}]"
        rest = "/".join(names[1:])
        return f"[concat({first}, '/{rest}')]"

    def _first(self, rid: ResourceId) -> str:
        top = rid.id.split("/providers/")[-1].split("/")
        return f"parameters('{_parameter_name(f'{top[0]}/{top[1]}', top[2])}')"

    def _parameter(self, rid: ResourceId) -> str:
        name = _parameter_name(rid.type, rid.name)
        self.parameters[name] = {**({"defaultValue": rid.name} if self._with_defaults else {}), "type": "String"}
        return f"parameters('{name}')"

    def _of_id(self, rid: ResourceId, names: list[str]) -> str:
        if rid.nested and not self._plain:
            names = [self._first(rid), *names[1:]]
        return f"resourceId('{rid.type}', {', '.join(names)})"

    def _with_expressions(self, value: Any) -> Any:
        """Ids of the template's own resources as expressions; a text that begins with [ is escaped."""
        if isinstance(value, str):
            found = self._expressions.get(value.casefold())
            return f"[{found}]" if found else f"[{value}" if value.startswith("[") else value
        if isinstance(value, list):
            return [self._with_expressions(one) for one in cast("list[Any]", value)]
        if isinstance(value, dict):
            return {name: self._with_expressions(one) for name, one in cast("dict[str, Any]", value).items()}
        return value


def _names(rid: ResourceId) -> list[str]:
    return rid.id.split("/providers/")[-1].split("/")[2::2]


def _parameter_name(type_name: str, name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]", "_", f"{type_name.rpartition('/')[2]}_{name}_name")


def register(registry: Registry) -> None:
    registry.route("POST", "", r"(?P<group>/subscriptions/[^/]+/resourceGroups/[^/]+)/exportTemplate", _export)
