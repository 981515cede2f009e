"""Shared Key, and the three kinds of shared access signatures: account, service, user delegation.

Sources: "Authorize with Shared Key", "Create an account SAS", "Create a service SAS", "Create a user delegation SAS".
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

_SIGNED_HEADERS = (
    "content-encoding",
    "content-language",
    "content-length",
    "content-md5",
    "content-type",
    "date",
    "if-modified-since",
    "if-match",
    "if-none-match",
    "if-unmodified-since",
    "range",
)
_RESOURCE_FIELDS = ("sip", "spr", "sv", "sr", "snapshot", "ses")
_RESPONSE_FIELDS = ("rscc", "rscd", "rsce", "rscl", "rsct")
_DELEGATION_FIELDS = ("skoid", "sktid", "skt", "ske", "sks", "skv", "saoid", "suoid", "scid")


def signed(key: str, text: str) -> str:
    """base64 of HMAC-SHA256; `key` is base64 too."""
    return base64.b64encode(hmac.new(base64.b64decode(key), text.encode(), hashlib.sha256).digest()).decode()


def same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())


def shared_key_text(
    method: str, account: str, raw_path: str, query: Mapping[str, str], headers: Mapping[str, str]
) -> str:
    """The string to sign of versions from 2015-02-21 on (a length of zero is written as nothing)."""
    values = {name: headers.get(name, "") for name in _SIGNED_HEADERS}
    if values["content-length"] == "0":
        values["content-length"] = ""
    if "x-ms-date" in headers:
        values["date"] = ""
    own = sorted((name, value) for name, value in headers.items() if name.startswith("x-ms-"))
    lines = [method, *values.values(), *(f"{name}:{value}" for name, value in own)]
    lines.append(f"/{account}{raw_path}" + "".join(f"\n{name}:{value}" for name, value in sorted(query.items())))
    return "\n".join(lines)


def account_text(account: str, query: Mapping[str, str]) -> str:
    fields = ("sp", "ss", "srt", "st", "se", "sip", "spr", "sv")
    text = f"{account}\n" + "".join(f"{query.get(name, '')}\n" for name in fields)
    return text + (f"{query.get('ses', '')}\n" if query.get("sv", "") >= "2020-12-06" else "")


def resource_texts(account: str, path: str, query: Mapping[str, str], *, delegated: bool) -> Iterable[str]:
    """What may have been signed for `/container[/blob]`, newest form first; the version decides which fields it has."""
    version = query.get("sv", "")
    head = [query.get(name, "") for name in ("sp", "st", "se")]
    head.append(f"/blob/{account}{unquote(path)}")
    middle = [query.get("si", "")]
    if delegated:
        middle = [query.get(name, "") for name in _DELEGATION_FIELDS]
        if version >= "2025-07-05":
            middle += [query.get("skdutid", ""), query.get("sduoid", "")]
    fields = _RESOURCE_FIELDS if version >= "2020-12-06" else _RESOURCE_FIELDS[:-1]
    rest = [query.get(name, "") for name in fields]
    tail = [query.get(name, "") for name in _RESPONSE_FIELDS]
    yield "\n".join((*head, *middle, *rest, *tail))
    if delegated:
        yield "\n".join((*head, *middle, *rest, "", "", *tail))
