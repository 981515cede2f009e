"""What tests of several rooms share: a small server on loopback that answers as it is told, over real sockets."""

from __future__ import annotations

import base64
import json
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from tests.learn_stand_in import LearnStandIn

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN and threading.current_thread() is threading.main_thread():
    # A run in the background inherits an ignored SIGINT; the tests of Ctrl-C need what a terminal gives.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@dataclass
class Reply:
    """An answer; `drop` closes the connection instead, after the request was read."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False


@dataclass
class Heard:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


def jwt(tenant: str, *, mark: str = "1") -> str:
    """A token whose claims can be read, and whose signature nobody checks."""
    parts = [{"alg": "none"}, {"tid": tenant, "mark": mark}]
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*encoded, "c2lnbmF0dXJl"])


class Loopback:
    """`on(method, path, *replies)`: the replies in order, the last one again and again."""

    reply = Reply
    jwt = staticmethod(jwt)

    def __init__(self, tls: Any = None) -> None:
        self.heard: list[Heard] = []
        self.connections = 0
        self._replies: dict[tuple[str, str], list[Reply]] = {}
        self._turn = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def on(self, method: str, path: str, *replies: Reply) -> None:
        self._replies[method, path.casefold()] = list(replies)

    def asked(self, method: str, path: str = "") -> list[Heard]:
        return [one for one in self.heard if one.method == method and path.casefold() in one.path.casefold()]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _reply_to(self, heard: Heard) -> Reply:
        with self._turn:
            self.heard.append(heard)
            replies = self._replies.get((heard.method, heard.path.casefold()))
            if replies is None:
                return Reply(404, {"error": {"code": "ResourceNotFound", "message": f"no {heard.path}"}})
            return replies.pop(0) if len(replies) > 1 else replies[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self) -> None:
                outer.connections += 1
                super().setup()

            def answer(self) -> None:
                raw = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
                body = json.loads(raw) if raw.startswith(("{", "[")) else raw
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                headers = {name.lower(): value for name, value in self.headers.items()}
                reply = outer._reply_to(Heard(self.command, parts.path, query, headers, body))
                if reply.drop:
                    self.close_connection = True
                    return
                plain = isinstance(reply.body, (str, bytes))
                text = reply.body if plain else json.dumps(reply.body) if reply.body is not None else ""
                content = text.encode() if isinstance(text, str) else text
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = do_HEAD = answer  # noqa: N815

            def log_message(self, format: str, *args: Any) -> None:
                return

        return Handler


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    server = Loopback()
    yield server
    server.close()


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The running sandbox of this test process (an `Instance`); tests share it, so each uses names of its own."""
    from azlin.paths import Paths
    from azlin.sandbox.instance import ensure_running, stop

    paths = Paths(tmp_path_factory.mktemp("home"))
    yield ensure_running(paths)
    stop(paths)


@pytest.fixture
def group(sandbox: Any) -> str:
    """A name for a resource group that no other test uses."""
    return f"rg-{uuid4().hex[:12]}"


@pytest.fixture
def learn() -> Iterator[LearnStandIn]:
    stand_in = LearnStandIn()
    yield stand_in
    stand_in.close()
