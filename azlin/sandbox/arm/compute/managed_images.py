"""Microsoft.Compute/images: what a managed image takes over from the disk, snapshot or VM it is made of."""

from __future__ import annotations

from azlin.sandbox.arm.behaviour import Call, Registry
from azlin.sandbox.arm.bodies import Typed
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.references import id_of
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource

IMAGES = "Microsoft.Compute/images"
_FROM_A_DISK = ("snapshot", "managedDisk")


class Images(Typed):
    implicit_names = frozenset[str]()
    needs_location = True

    def check(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        for disk in _disks(resource.properties):
            for name in _FROM_A_DISK:
                reference = object_of(disk.get(name))
                path = id_of(reference)
                if path is None:
                    continue
                reference["id"] = f"/{path.lstrip('/')}"
                if call.plane.store.get(reference["id"]) is None:
                    raise ArmRefusal(404, "NotFound", f"Resource {reference['id']} not found.", details=[])

    def fill(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        properties = resource.properties
        self._take_over(properties, call)
        storage: Body = properties.setdefault("storageProfile", {})
        storage["dataDisks"] = array_of(storage.get("dataDisks"))
        storage.setdefault("zoneResilient", False)
        properties.setdefault("hyperVGeneration", "V1")
        for disk in _disks(properties):
            disk.setdefault("caching", "None")
            source = next((path for name in _FROM_A_DISK if (path := id_of(disk.get(name)))), None)
            held = call.plane.store.get(source) if source else None
            if held is not None:
                disk.setdefault("diskSizeGB", held.properties.get("diskSizeGB"))
                disk.setdefault("storageAccountType", object_of(held.body.get("sku")).get("name", "Standard_LRS"))

    def _take_over(self, properties: Body, call: Call) -> None:
        """Of a VM an image has the disks."""
        path = id_of(properties.get("sourceVirtualMachine"))
        machine = call.plane.store.get(path) if path else None
        if machine is None or properties.get("storageProfile"):
            return
        storage = object_of(machine.properties.get("storageProfile"))
        system = object_of(storage.get("osDisk"))
        made: Body = {
            "osDisk": {"osType": system.get("osType"), "osState": "Generalized", **_of_vm(system)},
            "dataDisks": [
                {"lun": one.get("lun"), **_of_vm(one)} for one in map(object_of, array_of(storage.get("dataDisks")))
            ],
        }
        properties["storageProfile"] = made


def _of_vm(disk: Body) -> Body:
    managed = object_of(disk.get("managedDisk"))
    found: Body = {"diskSizeGB": disk.get("diskSizeGB"), "storageAccountType": managed.get("storageAccountType")}
    found["managedDisk"] = {"id": managed["id"]} if "id" in managed else None
    found["caching"] = disk.get("caching")
    return {name: value for name, value in found.items() if value is not None}


def _disks(properties: Body) -> list[Body]:
    storage = object_of(properties.get("storageProfile"))
    return [
        one for one in (object_of(storage.get("osDisk")), *map(object_of, array_of(storage.get("dataDisks")))) if one
    ]


def register(registry: Registry) -> None:
    registry.type(IMAGES, Images())
