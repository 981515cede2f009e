"""Families that a command asks for, and no words do: their Intent comes complete."""

from __future__ import annotations

from typing import Any

import msgspec

from azlin.agentic.types import Intent, Operation
from azlin.settings import Defaults


class AboutObjective(msgspec.Struct, frozen=True):
    """`objective` is the whole id of the earlier objective that is meant."""

    objective: str


class Wordless:
    """What such families have in common; each brings its `name` and its `plan`."""

    examples: tuple[str, ...] = ()
    parameters: type[msgspec.Struct] = AboutObjective

    def complete(self, intent: Intent, defaults: Defaults) -> Intent:  # noqa: ARG002 - the protocol's
        return intent

    def rows(self, intent: Intent, operation: Operation, raw: Any) -> Any:  # noqa: ARG002 - the protocol's
        return raw
