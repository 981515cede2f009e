"""Managed disks and snapshots: size, performance tier, which VM has them, and access that was granted to their bytes.

A grant (`beginGetAccess`) changes the disk as in Azure and gives an address of Azure's form; the sandbox keeps no bytes
of disks, so nothing answers there.
"""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from azlin.sandbox.arm.behaviour import Call, Registry
from azlin.sandbox.arm.bodies import Typed
from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.jsonc import Body, object_of
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource
from azlin.sandbox.arm.times import iso

DISKS = "Microsoft.Compute/disks"
SNAPSHOTS = "Microsoft.Compute/snapshots"
_GRANTED = "ActiveSAS"
_ACCESS = frozenset(("begingetaccess", "endgetaccess"))
_GIB = 1024**3
_TIERS = {
    "premium": ((4, "P1", 120, 25), (8, "P2", 120, 25), (16, "P3", 120, 25), (32, "P4", 120, 25), (64, "P6", 240, 50),
                (128, "P10", 500, 100), (256, "P15", 1100, 125), (512, "P20", 2300, 150), (1024, "P30", 5000, 200),
                (2048, "P40", 7500, 250), (4096, "P50", 7500, 250), (8192, "P60", 16000, 500),
                (16384, "P70", 18000, 750), (32767, "P80", 20000, 900)),
    "standardssd": ((4, "E1", 500, 60), (8, "E2", 500, 60), (16, "E3", 500, 60), (32, "E4", 500, 60),
                    (64, "E6", 500, 60), (128, "E10", 500, 60), (256, "E15", 500, 60), (512, "E20", 500, 60),
                    (1024, "E30", 500, 60), (2048, "E40", 500, 60), (4096, "E50", 500, 60), (8192, "E60", 2000, 400),
                    (16384, "E70", 4000, 600), (32767, "E80", 6000, 750)),
    "standard": ((32, "S4", 500, 60), (64, "S6", 500, 60), (128, "S10", 500, 60), (256, "S15", 500, 60),
                 (512, "S20", 500, 60), (1024, "S30", 500, 60), (2048, "S40", 500, 60), (4096, "S50", 500, 60),
                 (8192, "S60", 1300, 300), (16384, "S70", 2000, 500), (32767, "S80", 2000, 500)),
}  # fmt: skip
"""(up to GiB, tier, IOPS, MB/s): "Scalability and performance targets for VM disks"."""


