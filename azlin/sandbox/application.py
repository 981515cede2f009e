"""The ASGI application behind the TLS listener: one door for every host, dispatched by name."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import traceback
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from azlin.sandbox.administration import Administration
from azlin.sandbox.arm.behaviour import Answer
from azlin.sandbox.arm.faults import Trouble
from azlin.sandbox.arm.routes import Arm, refused_answer
from azlin.sandbox.connection import lose
from azlin.sandbox.entra import Entra
from azlin.sandbox.hosts import Service, service
from azlin.sandbox.incoming import Incoming
from azlin.sandbox.metadata import cloud_metadata
from azlin.sandbox.request_log import RequestLog
from azlin.sandbox.stream import Stream

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Serve = Callable[[Incoming], Answer]

_ARM_ROOTS = frozenset(("subscriptions", "providers", "tenants"))
_IN_MEMORY = 1024 * 1024
"""Bytes of a body that are held before a file takes them."""
_GRAPH_ROOTS = frozenset(("v1.0", "beta"))


class Application:
    """Holds one `Serve` per service. `serve` is where data planes and Graph plug in."""

    def __init__(self, arm: Arm, entra: Entra, administration: Administration, log: RequestLog) -> None:
        self._administration = administration
        self._arm = arm
        self._entra = entra
        self._log = log
        self.serve: dict[Service, Serve] = {"arm": arm.answer, "login": self._login}
        self.spools: dict[Service, Path] = {}
        """Where large bodies are put that a service wants as files."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
        found = service(host)
        try:
            incoming = await read(scope, receive, self.spools.get(found) if found else None)
        except Disconnected:
            return
        if found == "direct":
            found = self._direct(incoming.path)
        if incoming.path.startswith("/_sandbox/"):
            await write(self._answer(found, incoming), incoming, send)
            return
        trouble = self._arm.trouble(found or "", incoming)
        if trouble.hold_s:
            await asyncio.sleep(trouble.hold_s)  # a client that goes away meanwhile does not end this
        answer = None if trouble.drop == "before" else await self._troubled(found, incoming, trouble)
        if incoming.file is not None:
            incoming.file.unlink(missing_ok=True)
        if answer is not None:
            command = incoming.headers.get("commandname")
            asked = incoming.query.get("$filter")  # what a list is about
            path = f"{incoming.path}?$filter={asked}" if asked else incoming.path
            self._log.add(host, incoming.method, path, answer.status, command, arm=found == "arm")
        if answer is None or trouble.drop == "after":
            await lose(scope, sent=False)
        elif trouble.drop == "half":
            await write(answer, incoming, _half(send))
            await lose(scope, sent=True)
        else:
            await write(answer, incoming, send)

    async def _troubled(self, found: Service | None, incoming: Incoming, trouble: Trouble) -> Answer:
        """The answer, as late as it is; a refusal on purpose goes before what the service says."""
        answer = refused_answer(trouble.refusal) if trouble.refusal else self._answer(found, incoming)
        if answer.delay_s + trouble.latency_s:
            await asyncio.sleep(answer.delay_s + trouble.latency_s)
        return answer

    def _answer(self, found: Service | None, incoming: Incoming) -> Answer:
        try:
            if incoming.path.startswith("/_sandbox/"):
                return self._administration.answer(incoming)
            if incoming.path.casefold() == "/metadata/endpoints":
                return _metadata(incoming)
            if incoming.path.startswith("/metadata/identity/"):
                return self._entra.managed_identity(incoming.query, incoming.headers, imds=True)
            serve = self.serve.get(found) if found else None
            return serve(incoming) if serve is not None else _unserved(incoming)
        except sqlite3.OperationalError as full:
            message = f"sandbox: its state cannot be written: {full}"
            return Answer(507, {"error": {"code": "SandboxStateUnwritable", "message": message}})
        except Exception:  # noqa: BLE001 - whatever breaks, one request fails and the sandbox stays
            traceback.print_exc(file=sys.stderr)
            message = f"{incoming.method} {incoming.path}: the sandbox broke; see its log."
            return Answer(500, {"error": {"code": "InternalServerError", "message": message}})

    def _direct(self, path: str) -> Service:
        """A custom cloud has one address; the path tells the services apart."""
        root = path.strip("/").partition("/")[0].casefold()
        if root in _ARM_ROOTS:
            return "arm"
        return "graph" if root in _GRAPH_ROOTS else "login"

    def _login(self, incoming: Incoming) -> Answer:
        return self._entra.answer(incoming.method, incoming.path, incoming.query, incoming.form(), incoming.base)


