"""Writing blobs: whole, by blocks, appended, by pages, copied; their properties, metadata, tags and tiers."""

from __future__ import annotations

import base64
import hashlib
import uuid
from pathlib import Path
from urllib.parse import parse_qsl

from azlin.sandbox.arm.behaviour import Answer
from azlin.sandbox.blobs import blob_headers, leases, refusals
from azlin.sandbox.blobs.catalog import Blob, Segment
from azlin.sandbox.blobs.markup import parsed, text_of
from azlin.sandbox.blobs.reads import found
from azlin.sandbox.blobs.request import Request, check_conditions, done, http_time, iso_time, new_etag

_KINDS = {"blockblob": "BlockBlob", "appendblob": "AppendBlob", "pageblob": "PageBlob"}
_PAGE = 512


def put(request: Request, source: Blob | None = None) -> Answer:
    """Put Blob, also from the URL of another one. Raises BlobRefusal."""
    kind = _KINDS.get(request.headers.get("x-ms-blob-type", "").casefold())
    if kind is None:
        raise refusals.BlobRefusal(
            400,
            "MissingRequiredHeader",
            "An HTTP header that's mandatory for this request is not specified. (x-ms-blob-type)",
        )
    place, before = _room(request)
    blob = _fresh(request, kind, before)
    if kind == "BlockBlob":
        blob.segments = _linked(request, source) if source is not None else [_taken(request)]
        if source is not None:
            blob.headers = {**source.headers, **{n: v for n, v in blob.headers.items() if n != "content-type"}}
        else:
            blob.headers.setdefault("content-md5", _md5(request.catalog.directory / blob.segments[0].file))
        request.catalog.unstage(place, request.name)
    if kind == "PageBlob":
        blob.segments = [_pages(request)]
    request.catalog.put(place, blob)
    more = {"x-ms-request-server-encrypted": "true"}
    if "content-md5" in blob.headers:
        more["Content-MD5"] = blob.headers["content-md5"]
    made = done(201, blob.changed, blob.etag)
    made.headers |= more
    return made


def copy(request: Request, source: Blob, url: str) -> Answer:
    """Copy Blob: done when it is answered. Properties and metadata come along unless the request has metadata."""
    check_conditions(request, source, prefix="x-ms-source-")
    place, before = _room(request)
    blob = _fresh(request, source.kind, before)
    blob.segments = _linked(request, source)
    blob.headers, blob.metadata = dict(source.headers), request.metadata or dict(source.metadata)
    blob.appended, blob.sequence = source.appended, source.sequence
    blob.copy = {
        "copy-id": str(uuid.uuid4()),
        "copy-source": url.partition("?")[0],
        "copy-status": "success",
        "copy-progress": f"{source.size}/{source.size}",
        "copy-completion-time": http_time(request.at),
    }
    request.catalog.put(place, blob)
    request.catalog.unstage(place, request.name)
    made = done(202, blob.changed, blob.etag)
    made.headers |= {"x-ms-copy-id": blob.copy["copy-id"], "x-ms-copy-status": "success"}
    return made


def stage(request: Request, source: tuple[Blob, int, int] | None = None) -> Answer:
    """Put Block, also from a range of another blob (blob, start, length)."""
    place, block = request.place(), request.query.get("blockid", "")
    leases.guard(request, request.catalog.get(place, request.name))
    try:
        valid = 0 < len(base64.b64decode(block, validate=True)) <= 64
    except ValueError:
        valid = False
    if not valid:
        raise refusals.invalid_query("blockid")
    segment = _taken(request) if source is None else _cut(request, *source)
    segment.block = block
    request.catalog.stage(place, request.name, segment)
    return Answer(201, None, {"x-ms-request-server-encrypted": "true"})


def commit(request: Request) -> Answer:
    """Put Block List: what is committed, staged, or whichever is newer, in the order of the list."""
    place, before = _room(request)
    committed = {one.block: one for one in (before.segments if before is not None else []) if one.block}
    staged = request.catalog.staged(place, request.name)
    blob = _fresh(request, "BlockBlob", before)
    wanted = {"Committed": (committed,), "Uncommitted": (staged,), "Latest": (staged, committed)}
    used: set[str] = set()
    for one in parsed(request.incoming.body):
        block = next((kept[one.text or ""] for kept in wanted.get(one.tag, ()) if (one.text or "") in kept), None)
        if block is None:
            raise refusals.BlobRefusal(400, "InvalidBlockList", "The specified block list is invalid.")
        again = block.file in used
        used.add(block.file)
        blob.segments.append(request.catalog.linked([block])[0] if again else block)
    request.catalog.put(place, blob)
    request.catalog.unstage(place, request.name, used)
    made = done(201, blob.changed, blob.etag)
    made.headers["x-ms-request-server-encrypted"] = "true"
    return made


