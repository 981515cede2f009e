"""How tools write Azure's errors in words: az, Terraform, the SDKs, storage's XML, the pages of gateways.

A text in one of these shapes holds one error; `worded` reads it. What is inside that error is `innermost`'s to find.
"""

from __future__ import annotations

import builtins
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Said:
    """One error: Azure's code and words, empty when it gave none, and the HTTP status when the text names it."""

    code: str = ""
    message: str = ""
    status: int | None = None


_CODE = r"[A-Za-z][\w.\-/]*"
_AZ_CODED = re.compile(
    r"^(?:ERROR: ?|[\w.]+(?:Error|Exception): ?)?(?P<depth>(?:Exception Details:)?[ \t]*)"
    rf"\((?P<code>{_CODE}|\d{{3,6}})\) ?(?P<message>.*)$",
    re.M,
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
_NO_CODES = frozenset({"error", "warning", "http", "https", "exception", "failed", "message", "resterror", "httperror"})


def worded(text: str) -> Said | None:
    """The error that a text tells in a tool's own words; None when it is in no shape that is known."""
    for shape in _SHAPES:
        if said := shape(text):
            return Said(said.code, said.message, said.status or status_in(text))
    return None


def tells_a_code(message: str) -> bool:
    """Whether there may be another error inside a message."""
    return bool(_CODE_INLINE.search(message))


def status_in(text: str) -> int | None:
    """The HTTP status that a text names."""
    found = _STATUS.search(text[:5_000])
    return int(found["status"]) if found else None


def sign_in_code(text: str) -> str:
    """Entra's own code (`AADSTS50076`), which says more than OAuth's; empty when there is none."""
    found = _AADSTS.search(text)
    return found[0] if found else ""


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
    return Said("", " ".join(_MARKUP.sub(" ", text).split())[:500], status_in(text))


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
    code = sign_in_code(text)
    return Said(code, text) if code else None


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
