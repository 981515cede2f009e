"""A blob's properties as headers, and from headers."""

from __future__ import annotations

import time

from azlin.sandbox.blobs.catalog import Blob
from azlin.sandbox.blobs.request import METADATA, Request, http_time

OWN = {
    "content-type": "Content-Type",
    "content-encoding": "Content-Encoding",
    "content-language": "Content-Language",
    "content-md5": "Content-MD5",
    "cache-control": "Cache-Control",
    "content-disposition": "Content-Disposition",
}
"""A blob's own headers; they are set as `x-ms-blob-{name}`."""
TIERS = frozenset({"Hot", "Cool", "Cold", "Archive"})


def given(request: Request) -> dict[str, str]:
    """The blob's own headers of a request."""
    found = {name: request.headers[f"x-ms-blob-{name}"] for name in OWN if request.headers.get(f"x-ms-blob-{name}")}
    plain = request.headers.get("content-type")
    if "content-type" not in found:
        found["content-type"] = plain if plain and request.comp == "" else "application/octet-stream"
    return found


def shown(blob: Blob) -> dict[str, str]:
    """Everything that GET and HEAD say of a blob, but its length."""
    headers = {
        "ETag": blob.etag,
        "Last-Modified": http_time(blob.changed),
        "x-ms-creation-time": http_time(blob.created),
        "x-ms-blob-type": blob.kind,
        "x-ms-server-encrypted": "true",
        "Accept-Ranges": "bytes",
        "x-ms-lease-status": "locked" if lease_state(blob) in ("leased", "breaking") else "unlocked",
        "x-ms-lease-state": lease_state(blob),
    }
    headers |= {spelled: blob.headers[name] for name, spelled in OWN.items() if blob.headers.get(name)}
    headers |= {f"{METADATA}{name}": value for name, value in blob.metadata.items()}
    if blob.tags:
        headers["x-ms-tag-count"] = str(len(blob.tags))
    if blob.kind == "BlockBlob":
        headers |= {"x-ms-access-tier": blob.tier or "Hot"} | (
            {} if blob.tier else {"x-ms-access-tier-inferred": "true"}
        )
    if blob.kind == "AppendBlob":
        headers["x-ms-blob-committed-block-count"] = str(blob.appended)
    if blob.kind == "PageBlob":
        headers["x-ms-blob-sequence-number"] = str(blob.sequence)
    if lease_state(blob) == "leased" and blob.lease is not None:
        headers["x-ms-lease-duration"] = "infinite" if blob.lease.seconds < 0 else "fixed"
    return headers | {f"x-ms-{name}": value for name, value in blob.copy.items()}


def lease_state(blob: Blob, now: float | None = None) -> str:
    """available, leased, expired, breaking or broken."""

    at, lease = time.time() if now is None else now, blob.lease
    if lease is None:
        return "available"
    if lease.breaks is not None:
        return "breaking" if lease.breaks > at else "broken"
    return "leased" if lease.until is None or lease.until > at else "expired"
