"""The profiles of a VM: size, storage, operating system; what Compute refuses in them and what it fills in.

Codes and texts are written after Compute's; not each was compared with a recording.
"""

from __future__ import annotations

import re
import uuid
from typing import Any

from azlin.sandbox.arm.behaviour import Call
from azlin.sandbox.arm.compute.disks import DISKS, missing
from azlin.sandbox.arm.compute.images import Image, find_image
from azlin.sandbox.arm.compute.vm_sizes import find_size, sizes_in
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.locations import find_location
from azlin.sandbox.arm.references import id_of
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource

_FORBIDDEN_NAMES = frozenset(
    (
        "1",
        "123",
        "a",
        "actuser",
        "adm",
        "admin",
        "admin1",
        "admin2",
        "administrator",
        "aspnet",
        "backup",
        "console",
        "david",
        "guest",
        "john",
        "owner",
        "root",
        "server",
        "sql",
        "support",
        "support_388945a0",
        "sys",
        "test",
        "test1",
        "test2",
        "test3",
        "user",
        "user1",
        "user2",
        "user3",
        "user4",
        "user5",
    )
)
"""From the documentation of `osProfile.adminUsername`."""
_CLASSES = (r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9]")


def check_size(resource: Resource, before: Resource | None) -> None:
    """The size must be there, be a size, and be offered in the region."""
    name = object_of(resource.properties.get("hardwareProfile")).get("vmSize")
    location = resource.body.get("location")
    if not name:
        raise missing("hardwareProfile.vmSize")
    size = find_size(name)
    if size is None:
        listed = ",".join(one.name for one in sizes_in(location))
        raise ArmRefusal(
            400,
            "InvalidParameter",
            f"The value {name} provided for the VM size is not valid. The valid sizes in the current region are: "
            f"{listed}. Find out more on the valid VM sizes in each region at "
            "https://aka.ms/azure-regionservices.",
            target="vmSize",
        )
    place = find_location(location)
    if before is None and place is not None and not size.offered_in(place):
        raise ArmRefusal(
            409,
            "SkuNotAvailable",
            f"The requested VM size for resource 'Following SKUs have failed for Capacity Restrictions: {size.name}' "
            f"is currently not available in location '{place.name}'. Please try another size or deploy to a different "
            "location or different zone. See https://aka.ms/azureskunotavailable for details.",
        )
    count = len(array_of(object_of(resource.properties.get("storageProfile")).get("dataDisks")))
    if count > size.disks:
        raise ArmRefusal(
            409,
            "OperationNotAllowed",
            f"The maximum number of data disks allowed to be attached to a VM of this size is {size.disks}.",
            target="dataDisks",
        )


def check_storage(resource: Resource, before: Resource | None, call: Call) -> None:
    """Images that exist, disks that can be made, LUNs used once."""
    storage = object_of(resource.properties.get("storageProfile"))
    if before is None and not storage:
        raise missing("storageProfile")
    disk = object_of(storage.get("osDisk"))
    reference = object_of(storage.get("imageReference"))
    option = str(disk.get("createOption", "")).casefold()
    if before is None and option == "attach" and reference:
        raise ArmRefusal(
            400,
            "InvalidParameter",
            "Cannot attach an existing OS disk if the VM is created from a platform or user image.",
            target="osDisk.createOption",
        )
    if before is None and reference:
        _check_image(reference, resource, call)
    if before is None and not reference and option in ("", "fromimage") and not object_of(disk.get("image")):
        raise missing("imageReference")
    seen: dict[int, str] = {}
    for raw in array_of(storage.get("dataDisks")):
        one = object_of(raw)
        lun = one.get("lun")
        if not isinstance(lun, int):
            raise missing("dataDisk.lun")
        if lun in seen:
            raise ArmRefusal(
                409,
                "InvalidParameter",
                f"A disk named '{seen[lun]}' already uses the same LUN: {lun}.",
                target="dataDisk.lun",
            )
        seen[lun] = str(one.get("name") or "")
        if str(one.get("createOption", "")).casefold() == "attach":
            path = id_of(one.get("managedDisk"))
            if path is not None and call.plane.store.get(path) is None:
                raise ArmRefusal(404, "NotFound", f"Disk {path.rpartition('/')[2]} is not found.", target="dataDisk")


