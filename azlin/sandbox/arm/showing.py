"""How a stored resource becomes the body that ARM answers."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING

from azlin.sandbox.arm.behaviour import Call
from azlin.sandbox.arm.jsonc import object_of
from azlin.sandbox.arm.service_defaults import spell
from azlin.sandbox.arm.store import Body, Resource

if TYPE_CHECKING:
    from azlin.sandbox.arm.control_plane import ControlPlane

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def shown(resource: Resource, plane: ControlPlane, call: Call) -> Body:
    """Inline children joined in, the etag that is now, computed fields added, spelled as Azure does. What came out of
    an export keeps the values that it came with. Raises ArmRefusal for what no GET shows."""
    kept = deepcopy(resource.properties) if resource.exported else None
    behaviour = plane.registry.behaviour(resource.id.type)
    for inline in behaviour.inline:
        child_type = f"{resource.id.type}/{inline.segment}"
        resource.properties[inline.segment] = [
            shown(child, plane, call) for child in plane.store.all(parent=resource.id, type=child_type)
        ]
    if behaviour.etag_in_body and resource.etag:
        resource.body["etag"] = f'W/"{resource.etag}"'
    elif isinstance(etag := resource.body.get("etag"), str) and resource.etag:
        resource.body["etag"] = _GUID.sub(resource.etag, etag)
    body = spell(behaviour.show(resource, call), resource.id)
    if kept:
        properties = object_of(body.get("properties"))
        properties.update({name: value for name, value in kept.items() if name in properties})
    return body
