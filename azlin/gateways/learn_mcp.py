"""Microsoft Learn's MCP endpoint, asked with a client of our own: one session, one search.

The official SDK takes half a second to import and speaks asyncio; a failure report has three seconds in all, and needs
four POSTs. Protocol: Model Context Protocol, streamable HTTP. Revisions up to 2025-11-25 begin with `initialize` and
`notifications/initialized`, and may give a session id; 2026-07-28 has neither, every request carries its revision, and
`server/discover` says what the server speaks. Learn speaks the older one by all that is known, so that is tried first.

Microsoft says that the tools may change at any time: they are listed in every session, and the one that searches the
documentation is found by what it is called and takes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any, Self, cast

from azlin import __version__
from azlin.errors import AzlinError, CloudUnreachable
from azlin.gateways.http import Http, Stream
from azlin.gateways.learn import Hit, hits_in, json_of, not_an_answer, pieces_of

HANDSHAKE = ("2025-11-25", "2025-06-18", "2025-03-26")
"""The revisions that begin with a handshake, newest first."""

STATELESS = "2026-07-28"
TOOL = "microsoft_docs_search"
TOOL_PAGES_MAX = 5
REFUSALS = frozenset({400, 404, 405, 406})
"""What a server may say to a handshake that it does not know."""

Message = dict[str, Any]


class _HandshakeUnknown(CloudUnreachable):
    """The server answers, but not to `initialize`."""


class LearnMcp:
    """One session with the MCP endpoint at `url`, which is over when the block is. `until` is on `time.monotonic`'s
    clock. Raises what `Http.stream` raises, and CloudUnreachable with the reason for whatever is not an answer."""

    def __init__(self, http: Http, url: str, *, until: float) -> None:
        self._http = http
        self._url = url
        self._until = until
        self._asked = 0
        self._revision: str | None = None
        self._session: str | None = None

    def __enter__(self) -> Self:
        try:
            self._shake_hands()
        except _HandshakeUnknown:
            self._discover()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Tell the server that its session is over. Not every server lets it be ended; nobody waits for that."""
        if self._session is None:
            return
        try:
            with self._http.stream("DELETE", self._url, headers=self._headers("")):
                pass
        except AzlinError:
            return

    def search(self, query: str) -> list[Hit]:
        """What the documentation has about a query."""
        tool, argument = self._search_tool()
        result = self._ask("tools/call", {"name": tool, "arguments": {argument: query}})
        texts = [block["text"] for block in _dicts(result.get("content")) if isinstance(block.get("text"), str)]
        if result.get("isError"):
            raise not_an_answer(self._url, f"its tool {tool} failed")
        if isinstance(structured := result.get("structuredContent"), dict) and (hits := hits_in(structured)):
            return hits
        return [hit for text in texts for hit in _hits_in_text(text)]

    def _shake_hands(self) -> None:
        result = self._ask("initialize", {"protocolVersion": HANDSHAKE[0], "capabilities": {}, "clientInfo": _CLIENT})
        agreed = result.get("protocolVersion")
        if agreed not in HANDSHAKE:
            raise _HandshakeUnknown(f"{self._url} speaks a protocol that we do not")
        self._revision = str(agreed)
        self._tell("notifications/initialized")

    def _discover(self) -> None:
        self._session, self._revision = None, STATELESS
        spoken = self._ask("server/discover", {}).get("supportedVersions")
        if not isinstance(spoken, list) or STATELESS not in spoken:
            raise not_an_answer(self._url, "it speaks none of the protocol revisions that we know")

    def _search_tool(self) -> tuple[str, str]:
        """The name of the tool that searches, and of its argument."""
        tools: dict[str, Message] = {}
        cursor: object = None
        for _ in range(TOOL_PAGES_MAX):
            result = self._ask("tools/list", {"cursor": cursor} if cursor else {})
            tools |= {str(tool.get("name")): tool for tool in _dicts(result.get("tools"))}
            cursor = result.get("nextCursor")
            if TOOL in tools or not isinstance(cursor, str):
                break
        for name in sorted(tools, key=lambda name: name != TOOL):
            argument = _text_argument(tools[name])
            if argument and "docs" in name and "search" in name:
                return name, argument
        raise not_an_answer(self._url, "it has no tool that searches the documentation")

    def _ask(self, method: str, params: Message) -> Message:
        """Send a request and return its `result`."""
        self._asked += 1
        if self._revision == STATELESS:
            params = {**params, "_meta": _META}
        message = {"jsonrpc": "2.0", "id": self._asked, "method": method, "params": params}
        headers = self._headers(method, params)
        with self._http.stream("POST", self._url, headers=headers, body=message) as answer:
            if method == "initialize" and answer.status in REFUSALS:
                raise _HandshakeUnknown(f"{self._url} does not shake hands")
            said = self._answer_to(self._asked, answer, last=method == "tools/call")
            self._session = answer.headers.get("mcp-session-id", self._session)
        result = said.get("result")
        if not isinstance(result, dict):
            if method == "initialize" and "error" in said:
                raise _HandshakeUnknown(f"{self._url} does not shake hands")
            raise not_an_answer(self._url, f"it refused {method}")
        return cast("Message", result)

    def _tell(self, method: str) -> None:
        """Send a notification, which has no answer."""
        message = {"jsonrpc": "2.0", "method": method}
        with self._http.stream("POST", self._url, headers=self._headers(method), body=message) as answer:
            if not 200 <= answer.status < 300:
                raise not_an_answer(self._url, f"it refused {method}")

    def _headers(self, method: str, params: Message | None = None) -> dict[str, str]:
        headers = {"accept": "application/json, text/event-stream", "accept-encoding": "identity"}
        if self._revision is not None:
            headers["mcp-protocol-version"] = self._revision
        if self._revision == STATELESS:
            headers["mcp-method"] = method
            headers |= {"mcp-name": str((params or {})["name"])} if method == "tools/call" else {}
        elif self._session is not None:
            headers["mcp-session-id"] = self._session
        return headers

    def _answer_to(self, number: int, answer: Stream, *, last: bool) -> Message:
        """The JSON-RPC message that answers request `number`, from a body that is one message or a stream of them.

        A stream is read to its end, so that its connection serves the next request; after the `last` one nobody waits.
        """
        kind = answer.headers.get("content-type", "").partition(";")[0].strip().casefold()
        if kind != "text/event-stream":
            said = json_of(answer, self._until)
            return cast("Message", said) if isinstance(said, dict) else {}
        if answer.status != 200:
            raise not_an_answer(self._url, f"it answered with status {answer.status}")
        found: Message | None = None
        for data in events_in(pieces_of(answer, self._until)):
            try:
                said = json.loads(data)
            except (ValueError, RecursionError):
                continue
            if isinstance(said, dict) and cast("Message", said).get("id") == number:
                found = cast("Message", said)
                if last:
                    break
        if found is None:
            raise not_an_answer(self._url, "its stream ended without an answer")
        return found


