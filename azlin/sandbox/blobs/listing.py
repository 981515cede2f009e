"""List Blobs: flat, or by a delimiter in prefixes, in pages."""

from __future__ import annotations

import base64
from xml.etree import ElementTree as ET

from azlin.sandbox.arm.behaviour import Answer
from azlin.sandbox.blobs import blob_headers, refusals
from azlin.sandbox.blobs.catalog import Blob
from azlin.sandbox.blobs.markup import document, element
from azlin.sandbox.blobs.request import Request, http_time, place

_BATCH = 1000
_LAST = "\U0010ffff"


def answer(request: Request) -> Answer:
    """GET of a container with comp=list. Raises BlobRefusal."""
    query = request.query
    prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
    count = min(request.number("maxresults", 5000), 5000)
    if count < 1:
        raise refusals.BlobRefusal(
            400,
            "OutOfRangeQueryParameterValue",
            "One of the query parameters specified in the request URI is outside the permissible range.",
        )
    include = set(query.get("include", "").casefold().split(","))
    container = request.found_container()
    start = max(prefix, _marker(query.get("marker", "")))
    root = ET.Element("EnumerationResults", ServiceEndpoint=f"{request.base}/", ContainerName=request.container)
    sent = (("Prefix", prefix), ("Marker", query.get("marker", "")), ("MaxResults", query.get("maxresults", "")))
    for tag, value in (*sent, ("Delimiter", delimiter)):
        if value:
            element(root, tag, value)
    blobs = element(root, "Blobs")
    items, following = _items(request, place(container), prefix, delimiter, start, count, "snapshots" in include)
    for one in items:
        if isinstance(one, str):
            element(element(blobs, "BlobPrefix"), "Name", one)
        else:
            _listed(blobs, one, include)
    element(root, "NextMarker", base64.urlsafe_b64encode(following.encode()).decode() if following else "")
    return Answer(200, document(root), {"Content-Type": "application/xml"})


def _items(
    request: Request, key: str, prefix: str, delimiter: str, start: str, count: int, snapshots: bool
) -> tuple[list[Blob | str], str]:
    """(blobs and prefixes, the name the next page begins with or ""). A prefix costs one look-up, however much is
    below it; snapshots of one name stay on one page."""
    items: list[Blob | str] = []
    while True:
        batch = request.catalog.walk(key, start, snapshots=snapshots, count=_BATCH)
        for blob in batch:
            if not blob.name.startswith(prefix):
                return items, ""
            if len(items) >= count and not (isinstance(items[-1], Blob) and items[-1].name == blob.name):
                return items, blob.name
            cut = blob.name.find(delimiter, len(prefix)) if delimiter else -1
            if cut >= 0:
                below = blob.name[: cut + len(delimiter)]
                items.append(below)
                start = below + _LAST
                break
            items.append(blob)
            start = blob.name + "\0"
        else:
            if len(batch) < _BATCH:
                return items, ""


def _marker(text: str) -> str:
    try:
        return base64.urlsafe_b64decode(text).decode()
    except ValueError:
        raise refusals.invalid_query("marker") from None


def _listed(parent: ET.Element, blob: Blob, include: set[str]) -> None:
    one = element(parent, "Blob")
    element(one, "Name", blob.name)
    if blob.snapshot:
        element(one, "Snapshot", blob.snapshot)
    properties = element(one, "Properties")
    shown: dict[str, str] = {
        "Creation-Time": http_time(blob.created),
        "Last-Modified": http_time(blob.changed),
        "Etag": blob.etag.strip('"'),
        "Content-Length": str(blob.size),
    }
    shown |= {spelled: blob.headers.get(name, "") for name, spelled in blob_headers.OWN.items()}
    shown["BlobType"] = blob.kind
    if blob.kind == "PageBlob":
        shown["x-ms-blob-sequence-number"] = str(blob.sequence)
    if blob.kind == "BlockBlob":
        shown |= {"AccessTier": blob.tier or "Hot"} | ({} if blob.tier else {"AccessTierInferred": "true"})
    state = blob_headers.lease_state(blob)
    shown |= {"LeaseStatus": "locked" if state in ("leased", "breaking") else "unlocked", "LeaseState": state}
    if "copy" in include:
        names = {"copy-id": "CopyId", "copy-status": "CopyStatus", "copy-source": "CopySource"}
        names |= {"copy-progress": "CopyProgress", "copy-completion-time": "CopyCompletionTime"}
        shown |= {tag: blob.copy[name] for name, tag in names.items() if name in blob.copy}
    shown["ServerEncrypted"] = "true"
    if blob.tags:
        shown["TagCount"] = str(len(blob.tags))
    for tag, value in shown.items():
        element(properties, tag, value)
    _listed_extras(one, blob, include)
    element(one, "OrMetadata")


def _listed_extras(one: ET.Element, blob: Blob, include: set[str]) -> None:
    if "metadata" in include and blob.metadata:
        named = element(one, "Metadata")
        for name, value in blob.metadata.items():
            element(named, name, value)
    if "tags" in include and blob.tags:
        tags = element(element(one, "Tags"), "TagSet")
        for name, value in blob.tags.items():
            tag = element(tags, "Tag")
            element(tag, "Key", name)
            element(tag, "Value", value)
