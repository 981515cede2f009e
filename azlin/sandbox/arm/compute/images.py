"""Platform images: publishers, offers, SKUs and versions, as `az vm image list-...` and `az vm create` ask for them.

`images.json` has the images behind az's aliases and common ones beside them. Publishers, offers and SKUs have Azure's
names; the version numbers have Azure's form and are the sandbox's own. It is not the whole Marketplace, and says so by
refusing what it does not have as Compute does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from azlin.sandbox.arm.behaviour import Answer, Call, Registry
from azlin.sandbox.arm.compute.extension_images import EXTENSIONS
from azlin.sandbox.arm.jsonc import Body
from azlin.sandbox.arm.refusals import ArmRefusal

_FILE = Path(__file__).with_name("images.json")
_HERE = r"/subscriptions/(?P<subscription>[^/]+)/providers/Microsoft\.Compute/locations/(?P<location>[^/]+)/publishers"


class Sku(msgspec.Struct, frozen=True):
    """`generation` is V1 or V2, `arch` x64 or Arm64."""

    versions: list[str]
    generation: str
    arch: str


class Offer(msgspec.Struct, frozen=True):
    """`os` is Linux or Windows."""

    os: str
    skus: dict[str, Sku]


class Image(msgspec.Struct, frozen=True):
    """One platform image; `version` is exact."""

    publisher: str
    offer: str
    sku: str
    version: str
    os: str
    generation: str
    arch: str

    @property
    def disk_size_gb(self) -> int:
        """Of the OS disk the image makes."""
        if self.os == "Windows":
            return 30 if "smalldisk" in self.sku else 127
        return 64 if self.publisher.casefold() == "redhat" else 30


@cache
def catalog() -> Mapping[str, Mapping[str, Offer]]:
    """Publisher -> offer."""
    raw = json.loads(_FILE.read_text(encoding="utf-8"))
    return msgspec.convert(raw, dict[str, dict[str, Offer]])


def find_image(reference: Body) -> Image | None:
    """The image of an imageReference with publisher, offer, sku, version (`latest`, exact, or a prefix of one)."""
    publisher = _named(catalog(), reference.get("publisher"))
    offer = _named(catalog()[publisher], reference.get("offer")) if publisher else None
    if publisher is None or offer is None:
        return None
    known = catalog()[publisher][offer]
    sku = _named(known.skus, reference.get("sku"))
    if sku is None:
        return None
    found = known.skus[sku]
    asked = str(reference.get("version") or "latest")
    fitting = found.versions if asked == "latest" else [one for one in found.versions if one.startswith(asked)]
    if not fitting:
        return None
    return Image(publisher, offer, sku, max(fitting), known.os, found.generation, found.arch)


def _named(mapping: Mapping[str, Any], name: object) -> str | None:
    return next((one for one in mapping if one.casefold() == str(name).casefold()), None)


def _missing(what: str) -> ArmRefusal:
    return ArmRefusal(404, "NotFound", f"Artifact: {what} was not found.")


def _head(groups: Mapping[str, str], *, publisher: str = "") -> str:
    base = f"/Subscriptions/{groups['subscription']}/Providers/Microsoft.Compute/Locations/{groups['location']}"
    return f"{base}/Publishers/{publisher}" if publisher else f"{base}/Publishers"


def _row(groups: Mapping[str, str], name: str, path: str) -> Body:
    return {"location": groups["location"], "name": name, "id": path}


def _publishers(_call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    """Of images and of extensions, as Compute lists them."""
    names = sorted({*catalog(), *EXTENSIONS})
    return Answer(200, [_row(groups, name, f"{_head(groups)}/{name}") for name in names])


def _publisher(groups: Mapping[str, str]) -> str:
    found = _named(catalog(), groups["publisher"])
    if found is None:
        raise _missing(f"VMImage with publisher '{groups['publisher']}' in location '{groups['location']}'")
    return found


def _offers(_call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    publisher = _named(catalog(), groups["publisher"])
    head = f"{_head(groups, publisher=publisher or '')}/ArtifactTypes/VMImage/Offers"
    names = sorted(catalog()[publisher]) if publisher else []
    return Answer(200, [_row(groups, name, f"{head}/{name}") for name in names])


def _offer(groups: Mapping[str, str]) -> tuple[str, str, Offer]:
    publisher = _publisher(groups)
    offer = _named(catalog()[publisher], groups["offer"])
    if offer is None:
        raise _missing(
            f"VMImage with publisher '{publisher}', offer '{groups['offer']}' in location '{groups['location']}'"
        )
    return publisher, offer, catalog()[publisher][offer]


def _skus(_call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    publisher, offer, known = _offer(groups)
    head = f"{_head(groups, publisher=publisher)}/ArtifactTypes/VMImage/Offers/{offer}/Skus"
    return Answer(
        200,
        [{**_row(groups, name, f"{head}/{name}"), "properties": {"automaticOSUpgradeProperties": None}}
         for name in sorted(known.skus)],
    )  # fmt: skip


def _sku(groups: Mapping[str, str]) -> tuple[str, Offer, str, Sku]:
    publisher, offer, known = _offer(groups)
    sku = _named(known.skus, groups["sku"])
    if sku is None:
        raise _missing(
            f"VMImage with publisher '{publisher}', offer '{offer}', sku '{groups['sku']}' in location "
            f"'{groups['location']}'"
        )
    head = f"{_head(groups, publisher=publisher)}/ArtifactTypes/VMImage/Offers/{offer}/Skus/{sku}/Versions"
    return head, known, sku, known.skus[sku]


def _versions(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    head, _, _, sku = _sku(groups)
    backwards = "desc" in call.query.get("$orderby", "").casefold()
    names = sorted(sku.versions, reverse=backwards)
    top = call.query.get("$top", "")
    if top.isdigit():
        names = names[: int(top)] if backwards else names[-int(top) :]
    return Answer(200, [_row(groups, name, f"{head}/{name}") for name in names])


def _version(_call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    head, offer, _, sku = _sku(groups)
    asked = groups["version"]
    version = max(sku.versions) if asked == "latest" else asked
    if version not in sku.versions:
        raise ArmRefusal(
            404,
            "NotFound",
            f"Artifact: VMImage was not found: version '{asked}' in location '{groups['location']}'.",
        )
    features = [
        {"name": "SecurityType", "value": "TrustedLaunchSupported"},
        {"name": "IsAcceleratedNetworkSupported", "value": "True"},
        {"name": "DiskControllerTypes", "value": "SCSI, NVMe"},
        {"name": "IsHibernateSupported", "value": "True"},
    ]
    properties: Body = {
        "osDiskImage": {"operatingSystem": offer.os, "sizeInGb": 31 if offer.os == "Linux" else 128},
        "dataDiskImages": [],
        "automaticOSUpgradeProperties": {"automaticOSUpgradeSupported": True},
        "hyperVGeneration": sku.generation,
        "architecture": sku.arch,
        "features": features if sku.generation == "V2" and sku.arch == "x64" else features[1:2],
        "imageDeprecationStatus": {"imageState": "Active"},
    }
    return Answer(200, {**_row(groups, version, f"{head}/{version}"), "properties": properties})


def register(registry: Registry) -> None:
    offers = _HERE + r"/(?P<publisher>[^/]+)/artifacttypes/vmimage/offers"
    skus = offers + r"/(?P<offer>[^/]+)/skus"
    versions = skus + r"/(?P<sku>[^/]+)/versions"
    for pattern, handler in (
        (_HERE, _publishers),
        (offers, _offers),
        (skus, _skus),
        (versions, _versions),
        (versions + r"/(?P<version>[^/]+)", _version),
    ):
        registry.route("GET", "Microsoft.Compute", pattern, handler)
