"""One request to the Blob service, as far as it is understood before anyone asks who sent it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import formatdate, parsedate_to_datetime
from typing import Any
from urllib.parse import unquote

from azlin.sandbox.arm.behaviour import Answer, Call
from azlin.sandbox.arm.control_plane import ControlPlane
from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.store import Resource
from azlin.sandbox.blobs import refusals
from azlin.sandbox.blobs.catalog import Blob, Catalog
from azlin.sandbox.entra import Claims
from azlin.sandbox.incoming import Incoming

METADATA = "x-ms-meta-"


@dataclass(slots=True)
class Request:
    """`account` is the ARM resource; `container` and `name` are "" where the path names none. `claims` are there when
    the caller came with a token."""

    plane: ControlPlane
    catalog: Catalog
    incoming: Incoming
    account: Resource
    container: str
    name: str
    tenant: str
    claims: Claims | None = None
    at: float = field(default=0.0)

    @property
    def method(self) -> str:
        return self.incoming.method

    @property
    def headers(self) -> dict[str, str]:
        return self.incoming.headers

    @property
    def query(self) -> dict[str, str]:
        return self.incoming.query

    @property
    def comp(self) -> str:
        return self.query.get("comp", "").casefold()

    @property
    def base(self) -> str:
        return f"https://{self.account.id.name}.blob.core.windows.net"

    @property
    def container_id(self) -> ResourceId:
        return self.account.id.child("blobServices", "default").child("containers", self.container)

    @property
    def metadata(self) -> dict[str, str]:
        return {name[len(METADATA) :]: value for name, value in self.headers.items() if name.startswith(METADATA)}

    def call(self) -> Call:
        """At ARM's door, for what ARM keeps too, as the owner: whoever comes this far was let in by `access.py`."""
        tenant = self.plane.directory.tenant(self.tenant)
        oid = tenant.principal_oid if tenant is not None else ""
        return Call(self.plane, self.method, "2023-05-01", self.account.id.tenant, oid)

    def found_container(self) -> Resource:
        """The container as ARM keeps it. Raises BlobRefusal 404."""
        found = self.plane.store.get(self.container_id)
        if found is None:
            raise refusals.container_not_found()
        return found

    def place(self) -> str:
        """The container's key in the catalog."""
        return place(self.found_container())

    def number(self, name: str, default: int) -> int:
        text = self.query.get(name, str(default))
        if not text.isdigit():
            raise refusals.invalid_query(name)
        return int(text)

    def size(self) -> int:
        return self.incoming.file.stat().st_size if self.incoming.file is not None else len(self.incoming.body)


def place(container: Resource) -> str:
    """A container of the same name made later is another place."""
    return f"{container.id.key}@{container.created_at:.6f}"


def path_of(raw_path: str) -> tuple[str, str]:
    """(container, blob) of a path; without a slash behind the first part a name is a container's."""
    container, _, name = raw_path.lstrip("/").partition("/")
    return unquote(container), unquote(name)


def new_etag() -> str:
    return f'"0x8D{uuid.uuid4().hex[:13].upper()}"'


def http_time(at: float) -> str:
    return formatdate(at, usegmt=True)


def iso_time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


def check_conditions(request: Request, blob: Blob | None, *, prefix: str = "") -> None:
    """If-Match and its like (RFC 9110, section 13); `prefix` is `x-ms-source-` for the source of a copy.

    Raises BlobRefusal 412, 409 where a blob must not exist yet, 304 for a read of what has not changed.
    """
    headers = request.headers
    match, none_match = headers.get(f"{prefix}if-match"), headers.get(f"{prefix}if-none-match")
    reading = request.method in ("GET", "HEAD")
    if match is not None and (blob is None or (match != "*" and match.strip('"') != blob.etag.strip('"'))):
        raise refusals.condition_not_met()
    if none_match is not None and blob is not None:
        if none_match == "*" and not reading:
            raise refusals.BlobRefusal(409, "BlobAlreadyExists", "The specified blob already exists.")
        if none_match in ("*", blob.etag, blob.etag.strip('"')):
            raise _unchanged() if reading else refusals.condition_not_met()
    if blob is None:
        return
    since, unless = _moment(headers, f"{prefix}if-modified-since"), _moment(headers, f"{prefix}if-unmodified-since")
    if since is not None and int(blob.changed) <= since:
        raise _unchanged() if reading else refusals.condition_not_met()
    if unless is not None and int(blob.changed) > unless:
        raise refusals.condition_not_met()


def _unchanged() -> refusals.BlobRefusal:
    return refusals.BlobRefusal(304, "ConditionNotMet", "The condition specified is not met.")


def _moment(headers: dict[str, str], name: str) -> float | None:
    text = headers.get(name)
    if text is None:
        return None
    try:
        return parsedate_to_datetime(text).timestamp()
    except ValueError:
        raise refusals.invalid_header(name) from None


def done(status: int, changed: float, etag: str, **more: str) -> Answer:
    """The answer of a write; keywords are headers with `_` for `-`."""
    headers: dict[str, Any] = {name.replace("_", "-"): value for name, value in more.items()}
    return Answer(status, None, {"ETag": etag, "Last-Modified": http_time(changed), **headers})
