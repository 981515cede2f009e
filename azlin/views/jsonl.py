"""The story as JSON lines: one event a line as it happens, and the Objective as the last line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TextIO

from azlin.agentic.types import Objective
from azlin.events import Event
from azlin.views.document import deliver, plain, shape


class JsonLinesView:
    """The view of `-o jsonl`. Every line has a `kind`; the last line's is `objective`.

    With `to_path` the lines are written together at the end, so that the file is whole or is not there.
    """

    def __init__(self, out: TextIO, *, to_path: Path | None = None) -> None:
        self._out = out
        self._to_path = to_path
        self._kept: list[str] = []

    def show(self, event: Event) -> None:
        self._put(plain(event))

    def finish(self, objective: Objective) -> None:
        self._put({"kind": "objective", **shape(objective)})
        if self._to_path is not None:
            deliver("".join(self._kept), self._out, self._to_path)

    def _put(self, value: dict[str, Any]) -> None:
        line = json.dumps(value, ensure_ascii=False) + "\n"
        if self._to_path is not None:
            self._kept.append(line)
        else:
            deliver(line, self._out, None)
