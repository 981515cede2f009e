"""The CONNECT proxy: stock Azure host names lead to the sandbox, everything else is refused.

RFC 9110 section 9.3.6 (CONNECT). A refusal is 403 and is counted, so that whatever a tool tried to
reach outside is visible in `azlin sandbox status`.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from urllib.parse import urlsplit

from azlin.sandbox.hosts import service
from azlin.sandbox.request_log import RequestLog

_HEAD_LIMIT = 16 * 1024
_CHUNK = 64 * 1024
_IMDS = "169.254.169.254"


class Proxy:
    """Tunnels to the TLS listener (`tls_port`) and, for IMDS, to the plain one (`identity_port`)."""

    def __init__(self, tls_port: int, identity_port: int, log: RequestLog) -> None:
        self._tls_port = tls_port
        self._identity_port = identity_port
        self._log = log
        self._tunnels: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self, listener: socket.socket) -> None:
        self._server = await asyncio.start_server(self._serve, sock=listener, limit=_HEAD_LIMIT)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for tunnel in list(self._tunnels):
            tunnel.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tunnel = asyncio.current_task()
        if tunnel is not None:
            self._tunnels.add(tunnel)
            tunnel.add_done_callback(self._tunnels.discard)
        try:
            await self._answer(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            pass
        finally:
            with contextlib.suppress(OSError):
                writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
        if method == "CONNECT":
            host, _, port = target.rpartition(":")
            if not self._served(host, port):
                return await self._refuse(writer, target)
            onward = await asyncio.open_connection("127.0.0.1", self._tls_port)
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        elif urlsplit(target).hostname == _IMDS:
            onward = await asyncio.open_connection("127.0.0.1", self._identity_port)
            onward[1].write(head)
        else:
            return await self._refuse(writer, urlsplit(target).netloc or target)
        await _join(reader, writer, *onward)
        return None

    def _served(self, host: str, port: str) -> bool:
        found = service(host)
        return found is not None and (port == "443" if found != "direct" else port == str(self._tls_port))

    async def _refuse(self, writer: asyncio.StreamWriter, target: str) -> None:
        self._log.refuse(target)
        body = f"sandbox: {target} is not a host the sandbox stands in for, and nothing leaves this machine\n".encode()
        writer.write(
            b"HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nConnection: close\r\n"
            + f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        await writer.drain()


async def _join(
    left: asyncio.StreamReader,
    left_out: asyncio.StreamWriter,
    right: asyncio.StreamReader,
    right_out: asyncio.StreamWriter,
) -> None:
    """Carry bytes both ways until both sides are done."""
    try:
        await asyncio.gather(_carry(left, right_out), _carry(right, left_out))
    finally:
        with contextlib.suppress(OSError):
            right_out.close()


async def _carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await source.read(_CHUNK):
            sink.write(chunk)
            await sink.drain()
        if sink.can_write_eof():
            sink.write_eof()
