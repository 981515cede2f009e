"""A stand-in for Microsoft Learn on loopback: its plain search and its MCP endpoint, over real sockets, and the trouble
that servers make."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]

SKU_PAGE: Json = {
    "title": "Resolve errors for SKU not available",
    "url": "https://learn.microsoft.com/en-us/azure/azure-resource-manager/troubleshooting/error-sku-not-available",
    "description": "Describes how to resolve the SKU not available error.",
    "descriptions": [{"content": "This error occurs when… The code is <b>SkuNotAvailable</b>. Choose another size."}],
    "lastUpdatedDate": "2026-05-01T00:00:00+00:00",
}
SKU_CHUNK: Json = {
    "title": "Resolve errors for SKU not available",
    "contentUrl": f"{SKU_PAGE['url']}#symptom",
    "content": "## Symptom\n\nWhen you deploy, you get **SkuNotAvailable**. Pick a size with `az vm list-skus`.",
}


class LearnStandIn:
    """`pages` is what the search finds, `chunks` what the tool finds. `handshake` and `stateless` say which revisions
    of the protocol its MCP endpoint speaks. `trouble[path]` replaces the answer: it is given the request handler."""

    def __init__(self) -> None:
        self.pages: list[Any] = [SKU_PAGE]
        self.chunks: list[Any] = [SKU_CHUNK]
        self.handshake = True
        self.stateless = False
        self.as_stream = True
        self.session: str | None = "s-1"
        self.tool = "microsoft_docs_search"
        self.trouble: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}
        self.searched: list[dict[str, str]] = []
        self.said: list[tuple[str, dict[str, str], Json]] = []
        self.over = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def methods(self) -> list[str]:
        return [method for method, _, _ in self.said]

    def everything_sent(self) -> str:
        return json.dumps([self.searched, self.said])

    # Trouble

    def hang(self, handler: BaseHTTPRequestHandler) -> None:
        self.over.wait(10)

    def drip(self, handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 100000\r\n\r\n")
        for _ in range(1000):
            handler.wfile.write(b" ")
            if self.over.wait(0.01):
                return

    def huge(self, handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
        while not self.over.is_set():
            handler.wfile.write(b"data: " + b"x" * 2**16)

    def circle(self, handler: BaseHTTPRequestHandler) -> None:
        send(handler, 302, b"", {"Location": handler.path})

    def page(self, handler: BaseHTTPRequestHandler) -> None:
        send(handler, 200, b"<html>Sign in to the hotel's network</html>", {"Content-Type": "text/html"})

    def broken(self, handler: BaseHTTPRequestHandler) -> None:
        send(handler, 500, b"{}", {"Content-Type": "application/json"})

    def deep(self, handler: BaseHTTPRequestHandler) -> None:
        send(handler, 200, b"[" * 200_000, {"Content-Type": "application/json"})

    def closed(self, handler: BaseHTTPRequestHandler) -> None:
        return

    # Answers

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def answer(self) -> None:
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                if trouble := outer.trouble.get(parts.path):
                    self.close_connection = True
                    try:
                        trouble(self)
                    except OSError:
                        return  # the other side has given up, which is what it should do
                elif parts.path == "/api/search":
                    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                    outer.searched.append(query)
                    answered = {"results": outer.pages, "count": len(outer.pages)}
                    send(self, 200, json.dumps(answered).encode(), {"Content-Type": "application/json"})
                elif parts.path == "/api/mcp" and self.command in ("POST", "DELETE"):
                    outer._speak(self, json.loads(body or b'{"method": "DELETE"}'))
                else:
                    send(self, 405 if parts.path == "/api/mcp" else 404, b"", {})

            do_GET = do_POST = do_DELETE = answer  # noqa: N815

            def log_message(self, format: str, *args: Any) -> None:
                return

        return Handler

    def _speak(self, handler: BaseHTTPRequestHandler, message: Json) -> None:
        headers = {name.lower(): value for name, value in handler.headers.items()}
        method = message["method"]
        self.said.append((method, headers, message))
        modern = headers.get("mcp-protocol-version") == "2026-07-28"
        if "id" not in message:
            send(handler, 202, b"", {})
        elif not (self.stateless if modern else self.handshake):
            error = {"code": -32022, "message": "unsupported", "data": {"supported": ["2026-07-28"]}}
            self._say(handler, {"jsonrpc": "2.0", "id": message["id"], "error": error}, status=400)
        else:
            given = {"Mcp-Session-Id": self.session} if method == "initialize" and self.session else {}
            self._say(handler, {"jsonrpc": "2.0", "id": message["id"], "result": self._result(message)}, given)

    def _result(self, message: Json) -> Json:
        if message["method"] == "initialize":
            return {"protocolVersion": message["params"]["protocolVersion"], "capabilities": {"tools": {}}}
        if message["method"] == "server/discover":
            return {"resultType": "complete", "supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}}}
        if message["method"] == "tools/list":
            takes = {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}
            fetches = {"type": "object", "properties": {"url": {"type": "string"}}, "required": ["url"]}
            if not message["params"].get("cursor"):
                return {"tools": [{"name": "microsoft_docs_fetch", "inputSchema": fetches}], "nextCursor": "2"}
            return {"tools": [{"name": self.tool, "inputSchema": takes}]}
        text = json.dumps({"results": self.chunks})
        return {"content": [{"type": "text", "text": text}], "isError": False}

    def _say(
        self, handler: BaseHTTPRequestHandler, message: Json, headers: dict[str, str] | None = None, status: int = 200
    ) -> None:
        content, kind = json.dumps(message), "application/json"
        if self.as_stream and status == 200:
            notice = json.dumps({"jsonrpc": "2.0", "method": "notifications/message", "params": {"data": "working"}})
            content, kind = (
                f": hello\r\nevent: message\r\ndata: {notice}\r\n\r\ndata: {content}\n\n",
                "text/event-stream",
            )
        send(handler, status, content.encode(), {"Content-Type": kind, **(headers or {})})


def send(handler: BaseHTTPRequestHandler, status: int, content: bytes, headers: dict[str, str]) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


def soon(condition: Callable[[], bool], within_s: float = 2.0) -> bool:
    """Whether something comes true in time."""
    until = time.monotonic() + within_s
    while not condition() and time.monotonic() < until:
        time.sleep(0.005)
    return condition()