class IdentityApplication:
    """The plain-http listener: managed identity only, as App Service and IMDS serve it."""

    def __init__(self, entra: Entra) -> None:
        self._entra = entra

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        incoming = await read(scope, receive)
        if incoming.path == "/msi/token":
            answer = self._entra.managed_identity(incoming.query, incoming.headers, imds=False)
        elif incoming.path == "/metadata/identity/oauth2/token":
            answer = self._entra.managed_identity(incoming.query, incoming.headers, imds=True)
        else:
            answer = Answer(404, {"error": "not_found"})
        await write(answer, incoming, send)


class Disconnected(Exception):
    """The client went away before its request was whole."""


async def read(scope: Scope, receive: Receive, spool: Path | None = None) -> Incoming:
    """The whole request; what is larger than 1 MiB goes to a file in `spool`. Raises Disconnected."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    body = bytearray()
    file: Path | None = None
    more = True
    try:
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Disconnected
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if spool is not None and len(body) > _IN_MEMORY:
                file = file or spool / f"incoming-{uuid.uuid4().hex}"
                body = _spooled(file, body)
    except BaseException:
        if file is not None:
            file.unlink(missing_ok=True)
        raise
    if file is not None:
        body = _spooled(file, body)
    query = scope["query_string"]
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True) if query else ()
    return Incoming(
        method=scope["method"],
        path=scope["path"],
        query={name.lower(): value for name, value in pairs},
        headers=headers,
        body=bytes(body),
        raw_path=(scope.get("raw_path") or b"").decode("latin-1"),
        file=file,
        base=f"{scope['scheme']}://{headers.get('host', '')}",
    )


def _spooled(file: Path, body: bytearray) -> bytearray:
    with file.open("ab") as out:
        out.write(body)
    return bytearray()


async def write(answer: Answer, incoming: Incoming, send: Send) -> None:
    request_id = str(uuid.uuid4()).encode()
    given = {name.casefold() for name in answer.headers}
    headers = [
        (b"x-ms-request-id", request_id),
        (b"x-ms-correlation-request-id", request_id),
        *(() if "cache-control" in given else ((b"cache-control", b"no-cache"),)),
        *((name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items()),
    ]
    data, stream = b"", answer.body if isinstance(answer.body, Stream) else None
    if answer.body is not None and stream is None:
        data = answer.body if isinstance(answer.body, bytes) else msgspec.json.encode(answer.body)
        if "content-type" not in given:
            headers.append((b"content-type", b"application/json; charset=utf-8"))
    if "x-ms-client-request-id" in incoming.headers:
        headers.append((b"x-ms-client-request-id", incoming.headers["x-ms-client-request-id"].encode("latin-1")))
    if answer.status not in (204, 304):
        headers.append((b"content-length", str(stream.length if stream else len(data)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if stream is not None and incoming.method != "HEAD":
        for piece in stream.pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b"" if incoming.method == "HEAD" else data})


def _half(send: Send) -> Send:
    """Sends the head of an answer and half of the first piece of its body."""

    async def some(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            await send(message)
        elif message["body"]:
            body = message["body"]
            await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})

    return some


def _metadata(incoming: Incoming) -> Answer:
    """One cloud for 2022-09-01, as `az cloud register` asks; a list for the older form."""
    described = cloud_metadata(incoming.base)
    return Answer(200, described if incoming.query.get("api-version") == "2022-09-01" else [described])


def _unserved(incoming: Incoming) -> Answer:
    host = incoming.headers.get("host", "")
    message = f"sandbox: nothing is served at {host}{incoming.path}."
    return Answer(404, {"error": {"code": "NotServedBySandbox", "message": message}})
