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
import builtins
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

DEPTH_MAX = 40
"""A deployment within a deployment costs five."""
ERRORS_MAX = 20
TEXT_MAX = 100_000
BRACES_MAX = 100
"""How many opening braces of a text are tried as the beginning of JSON."""

Json = dict[str, Any]


@dataclass(frozen=True)
class Said:
    """One error: Azure's code and words, empty when it gave none, and the HTTP status when the text names it."""

    code: str = ""
    message: str = ""
    status: int | None = None


_CODE = r"[A-Za-z][\w.\-/]*"
_AZ_CODED = re.compile(
    rf"^(?:ERROR: ?)?(?P<depth>(?:Exception Details:)?[ \t]*)\((?P<code>{_CODE}|\d{{3,6}})\) ?(?P<message>.*)$", re.M
)
_AZ_GOES_ON = re.compile(r"\s*(?:\(|Code:|Message:|Exception Details:|Target:|Inner error|Content:|Additional)", re.I)
_CODE_LINE = re.compile(
    r"""^[\s│]*(?:.*\bazure error|error[ _]?code|code)["']?\s*[:=]\s*"""
    r"""["']?(?P<code>[A-Za-z][\w.\-/]*|\d{3,6})["']?,?\s*$""",
    re.M | re.I,
)
_MESSAGE_LINE = re.compile(r"""^[\s│]*["']?message["']?\s*[:=]\s*(?P<message>\S.*)$""", re.M | re.I)
_CODE_INLINE = re.compile(
    r"""(?<![\w(])(?:error[ _]?code|code)["']?\s*[:=]\s*\\?["'](?P<code>[A-Za-z][\w.\-/]*|\d{3,6})\\?["']""", re.I
)
_CODE_BARE = re.compile(
    rf"(?<!\w)(?:ErrorCode|Error Code|error code|ERROR CODE|Code)\s*[:=]\s*(?P<code>{_CODE})(?=[\s,;.)\]]|$)"
)
_MESSAGE_INLINE = re.compile(
    r"""(?<!\w)message["']?\s*[:=]\s*\\?(?P<quote>["'])(?P<message>.*?)(?<!\\)(?P=quote)"""
    r"""(?=\s*(?:[,;(){}\]]|$|\w+=|[A-Z]\w+:))""",
    re.I | re.S,
)
_TERRAFORM = re.compile(
    rf"unexpected status (?P<status>\d{{3}})(?: \([^)]*\))? with error:\s+(?P<code>{_CODE}):\s*(?P<message>\S.*)?",
    re.S | re.I,
)
_POLLED = re.compile(
    r"""^[\s|]*Status: "(?P<status>[^"]*)"\s*[\s|]*^[\s|]*Code: "(?P<code>[^"]*)"\s*[\s|]*"""
    r"""^[\s|]*Message: "(?P<message>.*?)"\s*$""",
    re.M | re.S,
)
_STATUS_WORDS = re.compile(r"Operation failed with status: '(?P<code>[^']+)'\.\s*Details: (?P<message>.*)", re.S)
_PLACE = re.compile(r"\n\s*\n\s*with \S+,\s*\n\s*on .*", re.S)
"""Where in the configuration it was: `with azurerm_… , on main.tf line 3`."""
_PREFIXED = re.compile(r"^(?P<code>[A-Z][A-Za-z]{3,}(?:_[A-Za-z]+)?)(?:: |\()(?P<message>.+)$", re.S)
_AADSTS = re.compile(r"\bAADSTS\d{4,7}\b")
_XML_CODE = re.compile(r"<(?:\w+:)?Code>\s*(?P<code>[^<]+?)\s*</(?:\w+:)?Code>", re.I)
_XML_MESSAGE = re.compile(r"<(?:\w+:)?(?:Message|Detail)\b[^>]*>\s*(?P<message>[^<]+?)\s*</", re.I)
_PAGE = re.compile(r"<!doctype html|<html\b|<head\b|<body\b", re.I)
_MARKUP = re.compile(r"(?is)<(script|style)\b.*?</\1\s*>|<[^>]*>")
_STATUS = re.compile(
    r"""(?ix)(?:\bstatus(?:[ ]?code)?["']?\s*[:=]?\s*["']?|\bRESPONSE[ ]|
    \bHTTP(?:/[\d.]+)?[ ](?:status[ ])?(?:code[ ]?)?|
    \breturned[ ](?:an?[ ])?|\berror[ ](?:code[ ])?|\bunexpected[ ]status[ ]|^\s*|<title>\s*|<h1>\s*)
    (?P<status>[45]\d\d)\b(?!\s*(?:GB|MB|ms|s)\b)"""
)
_BOX = re.compile(r"^[ \t]*[│╷╵][ \t]?", re.M)
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_OAUTH = frozenset(
    {"invalid_grant", "invalid_client", "unauthorized_client", "invalid_request", "interaction_required"}
)
_NO_CODES = frozenset({"error", "warning", "http", "https", "exception", "failed", "message", "resterror", "httperror"})
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
    outer = Said(code.strip(), text, status or (None if code else _status_in(text)))
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
    for read in (_json_errors, _worded_error):
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
    return "{" in message or bool(_CODE_INLINE.search(message))


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


