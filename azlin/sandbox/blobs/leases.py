"""Leases on blobs: acquire, renew, change, release, break, and what a lease keeps from others."""

from __future__ import annotations

import uuid

from azlin.sandbox.arm.behaviour import Answer
from azlin.sandbox.blobs import refusals
from azlin.sandbox.blobs.blob_headers import lease_state
from azlin.sandbox.blobs.catalog import Blob, Lease
from azlin.sandbox.blobs.request import Request, check_conditions, done


def guard(request: Request, blob: Blob | None) -> None:
    """Raises BlobRefusal 412 when a lease is in the way of a write, or one is named that is not held."""
    given = request.headers.get("x-ms-lease-id", "").casefold()
    if blob is None:
        return
    held = lease_state(blob, request.at) in ("leased", "breaking")
    if held and not given:
        raise refusals.BlobRefusal(
            412,
            "LeaseIdMissing",
            "There is currently a lease on the blob and no lease ID was specified in the request.",
        )
    if held and blob.lease is not None and given != blob.lease.id:
        raise _mismatch("LeaseIdMismatchWithBlobOperation", "did not match the lease ID for the blob")
    if given and not held:
        raise refusals.BlobRefusal(412, "LeaseNotPresentWithBlobOperation", "There is currently no lease on the blob.")


def answer(request: Request, blob: Blob) -> Answer:
    """PUT with comp=lease. Raises BlobRefusal 400, 409 or 412."""
    check_conditions(request, blob)
    action = request.headers.get("x-ms-lease-action", "").casefold()
    given = request.headers.get("x-ms-lease-id", "").casefold()
    state = lease_state(blob, request.at)
    if action == "acquire":
        return _acquire(request, blob, state)
    if action == "break":
        return _break(request, blob, state)
    if action not in ("renew", "change", "release"):
        raise refusals.invalid_header("x-ms-lease-action")
    proposed = request.headers.get("x-ms-proposed-lease-id", "").casefold()
    if blob.lease is None or given not in (blob.lease.id, proposed if action == "change" else blob.lease.id):
        raise _conflict(
            "LeaseIdMismatchWithLeaseOperation", "The lease ID specified did not match the lease ID for the blob."
        )
    if action == "release":
        blob.lease = None
        return _kept(request, blob, 200)
    if action == "change":
        blob.lease.id = _uuid(proposed)
    else:
        blob.lease.breaks = None
        blob.lease.until = None if blob.lease.seconds < 0 else request.at + blob.lease.seconds
    return _kept(request, blob, 200)


def _acquire(request: Request, blob: Blob, state: str) -> Answer:
    seconds = request.headers.get("x-ms-lease-duration", "")
    if seconds != "-1" and not (seconds.isdigit() and 15 <= int(seconds) <= 60):
        raise refusals.invalid_header("x-ms-lease-duration")
    wanted = _uuid(request.headers.get("x-ms-proposed-lease-id") or str(uuid.uuid4()))
    if state in ("leased", "breaking") and blob.lease is not None and blob.lease.id != wanted:
        raise _conflict("LeaseAlreadyPresent", "There is already a lease present.")
    length = int(seconds)
    blob.lease = Lease(id=wanted, seconds=length, until=None if length < 0 else request.at + length)
    return _kept(request, blob, 201)


def _break(request: Request, blob: Blob, state: str) -> Answer:
    if blob.lease is None:
        raise _conflict("LeaseNotPresentWithLeaseOperation", "There is currently no lease on the blob.")
    asked = request.headers.get("x-ms-lease-break-period", "")
    left = 0.0 if blob.lease.until is None else max(blob.lease.until - request.at, 0.0)
    period = min(float(asked), left or float(asked)) if asked.isdigit() else left
    blob.lease.breaks = request.at + (period if state == "leased" else 0.0)
    made = _kept(request, blob, 202)
    made.headers.pop("x-ms-lease-id", None)
    made.headers["x-ms-lease-time"] = str(round(blob.lease.breaks - request.at))
    return made


def _kept(request: Request, blob: Blob, status: int) -> Answer:
    request.catalog.put(request.place(), blob)
    made = done(status, blob.changed, blob.etag)
    if blob.lease is not None:
        made.headers["x-ms-lease-id"] = blob.lease.id
    return made


def _uuid(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise refusals.invalid_header("x-ms-proposed-lease-id") from None


def _conflict(code: str, message: str) -> refusals.BlobRefusal:
    return refusals.BlobRefusal(409, code, message)


def _mismatch(code: str, what: str) -> refusals.BlobRefusal:
    return refusals.BlobRefusal(412, code, f"The lease ID specified {what}.")
