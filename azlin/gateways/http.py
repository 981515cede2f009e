"""The one door to the network: HTTPS to a cloud's endpoints.

A client is bound to a Cloud: its certificates, and whether it may leave this machine. httpx2 is imported at the first
request, because a command that asks nothing should not pay for it.
"""

from __future__ import annotations

import ipaddress
import json
import os
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from azlin import __version__
from azlin.errors import AnswerLost, CloudUnreachable, ConfigUnreadable, OutsideLoopback, UsageRefused
from azlin.gateways.cloud import Cloud

if TYPE_CHECKING:
    import ssl

    import httpx2

CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 60.0
IDLE_S = 30.0
SANDBOX_RESTARTS_S = 5.0
"""A sandbox that somebody starts again is there within this; one that nobody starts never is."""
CONNECTIONS_MAX = 96
"""More than a strategy has operations in flight at most (64), because each looks before it acts."""
ASLEEP_S = 15.0
"""A change that was to leave so long ago does not leave any more: its process slept (a laptop's lid, SIGSTOP), and may
wake up when another has long gone on with its work. Less than the 30 s after which a silent runner is replaced, and
more than getting a connection takes."""
REDIRECTS_MAX = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True)
class Answer:
    """What a server said. Header names are lower-case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    url: str = field(repr=False)

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON; None when it is empty. Raises ValueError when it is something else."""
        text = self.content.decode("utf-8-sig")
        return json.loads(text) if text.strip() else None


@dataclass(frozen=True)
class Stream:
    """An answer whose body is read piece by piece, once, while its `Http.stream` block runs."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    pieces: Iterator[bytes] = field(repr=False)
    url: str = field(repr=False)


class Http:
    """Safe to use from several threads. Close it, or use it as a context, to give its connections back."""

    def __init__(
        self,
        cloud: Cloud,
        *,
        connect_timeout_s: float = CONNECT_TIMEOUT_S,
        read_timeout_s: float = READ_TIMEOUT_S,
    ) -> None:
        self._cloud = cloud
        self._connect_timeout_s = connect_timeout_s
        self._read_timeout_s = read_timeout_s
        self._clients: dict[bool, httpx2.Client] = {}
        self._turn = threading.Lock()

    def __enter__(self) -> Http:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        with self._turn:
            clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            client.close()

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        form: Mapping[str, str] | None = None,
        asked_at: float | None = None,
    ) -> Answer:
        """Send one request (`body` as JSON, or `form`) and return the answer, whatever its status. `asked_at`
        (monotonic) is when it was asked whether a change may leave; now, if nobody was asked.

        A redirect of a GET is followed on the same host and never to another: the answer is then the redirect itself.
        Raises OutsideLoopback (the sandbox's client would leave this machine), UsageRefused (plain http to another
        machine), ConfigUnreadable (the CA bundle), CloudUnreachable (nothing was sent) and AnswerLost (it was sent,
        and whether it was carried out is unknown).
        """
        content, kind = _encoded(body, form)
        sent = {**({"content-type": kind} if kind else {}), **(headers or {})}
        answer = self._send(method, url, sent, content, asked_at)
        for _ in range(REDIRECTS_MAX):
            target = answer.headers.get("location")
            if answer.status not in REDIRECTS or method not in ("GET", "HEAD") or target is None:
                break
            onward = urljoin(answer.url, target)
            if origin(onward) != origin(answer.url):
                break
            answer = self._send(method, onward, sent, None, None)
        return answer

    def _send(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None, asked_at: float | None
    ) -> Answer:
        awake = _awake(method, url, time.monotonic() if asked_at is None else asked_at)
        client = self._client(loopback=self._checked(url))
        with self._named_failures(method, url):
            said = client.request(method, url, headers=dict(headers), content=content, extensions={"trace": awake})
        return Answer(said.status_code, {k.lower(): v for k, v in said.headers.items()}, said.content, url)

    @contextmanager
    def stream(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: Any = None
    ) -> Generator[Stream]:
        """Send one request and give its answer piece by piece: for a server that may send without end, or stay silent
        in the middle. Follows no redirect. Raises as `request` does, also while the pieces are read."""
        content, kind = _encoded(body, None)
        sent = {**({"content-type": kind} if kind else {}), **(headers or {})}
        client = self._client(loopback=self._checked(url))
        with self._named_failures(method, url), client.stream(method, url, headers=sent, content=content) as said:
            yield Stream(said.status_code, {k.lower(): v for k, v in said.headers.items()}, said.iter_bytes(), url)

    @contextmanager
    def _named_failures(self, method: str, url: str) -> Generator[None]:
        import httpx2

        try:
            yield
        except (
            httpx2.ConnectError,
            httpx2.ConnectTimeout,
            httpx2.PoolTimeout,
            httpx2.ProxyError,
            httpx2.UnsupportedProtocol,
            httpx2.InvalidURL,
        ) as failed:
            raise self._unreachable(url, failed) from failed
        except httpx2.RequestError as failed:
            raise AnswerLost(
                f"{origin(url)} did not answer {method} {urlsplit(url).path}",
                repeatable=method != "POST",
                why=_why(failed),
                fix="ask Azure what became of it, then try again",
            ) from failed

    def _checked(self, url: str) -> bool:
        """Whether the address is loopback; raises when it is one that must not be called."""
        parts = urlsplit(url)
        loopback = is_loopback(parts.hostname or "")
        if self._cloud.sandbox and not loopback:
            raise OutsideLoopback(
                f"the sandbox may not leave this machine, and {parts.hostname} is outside",
                why="a request made for the sandbox named an address that is not loopback",
                fix="leave out --sandbox to work with a real subscription",
            )
        if parts.scheme != "https" and not (parts.scheme == "http" and loopback):
            raise UsageRefused(
                f"{origin(url)} is not an https address",
                why="tokens are sent only over TLS",
                fix="azlin config show   (endpoints)",
            )
        return loopback

    def _client(self, *, loopback: bool) -> httpx2.Client:
        """A loopback address is called directly, whatever HTTPS_PROXY says; others as the environment says."""
        with self._turn:
            if loopback not in self._clients:
                import httpx2

                self._clients[loopback] = httpx2.Client(
                    verify=self._trust(loopback=loopback),
                    trust_env=not loopback,
                    follow_redirects=False,
                    headers={"user-agent": f"azlin/{__version__}"},
                    timeout=httpx2.Timeout(self._read_timeout_s, connect=self._connect_timeout_s),
                    limits=httpx2.Limits(
                        max_connections=CONNECTIONS_MAX,
                        max_keepalive_connections=CONNECTIONS_MAX,
                        keepalive_expiry=IDLE_S,
                    ),
                )
            return self._clients[loopback]

    def _trust(self, *, loopback: bool) -> ssl.SSLContext | bool:
        """The cloud's own CA; else REQUESTS_CA_BUNDLE as az reads it, which people behind an inspecting proxy set; else
        the system's."""
        named = self._cloud.ca_bundle
        if named is None and not loopback and (bundle := os.environ.get("REQUESTS_CA_BUNDLE")):
            named = Path(bundle)
        if named is None:
            return True
        import ssl

        try:
            return ssl.create_default_context(cafile=str(named))
        except (OSError, ssl.SSLError) as failed:
            raise ConfigUnreadable(
                f"the CA bundle {named} cannot be read",
                why=str(failed),
                fix="azlin sandbox start" if self._cloud.sandbox else "azlin doctor",
            ) from failed

    def _unreachable(self, url: str, failed: Exception) -> CloudUnreachable:
        unreachable = CloudUnreachable(f"{origin(url)} cannot be reached", why=_why(failed))
        if "certificate verify failed" in str(failed).casefold():
            unreachable.fix = "export REQUESTS_CA_BUNDLE=FILE   (the CA of the proxy that inspects your traffic)"
            unreachable.worth_waiting_s = 0.0
        else:
            unreachable.fix = "azlin doctor   (checks network, proxy and certificates)"
        if self._cloud.sandbox:
            unreachable.fix = "azlin sandbox start"
            unreachable.worth_waiting_s = min(unreachable.worth_waiting_s, SANDBOX_RESTARTS_S)
        return unreachable


