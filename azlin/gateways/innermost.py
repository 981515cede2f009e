"""What Azure itself said, found in whatever a tool made of it.

Every tool wraps Azure's `{"error": {"code", "message", "details"}}` in words of its own, and so do Azure's services: a
deployment carries the error of a resource as JSON text inside a message. Read here are JSON (also inside text, and text
inside JSON, to any sensible depth), az's stderr, Terraform's diagnostics (azurerm, azapi), the exceptions of the
SDKs (Go, .NET, Java, JavaScript, Python), the envelopes of MCP servers, Microsoft Graph, OAuth (RFC 6749 §5.2), the XML
of storage and Service Bus, and the pages of gateways.

One report may hold several errors (a deployment of many resources): `errors_in` gives all of the innermost ones.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from typing import Any, cast

from azlin.gateways.error_shapes import Said, sign_in_code, status_in, tells_a_code, worded

DEPTH_MAX = 40
"""A deployment within a deployment costs five."""
ERRORS_MAX = 20
TEXT_MAX = 100_000
BRACES_MAX = 100
"""How many opening braces of a text are tried as the beginning of JSON."""

Json = dict[str, Any]


_BOX = re.compile(r"^[ \t]*[│╷╵][ \t]?", re.M)
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_DIAGNOSTIC = re.compile(r"^(?=Error: )", re.M)
"""Where Terraform's next error begins."""
_OAUTH = frozenset(
    {"invalid_grant", "invalid_client", "unauthorized_client", "invalid_request", "interaction_required"}
)
_CONTAINERS = (
    "error",
    "odata.error",
    "innererror",
    "errors",
    "details",
    "statusmessage",
    "results",
    "response",
    "body",
)
"""Where an error may carry the real one, likeliest first."""


def errors_in(text: str, code: str = "", status: int | None = None) -> list[Said]:
    """The innermost errors of what was said, at least one: what was given, when there is nothing inside it.

    `code` and `status` are what the caller knows of the outermost one. Never raises.
    """
    text = text.strip()[:TEXT_MAX]
    outer = Said(code.strip(), text, status or (None if code else status_in(text)))
    found = list(_inner(outer, DEPTH_MAX))[:ERRORS_MAX]
    unique = list(dict.fromkeys(found))
    return unique or [outer]


def said_in(body: Any) -> tuple[str, str]:
    """(code, message) of the first innermost error of a JSON body; empty strings for what is not there."""
    if not isinstance(body, dict):
        return "", ""
    first = next(_of_object(cast("Json", body), None, DEPTH_MAX), Said())
    return first.code, first.message


def _inner(said: Said, depth: int) -> Iterator[Said]:
    """The errors inside one; itself when there are none. What is inside inherits a status it does not name."""
    inside = list(_within(said, depth - 1)) if depth > 0 else []
    if not inside:
        yield _tidy(said)
    for one in inside:
        yield _tidy(one if one.status is not None else Said(one.code, one.message, said.status))


def _within(said: Said, depth: int) -> Iterator[Said]:
    text = _BOX.sub("", _ANSI.sub("", said.message))
    blocks = [block for block in _DIAGNOSTIC.split(text) if block.strip()]
    if len(blocks) > 1:
        for block in blocks:
            yield from (one for one in _inner(Said("", block, status_in(block)), depth) if one.code)
        return
    for read in (_json_errors, _worded_errors):
        found = [one for one in read(text, depth) if (one.code, one.message) != (said.code, said.message)]
        if found:
            yield from (Said(one.code or said.code, one.message or said.message, one.status) for one in found)
            return


# JSON


def _json_errors(text: str, depth: int) -> list[Said]:
    """The errors of the JSON that a text holds. A text that only is JSON counts also when it names no code."""
    bare = text.lstrip("\ufeff \r\n\t")
    found: list[Said] = []
    for value, whole in _json_values(bare):
        found += [one for one in _of_value(value, depth) if one.code or (whole and one.message)]
    coded = [one for one in found if one.code]
    return coded or found


def _json_values(text: str) -> Iterator[tuple[Any, bool]]:
    """The objects in a text, and whether the text is nothing else."""
    if "{" not in text:
        return
    for candidate in (text, text.replace('\\"', '"')) if '\\"' in text else (text,):
        values = list(_decoded(candidate))
        if values:
            yield from values
            return