def _check_image(reference: Body, resource: Resource, call: Call) -> None:
    path = reference.get("id")
    if isinstance(path, str) and path:
        if (
            call.plane.store.get(path) is None
            and "/communityGalleries/" not in path
            and "/sharedGalleries/" not in path
        ):
            raise ArmRefusal(
                404,
                "ImageNotFound",
                f"The Image '{path}' cannot be found in '{resource.body.get('location')}' region.",
                target="imageReference",
            )
        return
    if reference.get("communityGalleryImageId") or reference.get("sharedGalleryImageId"):
        return
    image = find_image(reference)
    if image is None:
        named = ":".join(str(reference.get(part) or "") for part in ("publisher", "offer", "sku", "version"))
        raise ArmRefusal(
            404,
            "PlatformImageNotFound",
            f"The platform image '{named}' is not available. Verify that all fields in the storage profile are "
            "correct. For more details about storage profile information, please refer to "
            "https://aka.ms/storageprofile",
            target="imageReference",
        )
    size = find_size(object_of(resource.properties.get("hardwareProfile")).get("vmSize"))
    if size is None:
        return
    if size.arch != image.arch:
        raise ArmRefusal(
            400,
            "BadRequest",
            f"Cannot create a VM of size '{size.name}' because this VM size only supports a CPU Architecture of "
            f"'{size.arch}', but an image or disk with CPU Architecture '{image.arch}' was given. Please check that "
            "the CPU Architecture of the image or disk is compatible with that of the VM size.",
        )
    if image.generation not in size.generations.split(","):
        number = image.generation[1:]
        raise ArmRefusal(
            400,
            "BadRequest",
            f"The selected VM size '{size.name}' cannot boot Hypervisor Generation '{number}'. If this was a Create "
            "operation please check that the Hypervisor Generation of the Image matches the Hypervisor Generation of "
            "the selected VM Size. If this was an Update operation please select a Hypervisor Generation "
            f"'{number}' VM Size. For more information, see https://aka.ms/azuregen2vm",
        )


def check_os(resource: Resource, before: Resource | None) -> None:
    """A new VM from an image needs a user and a way in."""
    storage = object_of(resource.properties.get("storageProfile"))
    disk = object_of(storage.get("osDisk"))
    if before is not None or str(disk.get("createOption", "")).casefold() == "attach":
        return
    reference = object_of(storage.get("imageReference"))
    image = find_image(reference)
    profile = object_of(resource.properties.get("osProfile"))
    if not profile:
        if image is not None:
            raise missing("osProfile")
        return
    user = profile.get("adminUsername")
    if not user:
        raise missing("osProfile.adminUsername")
    if str(user).casefold() in _FORBIDDEN_NAMES:
        raise ArmRefusal(
            400, "InvalidParameter", "The Admin Username specified is not allowed.", target="adminUsername"
        )
    windows = (image is not None and image.os == "Windows") or "windowsConfiguration" in profile
    computer = str(profile.get("computerName") or resource.id.name)
    if windows and len(computer) > 15:
        raise ArmRefusal(
            400,
            "InvalidParameter",
            "Windows computer name cannot be more than 15 characters long, be entirely numeric, or contain the "
            "following characters: ` ~ ! @ # $ % ^ & * ( ) = + _ [ ] { } \\ | ; : . ' \" , < > / ?.",
            target="computerName",
        )
    _check_way_in(profile, windows=windows)


def _check_way_in(profile: Body, *, windows: bool) -> None:
    password = profile.get("adminPassword")
    if password is not None:
        low, high = (8, 123) if windows else (6, 72)
        text = str(password)
        kinds = sum(1 for one in _CLASSES if re.search(one, text))
        if not low <= len(text) <= high or kinds < 3:
            raise ArmRefusal(
                400,
                "InvalidParameter",
                f"The supplied password must be between {low}-{high} characters long and must satisfy at least 3 of "
                "password complexity requirements from the following:\r\n1) Contains an uppercase character\r\n2) "
                "Contains a lowercase character\r\n3) Contains a numeric digit\r\n4) Contains a special "
                "character\r\n5) Control characters are not allowed",
                target="adminPassword",
            )
        return
    if windows:
        raise missing("adminPassword")
    linux = object_of(profile.get("linuxConfiguration"))
    if not array_of(object_of(linux.get("ssh")).get("publicKeys")):
        raise ArmRefusal(
            400,
            "InvalidParameter",
            "Authentication using either SSH or by user name and password must be enabled in Linux profile.",
            target="linuxConfiguration",
        )


_FIXED = (
    ("storageProfile", "imageReference", "publisher"),
    ("storageProfile", "imageReference", "offer"),
    ("storageProfile", "imageReference", "sku"),
    ("storageProfile", "osDisk", "name"),
    ("osProfile", "adminUsername"),
    ("osProfile", "computerName"),
)


def check_unchanged(resource: Resource, before: Resource | None) -> None:
    """What is settled when a VM is made cannot be changed."""
    if before is None:
        return
    for path in _FIXED:
        held, asked = _at(before.properties, path), _at(resource.properties, path)
        if held is not None and asked is not None and str(held).casefold() != str(asked).casefold():
            target = ".".join(path[1:] if path[0] == "storageProfile" else path)
            raise ArmRefusal(
                409, "PropertyChangeNotAllowed", f"Changing property '{target}' is not allowed.", target=target
            )


def _at(value: Body, path: tuple[str, ...]) -> Any:
    found: Any = value
    for name in path:
        found = object_of(found).get(name)
    return found


def keep_image(storage: Body, before: Resource | None) -> None:
    """What a VM was made from is told for ever, also after a PUT without it: `az vm update` leaves it out."""
    said = object_of(storage.get("imageReference"))
    if before is not None and not said.keys() - {"version", "exactVersion"}:
        held = object_of(before.properties.get("storageProfile")).get("imageReference")
        if held:
            storage["imageReference"] = held