def origin(url: str) -> str:
    """Scheme, host and port: all that may be shown of a URL, and what two URLs of one server have in common."""
    parts = urlsplit(url)
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    shown = "" if parts.port in (None, usual) else f":{parts.port}"
    host = (parts.hostname or "").casefold()
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{shown}"


def is_loopback(host: str) -> bool:
    """127.0.0.0/8, ::1 and `localhost` (RFC 6761 §6.3). No name is looked up, so that DNS cannot say otherwise."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.casefold() == "localhost"


def _awake(method: str, url: str, asked_at: float) -> Callable[[str, Mapping[str, Any]], None]:
    """Asked by httpcore at each step of a request: lets no change out whose process slept since it was asked whether it
    may leave. Raises CloudUnreachable before the first byte, because nothing was sent, and AnswerLost between headers
    and body (a server carries out no half of a request, but who knows); whoever sends again has to ask again."""

    def step(name: str, _info: Mapping[str, Any]) -> None:
        if method in ("GET", "HEAD") or time.monotonic() - asked_at <= ASLEEP_S:
            return
        what = f"{method} {urlsplit(url).path} was not sent"
        why = "this process had been asleep when it was about to leave"
        if name.endswith("send_request_headers.started"):
            raise CloudUnreachable(what, why=why, fix="azlin objective resume ID")
        if name.endswith("send_request_body.started"):
            raise AnswerLost(f"{what} whole", repeatable=method != "POST", why=why, fix="azlin objective resume ID")

    return step


def _encoded(body: Any, form: Mapping[str, str] | None) -> tuple[bytes | None, str | None]:
    if form is not None:
        from urllib.parse import urlencode

        return urlencode(form).encode(), "application/x-www-form-urlencoded"
    if body is not None:
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(), "application/json"
    return None, None


def _why(failed: Exception) -> str:
    return str(failed) or type(failed).__name__