def _decoded(text: str) -> Iterator[tuple[Any, bool]]:
    decoder = json.JSONDecoder(strict=False)
    at, tried = text.find("{"), 0
    while at != -1 and tried < BRACES_MAX:
        tried += 1
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            value, end = _python_value(text, at)
        if isinstance(value, dict) and value:
            yield value, not text[:at].strip(" [\"'\r\n\t") and not text[end:].strip(" ]\"'\r\n\t")
            at = text.find("{", end)
        else:
            at = text.find("{", at + 1)


def _python_value(text: str, at: int) -> tuple[Any, int]:
    """A dict as Python prints it: `{'code': …}`. None when it is none."""
    end = text.rfind("}") + 1
    if not text.startswith("{'", at) or end - at > 20_000:
        return None, at
    try:
        return ast.literal_eval(text[at:end]), end
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None, at


def _of_value(value: Any, depth: int) -> Iterator[Said]:
    if isinstance(value, dict):
        yield from _of_object(cast("Json", value), None, depth)
    elif isinstance(value, list):
        for one in cast("list[Any]", value):
            yield from _of_value(one, depth)


def _of_object(body: Json, status: int | None, depth: int) -> Iterator[Said]:
    """Walk down to the errors that contain no other; one inside counts if it has a code and words."""
    folded: Json = {key.casefold(): value for key, value in body.items()}
    here = Said(_code_of(folded), _message_of(folded), _status_of(folded) or status)
    deeper: list[Said] = []
    if depth > 0:
        for inner in _containers(folded):
            deeper += [one for one in _of_object(inner, here.status, depth - 1) if one.code or one.message]
        if here.message and _may_hold(here.message) and not any(one.code for one in deeper):
            deeper = [one for one in _inner(here, depth - 1) if one.code and one.code != here.code] or deeper
    good = [one for one in deeper if one.code and one.message]
    if good:
        yield from good
    elif here.code and here.message:
        yield here
    elif deeper:
        first = deeper[0]
        yield Said(here.code or first.code, here.message or first.message, first.status or here.status)
    elif here.code or here.message:
        yield here


def _may_hold(message: str) -> bool:
    return "{" in message or tells_a_code(message)


def _containers(folded: Json) -> Iterator[Json]:
    for name in _CONTAINERS:
        yield from _objects(folded.get(name))
    properties = folded.get("properties")
    if isinstance(properties, dict):
        within: Json = {key.casefold(): value for key, value in cast("Json", properties).items()}
        yield from _objects(within.get("error"))
        yield from _objects(within.get("statusmessage"))


def _objects(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        yield cast("Json", value)
    elif isinstance(value, list):
        yield from (cast("Json", one) for one in cast("list[Any]", value) if isinstance(one, dict))
    elif isinstance(value, str) and value.lstrip().startswith("{"):
        parsed = _parsed(value)
        if isinstance(parsed, dict):
            yield cast("Json", parsed)


def _code_of(folded: Json) -> str:
    for name in ("code", "errorcode", "error_code", "error"):
        if word := _word(folded.get(name)):
            return word
    return ""


def _message_of(folded: Json) -> str:
    for name in ("message", "error_description", "errormessage", "detail", "description"):
        if words := _words(folded.get(name)):
            return words
    inside = folded.get("errors")
    if isinstance(inside, list):
        return " ".join(str(one) for one in cast("list[Any]", inside) if isinstance(one, str))
    return ""


def _status_of(folded: Json) -> int | None:
    for name in ("statuscode", "status_code", "httpstatuscode", "status"):
        value = folded.get(name)
        if isinstance(value, str) and value.isdigit():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and 400 <= value <= 599:
            return value
    return None


def _parsed(text: str) -> Any:
    try:
        return json.loads(text.lstrip("\ufeff"), strict=False)
    except (ValueError, RecursionError):
        return None


def _word(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    word = str(value).strip()
    return word if len(word) <= 200 and "\n" not in word and not word.startswith(("{", "<")) else ""


def _words(value: Any) -> str:
    """A message, also in OData v3's `{"lang": …, "value": …}`."""
    if isinstance(value, dict):
        value = cast("Json", value).get("value")
    if not isinstance(value, str):
        return ""
    return value.strip() if "{" in value or "\n" in value else " ".join(value.split())


# Text


def _worded_errors(text: str, depth: int) -> list[Said]:
    said = worded(text)
    return list(_inner(said, depth)) if said else []


def _tidy(said: Said) -> Said:
    code = sign_in_code(said.message) if said.code.casefold() in _OAUTH else ""
    message = _ANSI.sub("", said.message).removeprefix("ERROR:")
    return Said(code or said.code, " ".join(message.split()), said.status)
