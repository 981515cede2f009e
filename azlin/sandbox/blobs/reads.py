"""Reading a blob: its bytes, its properties, its blocks, its tags."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from azlin.sandbox.arm.behaviour import Answer
from azlin.sandbox.blobs import blob_headers, refusals
from azlin.sandbox.blobs.catalog import Blob, Segment
from azlin.sandbox.blobs.markup import document, element
from azlin.sandbox.blobs.request import Request, check_conditions
from azlin.sandbox.stream import Stream

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def found(request: Request) -> Blob:
    """The blob or snapshot that is meant. Raises BlobRefusal 404."""
    blob = request.catalog.get(request.place(), request.name, request.query.get("snapshot", ""))
    if blob is None:
        raise refusals.blob_not_found()
    return blob


def answer(request: Request) -> Answer:
    """GET and HEAD."""
    if request.comp == "blocklist":
        return _blocks(request)
    blob = found(request)
    check_conditions(request, blob)
    if request.comp == "tags":
        return _tags(blob)
    if request.comp == "pagelist":
        return _pages(request, blob)
    if request.comp not in ("", "metadata"):
        raise refusals.unsupported(f"{request.method} of a blob with comp={request.comp}")
    headers = blob_headers.shown(blob)
    if request.comp == "metadata":
        return Answer(200, None, headers)
    if request.method == "HEAD":
        return Answer(200, Stream(blob.size, iter(())), headers)
    if blob.tier == "Archive":
        raise refusals.BlobRefusal(409, "BlobArchived", "This operation is not permitted on an archived blob.")
    return _bytes(request, blob, headers)


def _bytes(request: Request, blob: Blob, headers: dict[str, str]) -> Answer:
    asked = request.headers.get("x-ms-range") or request.headers.get("range")
    match = _RANGE.fullmatch(asked.strip()) if asked else None
    size = blob.size
    if match is None or not match.group(1):
        return Answer(200, Stream(size, request.catalog.read(blob.segments, 0, size)), headers)
    start = int(match.group(1))
    end = min(int(match.group(2) or size - 1), size - 1)
    if start >= size or end < start:
        raise refusals.BlobRefusal(
            416,
            "InvalidRange",
            "The range specified is invalid for the current size of the resource.",
            {"Content-Range": f"bytes */{size}"},
        )
    length = end - start + 1
    if "Content-MD5" in headers:
        headers["x-ms-blob-content-md5"] = headers.pop("Content-MD5")
    headers["Content-Range"] = f"bytes {start}-{end}/{size}"
    return Answer(206, Stream(length, request.catalog.read(blob.segments, start, length)), headers)


def _blocks(request: Request) -> Answer:
    place, wanted = request.place(), request.query.get("blocklisttype", "committed").casefold()
    blob = request.catalog.get(place, request.name, request.query.get("snapshot", ""))
    staged = request.catalog.staged(place, request.name)
    if blob is None and not staged:
        raise refusals.blob_not_found()
    root = ET.Element("BlockList")
    headers = {"Content-Type": "application/xml"}
    committed = [one for one in blob.segments if one.block] if blob is not None else []
    for tag, kinds, blocks in (
        ("CommittedBlocks", ("committed", "all"), committed),
        ("UncommittedBlocks", ("uncommitted", "all"), list(staged.values())),
    ):
        if wanted in kinds:
            parent = element(root, tag)
            for one in blocks:
                _block(parent, one)
    if blob is not None:
        headers |= {
            name: value for name, value in blob_headers.shown(blob).items() if name in ("ETag", "Last-Modified")
        }
        headers["x-ms-blob-content-length"] = str(blob.size)
    return Answer(200, document(root), headers)


def _block(parent: ET.Element, segment: Segment) -> None:
    block = element(parent, "Block")
    element(block, "Name", segment.block)
    element(block, "Size", str(segment.size))


def _tags(blob: Blob) -> Answer:
    root = ET.Element("Tags")
    tags = element(root, "TagSet")
    for name, value in sorted(blob.tags.items()):
        one = element(tags, "Tag")
        element(one, "Key", name)
        element(one, "Value", value)
    return Answer(200, document(root), {"Content-Type": "application/xml"})


def _pages(request: Request, blob: Blob) -> Answer:
    """Which pages were written: those that are not all zeros, in runs of 512 bytes."""
    if blob.kind != "PageBlob":
        raise refusals.BlobRefusal(409, "InvalidBlobType", "The blob type is invalid for this operation.")
    root = ET.Element("PageList")
    start: int | None = None
    at = 0
    for piece in request.catalog.read(blob.segments, 0, blob.size):
        for offset in range(0, len(piece), 512):
            written = any(piece[offset : offset + 512])
            if written and start is None:
                start = at + offset
            elif not written and start is not None:
                _run(root, start, at + offset - 1)
                start = None
        at += len(piece)
    if start is not None:
        _run(root, start, blob.size - 1)
    headers = {"Content-Type": "application/xml", "x-ms-blob-content-length": str(blob.size), "ETag": blob.etag}
    return Answer(200, document(root), headers)


def _run(root: ET.Element, start: int, end: int) -> None:
    one = element(root, "PageRange")
    element(one, "Start", str(start))
    element(one, "End", str(end))
