"""A request as every service of the sandbox sees it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from azlin.sandbox.arm.jsonc import JsonInvalid, read_json
from azlin.sandbox.arm.refusals import content_invalid


@dataclass(slots=True)
class Incoming:
    """One HTTP request. Keys of `query` and `headers` are lower case; `path` is decoded, `raw_path` is as sent; `base`
    is the scheme and host it was sent to. A large body for a service that keeps files is in `file` and `body` is empty:
    whoever wants it moves it away."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    base: str
    raw_path: str = ""
    file: Path | None = None

    def json(self) -> Any:
        """The decoded body, None when there is none. Raises ArmRefusal 400."""
        if not self.body:
            return None
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self._lenient()

    def _lenient(self) -> Any:
        """ARM reads comments and bare names too; `az deployment` sends templates that way."""
        try:
            return read_json(self.body)
        except JsonInvalid as unreadable:
            raise content_invalid(str(unreadable)) from None

    def form(self) -> dict[str, str]:
        """A form body's fields; of a repeated one the last."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))