def append(request: Request) -> Answer:
    blob = _of_kind(request, "AppendBlob")
    at = request.headers.get("x-ms-blob-condition-appendpos")
    if at is not None and at != str(blob.size):
        raise refusals.BlobRefusal(
            412, "AppendPositionConditionNotMet", "The append position condition specified was not met."
        )
    limit = request.headers.get("x-ms-blob-condition-maxsize")
    if limit is not None and blob.size + request.size() > int(limit):
        raise refusals.BlobRefusal(
            412, "MaxBlobSizeConditionNotMet", "The max blob size condition specified was not met."
        )
    offset = blob.size
    blob.segments.append(_taken(request))
    blob.appended += 1
    made = _changed(request, blob, 201)
    made.headers |= {"x-ms-blob-append-offset": str(offset), "x-ms-blob-committed-block-count": str(blob.appended)}
    return made


def write_pages(request: Request) -> Answer:
    """Put Page, and its clearing form."""
    blob = _of_kind(request, "PageBlob")
    asked = (request.headers.get("x-ms-range") or request.headers.get("range") or "").removeprefix("bytes=")
    first, _, last = asked.partition("-")
    if not first.isdigit() or not last.isdigit() or int(first) % _PAGE or (int(last) + 1) % _PAGE:
        raise refusals.BlobRefusal(416, "InvalidPageRange", "The page range specified is invalid.")
    start, length = int(first), int(last) - int(first) + 1
    if start + length > blob.size:
        raise refusals.BlobRefusal(416, "InvalidPageRange", "The page range specified is invalid.")
    clearing = request.headers.get("x-ms-page-write", "").casefold() == "clear"
    if not clearing and request.size() != length:
        raise refusals.invalid_header("range")
    with (request.catalog.directory / blob.segments[0].file).open("r+b") as out:
        out.seek(start)
        if clearing:
            out.write(bytes(length))
        elif request.incoming.file is not None:
            out.write(request.incoming.file.read_bytes())
        else:
            out.write(request.incoming.body)
    made = _changed(request, blob, 201)
    made.headers["x-ms-blob-sequence-number"] = str(blob.sequence)
    return made


def change(request: Request) -> Answer:
    """Set metadata, properties, tags or tier."""
    blob = found(request)
    check_conditions(request, blob)
    leases.guard(request, blob)
    if request.comp == "metadata":
        blob.metadata = request.metadata
        return _changed(request, blob, 200)
    if request.comp == "properties":
        own = blob_headers.OWN
        blob.headers = {
            name: request.headers[f"x-ms-blob-{name}"] for name in own if f"x-ms-blob-{name}" in request.headers
        }
        return _changed(request, blob, 200)
    if request.comp == "tags":
        tags = parsed(request.incoming.body).iter("Tag")
        blob.tags = _checked({text_of(one, "Key"): text_of(one, "Value") for one in tags})
        request.catalog.put(request.place(), blob)
        return Answer(204)
    tier = request.headers.get("x-ms-access-tier", "")
    if blob.kind != "BlockBlob" or tier not in blob_headers.TIERS:
        raise refusals.invalid_header("x-ms-access-tier")
    blob.tier = tier
    request.catalog.put(request.place(), blob)
    return Answer(200)


def snapshot(request: Request) -> Answer:
    blob = found(request)
    check_conditions(request, blob)
    taken = iso_time(request.at)
    copied = request.catalog.copied if blob.kind == "PageBlob" else request.catalog.linked
    kept = Blob(
        name=blob.name,
        kind=blob.kind,
        created=blob.created,
        changed=blob.changed,
        etag=blob.etag,
        snapshot=taken,
        segments=copied(blob.segments),
        headers=blob.headers,
        metadata=request.metadata or blob.metadata,
        tier=blob.tier,
    )
    request.catalog.put(request.place(), kept)
    made = done(201, blob.changed, blob.etag)
    made.headers["x-ms-snapshot"] = taken
    return made


