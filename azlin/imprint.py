"""What is kept of data that is not kept."""

from __future__ import annotations

import hashlib
from typing import Any, cast

import msgspec


def imprint(data: Any) -> dict[str, Any] | None:
    """What is kept of data that is not kept: `{"count": n, "digest": sha256}`, how many things it was and what tells
    them from others. None stays None, an imprint stays itself."""
    if data is None:
        return None
    if isinstance(data, dict):
        pairs = cast("dict[str, Any]", data)
        if pairs.keys() == {"count", "digest"} and len(str(pairs["digest"])) == 64:
            return pairs
    try:
        plain = msgspec.json.encode(data, order="sorted", enc_hook=str)
    except (UnicodeError, OverflowError, TypeError):
        plain = repr(cast("object", data)).encode("utf-8", "backslashreplace")
    count = len(cast("list[Any]", data)) if isinstance(data, (list, tuple)) else 1
    return {"count": count, "digest": hashlib.sha256(plain).hexdigest()}
