"""What every view promises."""

from __future__ import annotations

from typing import Protocol

from azlin.agentic.types import Objective
from azlin.events import Event


class View(Protocol):
    """A reader of the story. Data goes to stdout, talk to stderr."""

    def show(self, event: Event) -> None:
        """Show one event as it happens (or keep quiet about it)."""
        ...

    def finish(self, objective: Objective) -> None:
        """Show how it ended. Called exactly once, also when nothing ran."""
        ...
