"""Several views of one run: talk for the person at the terminal, data for the script behind the pipe."""

from __future__ import annotations

from collections.abc import Sequence

from azlin.agentic.types import Objective
from azlin.events import Event
from azlin.views.base import View


class Together:
    """Shows everything to every view. A view whose reader went away hears no more; the others, and the run, go on."""

    def __init__(self, views: Sequence[View]) -> None:
        self._views = list(views)

    def show(self, event: Event) -> None:
        for view in list(self._views):
            try:
                view.show(event)
            except OSError:
                self._views.remove(view)

    def finish(self, objective: Objective) -> None:
        """Every view is told the end. Raises what the first of them raised, when all have been told."""
        failed: Exception | None = None
        for view in self._views:
            try:
                view.finish(objective)
            except Exception as refused:  # noqa: BLE001  the other views must still be told
                failed = failed or refused
        if failed is not None:
            raise failed
