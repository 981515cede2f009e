"""The HTTP connections of the sandbox, and how they are lost on purpose."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_CONNECTION = "azlin.transport"


class Connection(HttpToolsProtocol):
    """uvicorn's, with its transport within reach of the application."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        cast("MutableMapping[str, Any]", self.scope)[_CONNECTION] = self.transport


async def lose(scope: MutableMapping[str, Any], *, sent: bool) -> None:
    """End the connection without (the rest of) an answer; what was `sent` before still arrives."""
    transport: asyncio.Transport | None = scope.get(_CONNECTION)
    if transport is None:
        return
    if sent:
        transport.close()
    else:
        transport.abort()
    while not transport.is_closing():
        await asyncio.sleep(0)
    await asyncio.sleep(0)  # uvicorn learns of it, and does not answer in our place
