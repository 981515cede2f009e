"""What `field` means in a policy rule: a part of the resource, by its plain name or by an alias.

An alias is a type and a path below its properties (`Microsoft.Storage/storageAccounts/minimumTlsVersion`). Most follow
that rule; where Azure's differ (a VM's size is `…/virtualMachines/sku.name`) the table here says so. `[*]` stands for
every element of an array. Source: "Azure Policy definition structure aliases" and "… policy rule", fields.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.jsonc import Body, array_of, object_of

_TAG = re.compile(r"tags(?:\.(?P<plain>.+)|\[(?P<quote>['\"]?)(?P<name>.+)(?P=quote)\])", re.IGNORECASE)
_COMPUTE = "microsoft.compute/virtualmachines/"
_IRREGULAR = {
    f"{_COMPUTE}sku.name": "properties.hardwareProfile.vmSize",
    f"{_COMPUTE}imagepublisher": "properties.storageProfile.imageReference.publisher",
    f"{_COMPUTE}imageoffer": "properties.storageProfile.imageReference.offer",
    f"{_COMPUTE}imagesku": "properties.storageProfile.imageReference.sku",
    f"{_COMPUTE}imageversion": "properties.storageProfile.imageReference.version",
    f"{_COMPUTE}osdisk.uri": "properties.storageProfile.osDisk.vhd.uri",
    "microsoft.compute/imagepublisher": "properties.storageProfile.imageReference.publisher",
    "microsoft.compute/imageoffer": "properties.storageProfile.imageReference.offer",
    "microsoft.compute/imagesku": "properties.storageProfile.imageReference.sku",
    "microsoft.compute/licensetype": "properties.licenseType",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A resource as it would be written: its id and its whole body."""

    rid: ResourceId
    body: Body

    @property
    def type(self) -> str:
        """As policy names it: groups and subscriptions have the types that they have in Azure."""
        known = {"Microsoft.Resources/resourceGroups": "Microsoft.Resources/subscriptions/resourceGroups"}
        return known.get(self.rid.type, self.rid.type)


def values_of(field: str, candidate: Candidate) -> list[Any]:
    """Every value that a field names: one (None when it is absent), or with `[*]` one per element."""
    folded = field.casefold()
    plain: dict[str, Any] = {
        "name": candidate.rid.name,
        "fullname": _full_name(candidate.rid),
        "type": candidate.type,
        "id": candidate.rid.id,
        "location": candidate.body.get("location"),
        "kind": candidate.body.get("kind"),
        "tags": candidate.body.get("tags"),
        "identity.type": object_of(candidate.body.get("identity")).get("type"),
    }
    if folded in plain:
        return [plain[folded]]
    tag = _TAG.fullmatch(field)
    if tag is not None:
        return [_tag(candidate.body, tag["plain"] or tag["name"])]
    path = alias_path(field, candidate)
    return [None] if path is None else read(candidate.body, path)


def alias_path(field: str, candidate: Candidate) -> str | None:
    """The path in the body that an alias stands for; None for an alias of another type."""
    folded = field.casefold()
    own = candidate.type.casefold()
    if folded in _IRREGULAR:
        return _IRREGULAR[folded] if own.startswith(folded.rpartition("/")[0].rstrip("/")) else None
    if not folded.startswith(f"{own}/"):
        return None
    path = field[len(own) + 1 :]
    if path.count("/"):
        return None
    below = object_of(candidate.body.get("properties"))
    first = re.split(r"[.\[]", path, maxsplit=1)[0].casefold()
    inside = any(name.casefold() == first for name in below)
    outside = any(name.casefold() == first for name in candidate.body)
    return path if outside and not inside else f"properties.{path}"


def read(value: Any, path: str) -> list[Any]:
    """The values at a path of names and `[*]`, in any casing; an element's `properties` are looked into too."""
    found: list[Any] = [value]
    for step in path.replace("[*]", ".[*]").split("."):
        if step == "[*]":
            found = [inner for one in found for inner in array_of(one)]
        elif step:
            found = [_member(one, step) for one in found]
    return found


def _member(value: Any, name: str) -> Any:
    fields = object_of(value)
    folded = name.casefold()
    for known, inner in fields.items():
        if known.casefold() == folded:
            return inner
    inner = fields.get("properties")
    return _member(inner, name) if isinstance(inner, dict) else None


def _tag(body: Body, name: str) -> Any:
    folded = name.casefold()
    tags = object_of(body.get("tags"))
    return next((value for known, value in tags.items() if known.casefold() == folded), None)


def _full_name(rid: ResourceId) -> str:
    tail = rid.id[len(rid.scope) :].split("/providers/")[-1].split("/")
    return "/".join(tail[2::2])