def _worded_error(text: str, depth: int) -> list[Said]:
    for shape in _SHAPES:
        if said := shape(text):
            status = said.status or _status_in(text)
            return list(_inner(Said(said.code, said.message, status), depth))
    return []


def _az_error(text: str) -> Said | None:
    """`(Code) message` with indented details, as azure-core prints it; the most indented one is the cause."""
    coded = max(_AZ_CODED.finditer(text), key=lambda found: len(found["depth"]), default=None)
    if coded is None:
        return None
    words = coded["message"]
    following = text[coded.end() :].lstrip("\r\n")
    if following and not _AZ_GOES_ON.match(following):
        words += "\n" + re.split(r"\n\s*(?:Code|Message|Exception Details):", following, maxsplit=1)[0]
    return Said(coded["code"], words)


def _terraform_error(text: str) -> Said | None:
    """azurerm: `unexpected status 409 (409 Conflict) with error: Code: message`, or what polling an operation gave."""
    text = _PLACE.sub("", text)
    if found := _TERRAFORM.search(text):
        return Said(found["code"], found["message"] or "", int(found["status"]))
    if found := _POLLED.search(text):
        code = next(
            (word for word in (found["code"], found["status"]) if word and word.casefold() not in _NO_CODES), ""
        )
        return Said(code or found["status"], found["message"])
    return None


def _status_error(text: str) -> Said | None:
    """msrestazure's words for an answer with another body than ARM's."""
    found = _STATUS_WORDS.search(text)
    return Said(found["code"].replace(" ", ""), found["message"]) if found else None


def _xml_error(text: str) -> Said | None:
    if "<" not in text:
        return None
    code, message = _XML_CODE.search(text), _XML_MESSAGE.search(text)
    if code is None:
        return None
    return Said(code["code"], message["message"] if message else "")


def _page_error(text: str) -> Said | None:
    if not _PAGE.search(text):
        return None
    return Said("", " ".join(_MARKUP.sub(" ", text).split())[:500], _status_in(text))


def _labelled_error(text: str) -> Said | None:
    """`Code="X" Message="Y"`, `Code: X` and `Message: Y` on lines of their own, `ErrorCode: X`."""
    if (inline := _last(_CODE_INLINE, text)) is not None:
        near = _MESSAGE_INLINE.search(text, inline.end()) or _MESSAGE_INLINE.search(text)
        return Said(inline["code"], near["message"].replace('\\"', '"') if near else _without(text, inline))
    if (line := _last(_CODE_LINE, text)) is not None:
        near = _MESSAGE_LINE.search(text, line.end())
        return Said(line["code"], near["message"].strip("\"' ") if near else _without(text, line))
    if (bare := _CODE_BARE.search(text)) is not None and bare["code"].casefold() not in _NO_CODES:
        return Said(bare["code"], _without(text, bare))
    return None


def _signed_out_error(text: str) -> Said | None:
    found = _AADSTS.search(text)
    return Said(found[0], text) if found else None


def _prefixed_error(text: str) -> Said | None:
    """`Code: message`, as older clients print it; not the name of an exception of Python's."""
    prefixed = _PREFIXED.match(text.removeprefix("ERROR: "))
    if prefixed is None or prefixed["code"].casefold() in _NO_CODES or hasattr(builtins, prefixed["code"]):
        return None
    if not re.search(r"[a-z][A-Z]|_", prefixed["code"]) or prefixed["code"].endswith(("Error", "Exception")):
        return None
    return Said(prefixed["code"], prefixed["message"].removesuffix(")"))


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """The last one: what is inside is told after what is around it."""
    return max(pattern.finditer(text), key=lambda found: found.start(), default=None)


def _without(text: str, found: re.Match[str]) -> str:
    return " ".join((text[: found.start()] + " " + text[found.end() :]).split()) or text


def _status_in(text: str) -> int | None:
    found = _STATUS.search(text[:5_000])
    return int(found["status"]) if found else None


def _tidy(said: Said) -> Said:
    code = said.code
    if code.casefold() in _OAUTH and (found := _AADSTS.search(said.message)):
        code = found[0]
    message = _ANSI.sub("", said.message).removeprefix("ERROR:")
    return Said(code, " ".join(message.split()), said.status)


_SHAPES = (
    _terraform_error,
    _az_error,
    _status_error,
    _xml_error,
    _page_error,
    _labelled_error,
    _signed_out_error,
    _prefixed_error,
)
