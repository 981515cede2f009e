"""`$batch`: up to 20 requests in one, in the order that `dependsOn` asks for.

Source: "Combine multiple HTTP requests using JSON batching". A request whose dependency failed is answered 424.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from azlin.sandbox.arm.behaviour import Answer
from azlin.sandbox.graph.kinds import Body
from azlin.sandbox.graph.refusals import GraphRefusal, bad_request

_MOST = 20
_JSON = {"Content-Type": "application/json"}

Ask = Callable[[str, str, dict[str, str], dict[str, str], Any], Answer]
"""(method, decoded path below the version, query, headers, body) -> Answer."""


class _Request(msgspec.Struct, rename="camel"):
    id: str
    method: str
    url: str
    body: Any = None
    headers: dict[str, str] = {}
    depends_on: list[str] = []


class _Asked(msgspec.Struct):
    requests: list[_Request]


def run(sent: Any, ask: Ask) -> Answer:
    """Every request in turn. Raises GraphRefusal 400 for a batch that is none."""
    try:
        requests = msgspec.convert(sent, _Asked).requests
    except msgspec.ValidationError as wrong:
        raise bad_request(f"Invalid batch payload format. {wrong}", "BadRequest") from None
    if len(requests) > _MOST:
        raise bad_request("Number of batch requests steps exceed the maximum supported limit of 20.", "BadRequest")
    if len({one.id for one in requests}) != len(requests):
        raise bad_request("Request Id has to be unique in a batch.", "BadRequest")
    done: dict[str, int] = {}
    responses: list[Body] = []
    for one in requests:
        response = _response(one, done, ask)
        done[one.id] = response["status"]
        responses.append(response)
    return Answer(200, {"responses": responses})


def _response(one: _Request, done: dict[str, int], ask: Ask) -> Body:
    for needed in one.depends_on:
        if needed not in done:
            raise bad_request(f"Invalid dependency: '{needed}'.", "BadRequest")
        if done[needed] >= 400:
            refused = GraphRefusal(424, "FailedDependency", "The dependent request failed.")
            return {"id": one.id, "status": 424, "headers": _JSON, "body": refused.body()}
    parts = urlsplit(one.url if one.url.startswith("/") else f"/{one.url}")
    query = {name.lower(): value for name, value in parse_qsl(parts.query, keep_blank_values=True)}
    headers = {name.lower(): value for name, value in one.headers.items()}
    answer = ask(one.method.upper(), unquote(parts.path), query, headers, one.body)
    response: Body = {"id": one.id, "status": answer.status, "headers": {**_JSON, **answer.headers}}
    if answer.body is not None:
        response["body"] = answer.body.decode() if isinstance(answer.body, bytes) else answer.body
    return response