_CLIENT = {"name": "azlin", "version": __version__}
_META = {
    "io.modelcontextprotocol/protocolVersion": STATELESS,
    "io.modelcontextprotocol/clientInfo": _CLIENT,
    "io.modelcontextprotocol/clientCapabilities": {},
}


def events_in(pieces: Iterable[bytes]) -> Iterator[str]:
    """The data of each event in a stream of server-sent events (WHATWG HTML, "Server-sent events"): of its fields only
    `data` matters here, whose lines are joined; an event that is not finished is not one."""
    data: list[str] = []
    for line in _lines(pieces):
        if not line and data:
            yield "\n".join(data)
            data = []
        name, _, value = line.partition(":")
        if name == "data":
            data.append(value.removeprefix(" "))


def _lines(pieces: Iterable[bytes]) -> Iterator[str]:
    """Lines end with CR, LF or both; a piece may end anywhere, also between the two."""
    left = b""
    for piece in pieces:
        left += piece
        held = b"\r" if left.endswith(b"\r") else b""
        *whole, left = left.removesuffix(held).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        left += held
        yield from (line.decode("utf-8", "replace") for line in whole)


def _hits_in_text(text: str) -> list[Hit]:
    try:
        return hits_in(json.loads(text))
    except (ValueError, RecursionError):
        return []


def _text_argument(tool: Message) -> str | None:
    """The argument that takes what is looked for: `query`, or the only text that the tool requires."""
    schema = cast("Message", tool["inputSchema"]) if isinstance(tool.get("inputSchema"), dict) else {}
    listed = schema.get("properties")
    properties = cast("Message", listed) if isinstance(listed, dict) else {}
    if "query" in properties:
        return "query"
    required = schema.get("required")
    names = [name for name in cast("list[Any]", required) if name in properties] if isinstance(required, list) else []
    return str(names[0]) if len(names) == 1 else None


def _dicts(value: Any) -> list[Message]:
    return [one for one in cast("list[Any]", value) if isinstance(one, dict)] if isinstance(value, list) else []