class Disks(Typed):
    kept = ("timeCreated", "uniqueId", "diskState")
    implicit_names = frozenset[str]()
    needs_location = True
    slow_actions = _ACCESS
    act_pending = True

    def check(self, resource: Resource, before: Resource | None, _call: Call, /) -> None:
        properties = resource.properties
        creation = object_of(properties.get("creationData"))
        option = str(creation.get("createOption") or "")
        if before is None and not option:
            raise missing("disk.creationData.createOption")
        size = properties.get("diskSizeGB")
        if option.casefold() == "empty" and not isinstance(size, int):
            raise missing("disk.diskSizeGB")
        if isinstance(size, int) and not 1 <= size <= 65536:
            raise ArmRefusal(
                400,
                "InvalidParameter",
                f"The value '{size}' of parameter 'disk.diskSizeGB' is out of range. The value must be between '1' and "
                "'65536', inclusive.",
                target="disk.diskSizeGB",
            )
        held = before.properties.get("diskSizeGB") if before else None
        if isinstance(held, int) and isinstance(size, int) and size < held:
            raise ArmRefusal(
                409,
                "ResizeDiskError",
                f"Disk size reduction is not supported. Current size is {held * _GIB} bytes, requested size is "
                f"{size * _GIB} bytes.",
                target="disk.diskSizeGB",
            )

    def fill(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        _copy_source(resource, call)
        if before is not None and "managedBy" in before.body:
            resource.body["managedBy"] = before.body["managedBy"]
        if before is not None and "diskSizeGB" in before.properties:
            resource.properties.setdefault("diskSizeGB", before.properties["diskSizeGB"])
        complete_disk(resource.body)

    def refuse_delete(self, resource: Resource, _call: Call, /) -> None:
        _refuse_granted(resource)
        machine = resource.body.get("managedBy")
        if machine:
            raise ArmRefusal(
                409, "OperationNotAllowed", f"Disk {resource.id.name} is attached to VM {machine}.", target=None
            )

    def act(self, action: str, resource: Resource, body: Any, call: Call, /) -> Any:
        if action in _ACCESS:
            return _access(action, resource, object_of(body), call)
        return super().act(action, resource, body, call)


class Snapshots(Typed):
    kept = ("timeCreated", "uniqueId", "diskState")
    needs_location = True
    slow_actions = _ACCESS
    act_pending = True
    created_status = 202
    implicit_names = frozenset[str]()

    def check(self, resource: Resource, before: Resource | None, _call: Call, /) -> None:
        if before is None and not object_of(resource.properties.get("creationData")).get("createOption"):
            raise missing("snapshot.creationData.createOption")

    def fill(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        _copy_source(resource, call)
        properties = resource.properties
        if before is not None and "diskSizeGB" in before.properties:
            properties.setdefault("diskSizeGB", before.properties["diskSizeGB"])
        complete_disk(resource.body)
        for name in ("diskIOPSReadWrite", "diskMBpsReadWrite", "tier"):
            properties.pop(name, None)
        properties.setdefault("incremental", False)

    def refuse_delete(self, resource: Resource, _call: Call, /) -> None:
        _refuse_granted(resource)

    def act(self, action: str, resource: Resource, body: Any, call: Call, /) -> Any:
        if action in _ACCESS:
            return _access(action, resource, object_of(body), call)
        return super().act(action, resource, body, call)


def _copy_source(resource: Resource, call: Call) -> None:
    """A copy is as large as what it was made of, and says what that was."""
    creation = object_of(resource.properties.get("creationData"))
    path = creation.get("sourceResourceId") or creation.get("sourceUri")
    if not isinstance(path, str) or not path.lstrip("/").casefold().startswith("subscriptions/"):
        return
    source = call.plane.store.get(f"/{path.lstrip('/')}")
    if source is None:
        raise ArmRefusal(404, "ResourceNotFound", f"The resource {path} was not found.", target="creationData")
    creation.pop("sourceUri", None)
    creation["sourceResourceId"] = source.id.id
    creation["sourceUniqueId"] = source.properties.get("uniqueId")
    for name in ("diskSizeGB", "osType", "hyperVGeneration"):
        if name in source.properties:
            resource.properties.setdefault(name, source.properties[name])


def _access(action: str, resource: Resource, asked: Body, call: Call) -> Body | None:
    """Grant or revoke. One that is attached cannot be read from outside."""
    if action == "endgetaccess":
        if resource.properties.get("diskState") == _GRANTED:
            resource.properties["diskState"] = "Unattached"
            call.plane.store.put(resource.id, resource.body)
        return None
    seconds = asked.get("durationInSeconds")
    if asked.get("access") not in ("Read", "Write") or not isinstance(seconds, int) or seconds <= 0:
        raise missing("grantAccessData.access" if asked.get("access") is None else "grantAccessData.durationInSeconds")
    if resource.body.get("managedBy"):
        raise ArmRefusal(
            409,
            "OperationNotAllowed",
            f"Disk {resource.id.name} is attached to VM {resource.body['managedBy']}, so its contents cannot be "
            "exported.",
        )
    resource.properties["diskState"] = _GRANTED
    call.plane.store.put(resource.id, resource.body)
    host = f"md-{secrets.token_hex(6)}.z1.blob.storage.azure.net"
    query = f"sv=2018-03-28&sr=b&si={uuid.uuid4()}&sig={secrets.token_urlsafe(32)}"
    return {"accessSAS": f"https://{host}/{secrets.token_hex(6)}/abcd?{query}"}


def _refuse_granted(resource: Resource) -> None:
    if resource.properties.get("diskState") == _GRANTED:
        raise ArmRefusal(
            409,
            "OperationNotAllowed",
            f"There is an active shared access signature outstanding for disk {resource.id.name}. Call EndGetAccess "
            "before attaching or deleting the disk. Learn more here: aka.ms/revokeaccessapi.",
        )


def missing(target: str) -> ArmRefusal:
    """A required parameter was not given, as Compute says it."""
    return ArmRefusal(400, "InvalidParameter", f"Required parameter '{target}' is missing (null).", target=target)


def complete_disk(body: Body) -> None:
    """Fill, in place, what Compute fills in a disk."""
    sku = {"name": "Standard_LRS", **object_of(body.get("sku"))}
    name = str(sku["name"])
    sku["tier"] = "Premium" if name.startswith("Premium") else "Ultra" if name.startswith("Ultra") else "Standard"
    body["sku"] = sku
    properties: Body = body.setdefault("properties", {})
    size = int(properties.setdefault("diskSizeGB", 30))
    properties["diskSizeBytes"] = size * _GIB
    kind = name.partition("_")[0].casefold()
    for limit, tier, operations, megabytes in _TIERS.get(kind, ()):
        if size <= limit:
            if kind == "premium":
                properties.setdefault("tier", tier)
            properties["diskIOPSReadWrite"] = operations
            properties["diskMBpsReadWrite"] = megabytes
            break
    properties.setdefault("encryption", {"type": "EncryptionAtRestWithPlatformKey"})
    properties.setdefault("networkAccessPolicy", "AllowAll")
    properties.setdefault("publicNetworkAccess", "Enabled")
    properties.setdefault("timeCreated", iso())
    properties.setdefault("uniqueId", str(uuid.uuid4()))
    if properties.get("diskState") != _GRANTED:
        properties["diskState"] = "Attached" if body.get("managedBy") else "Unattached"
    properties["provisioningState"] = "Succeeded"


def give(rid: ResourceId, machine: Resource, wanted: Body, call: Call) -> Resource:
    """The disk of a VM: made when it is not there, and tied to the VM. `wanted` is its body. Raises ArmRefusal."""
    store = call.plane.store
    found = store.get(rid)
    if found is None:
        body = {"location": machine.body.get("location"), **wanted, "managedBy": machine.id.id}
        if machine.body.get("zones"):
            body["zones"] = machine.body["zones"]
        complete_disk(body)
        return store.put(rid, body)
    holder = found.body.get("managedBy")
    if isinstance(holder, str) and holder.casefold() != machine.id.key and not found.properties.get("maxShares"):
        raise ArmRefusal(
            409,
            "ConflictingUserInput",
            f"Disk '{found.id.id}' cannot be attached as the disk is already owned by VM '{holder}'.",
            target="/".join(found.id.id.split("/")[-2:]),
        )
    _refuse_granted(found)
    if holder != machine.id.id:
        found.body["managedBy"] = machine.id.id
        found.properties["diskState"] = "Attached"
        return store.put(found.id, found.body)
    return found


def take(path: str, machine: ResourceId, call: Call, *, delete: bool) -> None:
    """A VM lets go of a disk; `delete` removes it too."""
    found = call.plane.store.get(path)
    if found is None or str(found.body.get("managedBy")).casefold() != machine.key:
        return
    del found.body["managedBy"]
    found.properties["diskState"] = "Unattached"
    kept = call.plane.store.put(found.id, found.body)
    if delete:
        call.plane.purge(kept, call)


def register(registry: Registry) -> None:
    registry.type(DISKS, Disks())
    registry.type(SNAPSHOTS, Snapshots())
