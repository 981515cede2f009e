"""`https://{account}.blob.core.windows.net`: which account is meant, who asks, and what answers.

Source: Blob service REST API, version 2021-12-02 and later. Queues, tables, files and Data Lake are not served.
"""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from azlin.sandbox.arm.behaviour import Answer
from azlin.sandbox.arm.control_plane import ControlPlane
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.storage.accounts import ACCOUNTS, CONTAINERS
from azlin.sandbox.arm.store import Resource
from azlin.sandbox.blobs import containers, leases, listing, reads, refusals, writes
from azlin.sandbox.blobs.access import allow, check_signature
from azlin.sandbox.blobs.catalog import Blob, Catalog
from azlin.sandbox.blobs.refusals import BlobRefusal
from azlin.sandbox.blobs.request import Request, iso_time, path_of, place
from azlin.sandbox.entra import Entra
from azlin.sandbox.incoming import Incoming

_SERVER = "Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0"
_SUFFIX = ".blob.core.windows.net"
_RANGE = re.compile(r"bytes=(\d+)-(\d+)")
_WRITES: dict[str, Callable[[Request], Answer]] = {
    "blocklist": writes.commit,
    "appendblock": writes.append,
    "page": writes.write_pages,
    "metadata": writes.change,
    "properties": writes.change,
    "tags": writes.change,
    "tier": writes.change,
    "snapshot": writes.snapshot,
}


class Blobs:
    """The Blob service of every account of the sandbox. `answer` plugs into `Application.serve`."""

    def __init__(self, plane: ControlPlane, entra: Entra, directory: Path) -> None:
        """`directory` keeps the bytes; what no container of ARM has any more is removed from it."""
        self._plane = plane
        self._entra = entra
        self.catalog = Catalog(directory)
        for left in directory.glob("incoming-*"):
            left.unlink()
        self.sweep()

    def sweep(self) -> None:
        """Drop the blobs of containers that are gone."""
        kept = {place(one) for one in self._plane.store.all(type=CONTAINERS)}
        for one in self.catalog.containers() - kept:
            self.catalog.drop(one)

    def answer(self, incoming: Incoming) -> Answer:
        request_time = time.time()
        version = incoming.headers.get("x-ms-version") or incoming.query.get("sv", "2021-12-02")
        headers = {"x-ms-version": version, "Server": _SERVER}
        try:
            made = self._answer(incoming, request_time)
        except BlobRefusal as refused:
            headers |= {"x-ms-error-code": refused.code, "Content-Type": "application/xml", **refused.headers}
            body = refused.document(str(uuid.uuid4()), iso_time(request_time)) if refused.status != 304 else None
            return Answer(refused.status, body, headers)
        except ArmRefusal as refused:
            headers["x-ms-error-code"] = refused.code
            return Answer(refused.status, {"error": refused.error()}, headers)
        made.headers = {**headers, **made.headers}
        return made

    def _answer(self, incoming: Incoming, now: float) -> Answer:
        host = incoming.headers.get("host", "").partition(":")[0].casefold()
        if not host.endswith(_SUFFIX):
            raise refusals.unsupported(f"{host.partition('.')[2].partition('.')[0]} storage")
        account = self._account(host.removesuffix(_SUFFIX))
        container, name = path_of(incoming.raw_path or incoming.path)
        if container and not name and _means_root(incoming):
            container, name = "$root", container
        request = Request(self._plane, self.catalog, incoming, account, container, name, account.id.tenant, at=now)
        allow(request, wanted(request), self._entra)
        if not container:
            return containers.service(request)
        if name:
            return self._blob(request)
        if request.method == "GET" and request.comp == "list":
            return listing.answer(request)
        return containers.answer(request)

    def _account(self, name: str) -> Resource:
        found = self._plane.store.named(ACCOUNTS, name)
        if not found:
            raise BlobRefusal(
                404, "AccountNotFound", f"sandbox: there is no storage account '{name}', so its host would not resolve."
            )
        return found[0]

    def _blob(self, request: Request) -> Answer:  # noqa: PLR0911 - one line per operation
        if request.method in ("GET", "HEAD"):
            return reads.answer(request)
        if request.method == "DELETE":
            return writes.delete(request)
        if request.method == "PUT" and request.comp == "lease":
            return leases.answer(request, reads.found(request))
        if request.method == "PUT" and request.comp in _WRITES:
            return _WRITES[request.comp](request)
        if request.method != "PUT" or request.comp not in ("", "block"):
            raise refusals.unsupported(f"{request.method} of a blob with comp={request.comp}")
        url = request.headers.get("x-ms-copy-source")
        if url is None:
            return writes.put(request) if request.comp == "" else writes.stage(request)
        source = self._source(request, url)
        if request.comp == "block":
            match = _RANGE.fullmatch(request.headers.get("x-ms-source-range", ""))
            start, end = (int(match.group(1)), int(match.group(2))) if match else (0, source.size - 1)
            return writes.stage(request, (source, start, end - start + 1))
        if "x-ms-blob-type" in request.headers:
            return writes.put(request, source)
        return writes.copy(request, source, url)

    def _source(self, request: Request, url: str) -> Blob:
        """The blob that a copy is made of: it must be of this sandbox and the caller must be let in to it."""
        parts = urlsplit(url)
        host = (parts.hostname or "").casefold()
        if not host.endswith(_SUFFIX):
            raise BlobRefusal(
                400, "CannotVerifyCopySource", f"sandbox: {host} is not served here, and nothing leaves this machine."
            )
        account = self._account(host.removesuffix(_SUFFIX))
        container, name = path_of(parts.path)
        query = {key.lower(): value for key, value in parse_qsl(parts.query, keep_blank_values=True)}
        headers: dict[str, str] = {"x-ms-version": request.headers.get("x-ms-version", "")}
        if "x-ms-copy-source-authorization" in request.headers:
            headers["authorization"] = request.headers["x-ms-copy-source-authorization"]
        asked = Incoming("GET", f"/{container}/{name}", query, headers, b"", f"https://{host}", parts.path)
        source = Request(self._plane, self.catalog, asked, account, container, name, account.id.tenant, at=request.at)
        scheme = request.headers.get("authorization", "").partition(" ")[0].casefold()
        same_account = account.id.key == request.account.id.key and scheme in ("sharedkey", "bearer")
        if "sig" in query:
            check_signature(source, query, "r")
        elif "authorization" in headers or not same_account:
            allow(source, "r", self._entra)
        blob = self.catalog.get(source.place(), name, query.get("snapshot", ""))
        if blob is None:
            raise refusals.blob_not_found()
        return blob


def _means_root(incoming: Incoming) -> bool:
    """`/name` without restype is a blob of the container `$root`."""
    return "restype" not in incoming.query and incoming.query.get("comp") not in ("list", "acl", "metadata", "lease")


def wanted(request: Request) -> str:  # noqa: PLR0911 - one line per rule
    """The letters of which a caller needs one."""
    method, comp = request.method, request.comp
    if request.name:
        if comp == "tags":
            return "t" if method != "GET" else "tr"
        if comp == "appendblock":
            return "aw"
        letters = {"GET": "r", "HEAD": "r", "DELETE": "d", "PUT": "cw" if comp in ("", "snapshot", "lease") else "w"}
        return letters.get(method, "p")
    if comp == "list":
        return "l"
    if comp == "acl":
        return "p"
    if not request.container:
        return "r" if method == "GET" else "p"
    return {"GET": "r", "HEAD": "r", "DELETE": "d", "PUT": "cw"}.get(method, "p")
