"""Policy definitions, sets of them (initiatives) and assignments, as objects: what Azure Policy adds to what was sent.

Shapes were compared with recordings of the Azure SDKs. What policies do to other requests: `enforcement.py`.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from azlin.sandbox.arm.behaviour import Answer, Behaviour, Call, Registry
from azlin.sandbox.arm.filters import Filter
from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.policy.assignments import ASSIGNMENTS
from azlin.sandbox.arm.policy.definitions import DEFINITIONS, all_built_in, built_in, properties_of, refuse_invalid
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource
from azlin.sandbox.arm.times import iso

SETS = "Microsoft.Authorization/policySetDefinitions"
_SPACE = uuid.UUID("5a4db0c5-0000-4000-8000-a21100000005")
_SKU_LAST = "2020-09-01"
"""From this api-version on assignments have no sku."""


class _PolicyObject(Behaviour):
    provisioning = False
    write_pending = None
    delete_pending = False
    implicit_names = frozenset[str]()
    updated_status = 201

    def complete(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        """Who made it and who changed it last; the rest is `fill`."""
        was = object_of(before.properties.get("metadata")) if before else {}
        changed = (call.oid, iso()) if before else (None, None)
        resource.properties["metadata"] = {
            **object_of(resource.properties.get("metadata")),
            "createdBy": was.get("createdBy") or call.oid,
            "createdOn": was.get("createdOn") or iso(),
            "updatedBy": changed[0],
            "updatedOn": changed[1],
        }
        self.fill(resource, call)

    def fill(self, resource: Resource, call: Call, /) -> None:
        """What only this kind has."""

    def shown_deleted(self, resource: Resource, call: Call, /) -> Body:
        return call.plane.show(resource, call)


class Definitions(_PolicyObject):
    def refuse(self, resource: Resource, _before: Resource | None, _call: Call, /) -> None:
        refuse_invalid(resource.properties.get("policyRule"), resource.id.name)

    def absent(self, rid: ResourceId, _call: Call, /) -> Body | None:
        """A built-in definition is at the root."""
        return None if rid.scope else built_in(rid.name)

    def fill(self, resource: Resource, _call: Call, /) -> None:
        resource.properties.setdefault("policyType", "Custom")
        resource.properties.setdefault("mode", "Indexed")


class Sets(_PolicyObject):
    def refuse(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        for one in _members(resource):
            _require(str(one.get("policyDefinitionId") or ""), call)

    def fill(self, resource: Resource, _call: Call, /) -> None:
        resource.properties.setdefault("policyType", "Custom")
        for at, one in enumerate(_members(resource)):
            number = uuid.uuid5(_SPACE, f"{resource.id.key}/{at}/{one.get('policyDefinitionId')}")
            one.setdefault("policyDefinitionReferenceId", str(number.int % 2**64))


class Assignments(_PolicyObject):
    def refuse(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        _require(str(resource.properties.get("policyDefinitionId") or ""), call)

    def fill(self, resource: Resource, call: Call, /) -> None:
        resource.properties["scope"] = resource.id.scope
        resource.properties.setdefault("enforcementMode", "Default")
        if call.api_version < _SKU_LAST:
            resource.body.setdefault("sku", {"name": "A0", "tier": "Free"})


def _members(resource: Resource) -> list[Body]:
    return [object_of(one) for one in array_of(resource.properties.get("policyDefinitions"))]


def _require(definition: str, call: Call) -> None:
    """A definition that is not there is refused; sets that Azure brings along (at the root) are not looked for."""
    at_root = definition.casefold().startswith("/providers/microsoft.authorization/policysetdefinitions/")
    if not at_root and properties_of(definition, call) is None:
        kind = "policy set definition" if "/policysetdefinitions/" in definition.casefold() else "policy definition"
        code = "PolicySetDefinitionNotFound" if "set" in kind else "PolicyDefinitionNotFound"
        raise ArmRefusal(404, code, f"The {kind} '{definition.rpartition('/')[2]}' could not be found.")


def _list(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    """The scope's own and the built-in ones; `$filter=policyType eq 'Custom'`."""
    scope, text = groups["scope"], call.query.get("$filter")
    wanted = Filter(text, scope) if text else None
    parent = call.plane.store.parse(scope, call.tenant)
    mine = [call.plane.show(one, call) for one in call.plane.store.all(type=DEFINITIONS, parent=parent)]
    shown: list[Body] = []
    for body in (*mine, *all_built_in()):
        rid = call.plane.store.parse(body["id"], call.tenant)
        if wanted is None or wanted.keeps(Resource(rid, body, "", 0.0, 0.0)):
            shown.append(body)
    return Answer(200, {"value": shown})


def register(registry: Registry) -> None:
    registry.type(DEFINITIONS, Definitions())
    registry.route("GET", "*", r"(?P<scope>.*)/providers/Microsoft\.Authorization/policyDefinitions", _list)
    registry.type(SETS, Sets())
    registry.type(ASSIGNMENTS, Assignments())