def fill_storage(resource: Resource, before: Resource | None, image: Image | None, *, premium: bool) -> None:
    """Names, ids and kinds of the disks."""
    storage: Body = resource.properties["storageProfile"]
    reference = object_of(storage.get("imageReference"))
    if image is not None:
        reference["exactVersion"] = image.version
    default = "Premium_LRS" if premium else "Standard_LRS"
    disk = storage["osDisk"] = {**object_of(storage.get("osDisk"))}
    held = object_of(object_of(before.properties.get("storageProfile")).get("osDisk")) if before else {}
    for name, value in held.items():
        disk.setdefault(name, value)
    disk.setdefault("osType", image.os if image else _os_of(resource))
    disk.setdefault("name", f"{resource.id.name}_OsDisk_1_{uuid.uuid4().hex}")
    _fill_disk(disk, resource, default)
    disk.setdefault("deleteOption", "Detach")
    if image is not None:
        disk.setdefault("diskSizeGB", image.disk_size_gb)
    disks = [object_of(one) for one in array_of(storage.get("dataDisks"))]
    for one in disks:
        path = id_of(one.get("managedDisk"))
        if path is not None:
            one.setdefault("name", path.rpartition("/")[2])
        one.setdefault("name", f"{resource.id.name}_disk{int(one['lun']) + 2}_{uuid.uuid4().hex}")
        _fill_disk(one, resource, default)
        one.setdefault("deleteOption", "Detach")
        one.setdefault("toBeDetached", False)
    storage["dataDisks"] = [one for one in disks if one.get("toBeDetached") is not True]


def _os_of(resource: Resource) -> str:
    profile = object_of(resource.properties.get("osProfile"))
    return "Windows" if "windowsConfiguration" in profile else "Linux"


def _fill_disk(disk: Body, resource: Resource, default: str) -> None:
    disk.setdefault("createOption", "FromImage")
    disk.setdefault("caching", "None" if "lun" in disk else "ReadWrite")
    if disk.get("vhd"):
        return
    managed = disk["managedDisk"] = {**object_of(disk.get("managedDisk"))}
    managed.setdefault("id", f"{resource.id.scope}/providers/{DISKS}/{disk['name']}")
    if str(disk["createOption"]).casefold() != "attach":
        managed.setdefault("storageAccountType", default)


def disk_body(disk: Body, storage: Body, image: Image | None) -> Body:
    """The body of the disk resource that a VM makes for itself."""
    managed = object_of(disk.get("managedDisk"))
    option = str(disk.get("createOption", ""))
    creation: Body = {"createOption": option}
    properties: Body = {"creationData": creation}
    if "osType" in disk:
        properties["osType"] = disk["osType"]
    if image is not None and "lun" not in disk:
        properties["hyperVGeneration"] = image.generation
        creation["imageReference"] = {
            "id": "/Subscriptions/00000000-0000-0000-0000-000000000000/Providers/Microsoft.Compute/Locations/global"
            f"/Publishers/{image.publisher}/ArtifactTypes/VMImage/Offers/{image.offer}/Skus/{image.sku}/Versions/"
            f"{image.version}"
        }
    elif "lun" not in disk and object_of(storage.get("imageReference")).get("id"):
        creation["imageReference"] = {"id": object_of(storage["imageReference"])["id"]}
    if isinstance(disk.get("diskSizeGB"), int):
        properties["diskSizeGB"] = disk["diskSizeGB"]
    return {"sku": {"name": managed.get("storageAccountType", "Standard_LRS")}, "properties": properties}


def fill_os(resource: Resource, before: Resource | None) -> None:
    """Defaults of the OS profile; an update that leaves it out keeps it."""
    properties = resource.properties
    held = object_of(before.properties.get("osProfile")) if before else {}
    profile = object_of(properties.get("osProfile")) or dict(held)
    if not profile:
        return
    properties["osProfile"] = profile
    profile.setdefault("computerName", held.get("computerName", resource.id.name))
    profile.setdefault("secrets", [])
    profile.setdefault("allowExtensionOperations", True)
    profile.setdefault("requireGuestProvisionSignal", True)
    windows = object_of(object_of(properties["storageProfile"]).get("osDisk")).get("osType") == "Windows"
    configuration = fill_os_configuration(profile, windows=windows)
    mode = "AutomaticByOS" if windows else "ImageDefault"
    settings = object_of(configuration.get("patchSettings"))
    configuration["patchSettings"] = {"patchMode": mode, "assessmentMode": "ImageDefault", **settings}


def fill_os_configuration(profile: Body, *, windows: bool) -> Body:
    """Defaults of the part of an OS profile that is for one system, in place; returns that part."""
    name = "windowsConfiguration" if windows else "linuxConfiguration"
    configuration: Body = {**object_of(profile.get(name))}
    profile[name] = configuration
    configuration.setdefault("provisionVMAgent", True)
    configuration.setdefault("enableAutomaticUpdates" if windows else "disablePasswordAuthentication", windows)
    return configuration
