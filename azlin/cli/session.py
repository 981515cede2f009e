"""One run at the front desk: settings read, views chosen, the engine started, its end told, an exit code given."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from azlin.agentic.approver import Asker
from azlin.agentic.terms import Terms
from azlin.agentic.types import Objective
from azlin.cli.ask import Keyboard
from azlin.cli.output import Output
from azlin.errors import AzlinError, CutShort, StateDamaged, StateUnwritable
from azlin.events import Event
from azlin.paths import Paths
from azlin.settings import Settings
from azlin.views.base import View

if TYPE_CHECKING:
    from azlin.app import App

INTERRUPTED = 130


def open_app(terms: Terms | None = None) -> App:
    """The wired engine, on the settings of this moment. Raises ConfigUnreadable."""
    from azlin.app import App

    paths = Paths.from_environment()
    return App.open(paths, Settings.load(paths, os.environ), terms or Terms())


def carry(
    terms: Terms,
    output: Output,
    run: Callable[[App, View, Asker], Objective],
    *,
    data: bool = True,
    preview: bool = True,
) -> int:
    """Run, show, and return the exit code. With `data=False` the caller writes what was read, people see the rest; with
    `preview=False` the end is shown without the plan."""
    app = open_app(terms)
    view = Noting(view_for(output, dry_run=terms.dry_run, data=data, find=app.objectives.show, preview=preview))
    try:
        ended = run(app, view, Keyboard(no_input=terms.no_input))
    except KeyboardInterrupt:
        try:
            ended = app.objectives.show(view.objective or "")
        except AzlinError:
            raise KeyboardInterrupt from None  # it was interrupted before anything was filed
        view.finish(ended)
        return INTERRUPTED
    except (StateUnwritable, StateDamaged) as stopped:
        raise view.cut_short(stopped) from stopped
    view.finish(ended)
    return ended.outcome.exit_code if ended.outcome is not None else INTERRUPTED


class Noting:
    """A view that remembers which objective it was told about, so that a run whose end cannot be filed can be named."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._begun = False
        self.objective: str | None = None

    def show(self, event: Event) -> None:
        self.objective = event.objective or self.objective
        self._begun = self._begun or event.kind == "operation-started"
        self._view.show(event)

    def cut_short(self, stopped: AzlinError) -> AzlinError:
        """The error that says how to go on when a full disk, say, stopped a run in the middle."""
        if not self._begun or self.objective is None:
            return stopped
        fix = f"{stopped.fix}; then: azlin objective resume {self.objective[:8]}"
        return CutShort(f"{stopped.what}: the run was cut short, its end is not on file", why=stopped.why, fix=fix)

    def finish(self, objective: Objective) -> None:
        self._view.finish(objective)


def view_for(
    output: Output, *, dry_run: bool, data: bool = True, find: Callable[[str], Objective], preview: bool = True
) -> View:
    """People get the human view. Scripts get their document on stdout, and the talk stays on stderr."""
    from azlin.views.human import HumanView

    human = HumanView(
        sys.stdout,
        sys.stderr,
        data=data and output.form is None,
        verbose=output.verbose,
        commands=dry_run,
        find=find,
        preview=preview,
    )
    data_view = data_view_for(output)
    if data_view is None:
        return human
    from azlin.views.together import Together

    return Together([human, data_view])


def data_view_for(output: Output) -> View | None:
    """The view of a script on stdout; None when only people look."""
    if output.form is None:
        return None
    if output.form == "jsonl":
        from azlin.views.jsonl import JsonLinesView

        return JsonLinesView(sys.stdout, to_path=output.to_path)
    from azlin.views.document import DocumentView, query

    cut = query(output.expression) if output.expression is not None else None
    return DocumentView(output.form, sys.stdout, cut=cut, to_path=output.to_path)  # type: ignore[arg-type]