def delete(request: Request) -> Answer:
    blob, place = found(request), request.place()
    check_conditions(request, blob)
    leases.guard(request, blob)
    snapshots = request.catalog.snapshots(place, request.name) if not blob.snapshot else []
    asked = request.headers.get("x-ms-delete-snapshots", "").casefold()
    if snapshots and asked not in ("include", "only"):
        raise refusals.BlobRefusal(
            409, "SnapshotsPresent", "This operation is not permitted because the blob has snapshots."
        )
    for one in snapshots:
        request.catalog.delete(place, one)
    if asked != "only":
        request.catalog.delete(place, blob)
    return Answer(202, None, {"x-ms-delete-type-permanent": "true"})


# ------------------------------------------------------------------- parts


def _room(request: Request) -> tuple[str, Blob | None]:
    """(place, the blob that is there now), conditions and lease checked."""
    place = request.place()
    before = request.catalog.get(place, request.name)
    check_conditions(request, before)
    leases.guard(request, before)
    return place, before


def _fresh(request: Request, kind: str, before: Blob | None) -> Blob:
    tier = request.headers.get("x-ms-access-tier")
    if tier is not None and (tier not in blob_headers.TIERS or kind != "BlockBlob"):
        raise refusals.invalid_header("x-ms-access-tier")
    return Blob(
        name=request.name,
        kind=kind,
        created=before.created if before is not None else request.at,
        changed=request.at,
        etag=new_etag(),
        headers=blob_headers.given(request),
        metadata=request.metadata,
        tags=_checked(dict(parse_qsl(request.headers.get("x-ms-tags", ""), keep_blank_values=True))),
        tier=tier,
        lease=before.lease if before is not None else None,
    )


def _checked(tags: dict[str, str]) -> dict[str, str]:
    if len(tags) > 10 or any(not 1 <= len(name) <= 128 or len(value) > 256 for name, value in tags.items()):
        raise refusals.BlobRefusal(400, "InvalidTag", "The tags specified are invalid.")
    return tags


def _of_kind(request: Request, kind: str) -> Blob:
    _, blob = _room(request)
    if blob is None:
        raise refusals.blob_not_found()
    if blob.kind != kind:
        raise refusals.BlobRefusal(409, "InvalidBlobType", "The blob type is invalid for this operation.")
    return blob


def _changed(request: Request, blob: Blob, status: int) -> Answer:
    blob.changed, blob.etag = request.at, new_etag()
    request.catalog.put(request.place(), blob)
    return done(status, blob.changed, blob.etag)


def _taken(request: Request) -> Segment:
    """The request's bytes; a Content-MD5 that does not fit is refused."""
    segment = request.catalog.take(request.incoming.body, request.incoming.file)
    asked = request.headers.get("content-md5")
    if asked is not None and asked != _md5(request.catalog.directory / segment.file):
        request.catalog.drop_files([segment.file])
        raise refusals.BlobRefusal(
            400,
            "Md5Mismatch",
            "The MD5 value specified in the request did not match with the MD5 value calculated by the server.",
        )
    return segment


def _linked(request: Request, source: Blob) -> list[Segment]:
    copied = request.catalog.copied if source.kind == "PageBlob" else request.catalog.linked
    return copied(source.segments)


def _cut(request: Request, source: Blob, start: int, length: int) -> Segment:
    name = uuid.uuid4().hex
    with (request.catalog.directory / name).open("wb") as out:
        for piece in request.catalog.read(source.segments, start, length):
            out.write(piece)
    return Segment(name, (request.catalog.directory / name).stat().st_size)


def _pages(request: Request) -> Segment:
    """A sparse file of the size that was asked for."""
    size = request.headers.get("x-ms-blob-content-length", "")
    if not size.isdigit() or int(size) % _PAGE:
        raise refusals.invalid_header("x-ms-blob-content-length")
    name = uuid.uuid4().hex
    with (request.catalog.directory / name).open("wb") as out:
        out.truncate(int(size))
    return Segment(name, int(size))


def _md5(file: Path) -> str:
    with file.open("rb") as read:
        digest = hashlib.file_digest(read, lambda: hashlib.md5(usedforsecurity=False))
    return base64.b64encode(digest.digest()).decode()
