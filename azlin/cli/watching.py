"""`azlin objective watch` and `cancel`: taking part in a run from outside."""

from __future__ import annotations

import getpass
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from azlin.agentic.terms import Terms
from azlin.agentic.types import Objective
from azlin.cli.output import Output, output_options
from azlin.cli.records import identified, records
from azlin.cli.unfinished import ago
from azlin.events import Event
from azlin.paths import Paths
from azlin.views.base import View

if TYPE_CHECKING:
    from azlin.agentic.background.following import Ended
    from azlin.gateways.journal import Holder, Journal

CUT_OFF = 7
INTERRUPTED = 130
RUNNING = 8


@click.command()
@click.argument("name", metavar="ID")
@output_options
def watch(name: str, output: Output) -> int:
    """See a run, wherever it is carried out: what was done, what is in flight, how it ends.

    It ends with the run, and with the run's exit code; exit 7 if the run was cut off. Ctrl-C ends the watching only.
    """
    with records() as (journal, _):
        one = journal.load(identified(name, journal))
    return _watched(one, output, _told)


@click.command()
@click.argument("name", metavar="ID")
@click.option("--no-wait", is_flag=True, help="Ask it to stop, and do not wait until it has (exit 8).")
@output_options
def cancel(name: str, no_wait: bool, output: Output) -> int:
    """Ask a run to stop: what is in flight is finished, nothing new begins.

    One that nobody carries out is called off, after Azure was asked about what had begun. `objective resume --all`
    leaves it alone from then on; `objective resume ID` goes on with it, `objective undo ID` removes what it made.
    """
    from azlin.agentic.audit_logger import AuditLogger
    from azlin.agentic.background.cancellation import refuse_if_over, why
    from azlin.gateways.journal import Journal

    paths = Paths.from_environment()
    with records() as (journal, _):
        one = journal.load(identified(name, journal))
    reason = why(getpass.getuser())
    asked: list[int] = []

    def ask() -> Holder | None:
        """Also a runner that took over from the one that was asked."""
        with Journal.read(paths) as reader:
            holder = reader.holder(one.id)
        if holder is None or not holder.alive or holder.fence in asked:
            return holder if holder is not None and holder.alive else None
        with Journal.open(paths) as writer:
            holder = writer.ask_to_stop(one.id, reason)
            if holder is None:
                return None
            asked.append(holder.fence)
            told = f"pid {holder.pid} on {holder.host} was asked to stop: it finishes what is in flight"
            audit = AuditLogger(paths, writer)
            about = {"text": f"{reason}: {told}"}
            audit(Event(kind="notice", objective=one.id, at=datetime.now(UTC), about=about))
            audit.close()
        click.echo(told, err=True)
        return holder

    if ask() is None:
        refuse_if_over(one)
        return _called_off(one, output, reason)
    if no_wait:
        click.echo(f"next  azlin objective watch {one.id[:8]}", err=True)
        return RUNNING
    return _watched(one, output, lambda ended, view: _stopped(ended, view, output, reason), each_look=ask)


def _stopped(ended: Ended, view: View, output: Output, reason: str) -> int:
    """It stopped by itself, with whatever it reached; or it died before it could, and is called off for it."""
    if ended.objective.outcome is not None:
        return _told(ended, view)
    return _called_off(ended.objective, output, reason)


def _called_off(one: Objective, output: Output, reason: str) -> int:
    from azlin.cli.session import carry

    terms = Terms(no_input=True)
    return carry(terms, output, lambda app, view, asker: app.cancel(one.id, terms, reason, view, asker), preview=False)


def _watched(
    one: Objective,
    output: Output,
    tell_end: Callable[[Ended, View], int],
    each_look: Callable[[], Any] = lambda: None,
) -> int:
    """Show the story until it ends; then what `tell_end` makes of it."""
    from azlin.agentic.background.following import Following, follow
    from azlin.cli.session import data_view_for, view_for
    from azlin.gateways.journal import Journal
    from azlin.views.together import Together
    from azlin.views.watching import WatchView

    paths = Paths.from_environment()
    with Journal.read(paths) as journal:
        seen = WatchView(sys.stderr, one, find=lambda: journal.load(one.id))
        human = view_for(Output(verbose=output.verbose), dry_run=False, data=False, find=journal.load, preview=False)
        data = data_view_for(output)
        following = Following(paths.audit_log, one.id)

        def hear(event: Event) -> None:
            seen.show(event)
            if data is not None:
                data.show(event)

        def pause(seconds: float) -> None:
            seen.now(seconds)
            each_look()
            time.sleep(seconds)

        seen.begin(journal.holder(one.id))
        try:
            ended = follow(one.id, journal, following, hear, pause)
        except KeyboardInterrupt:
            seen.end()
            return _left(one, journal)
        finally:
            following.close()
        seen.end()
        return tell_end(ended, human if data is None else Together([human, data]))


def _told(ended: Ended, view: View) -> int:
    """How it ended, as `doit` would have shown it; when it was cut off, who was lost and how to go on."""
    one, holder = ended.objective, ended.holder
    if one.outcome is not None:
        view.finish(one)
        return one.outcome.exit_code
    if holder is None:
        click.echo("cut off: nobody carries it out", err=True)
    else:
        heard = f"it was last heard of {ago(holder.heartbeat_age_s)}"
        click.echo(f"cut off: pid {holder.pid} on {holder.host} no longer carries it out; {heard}", err=True)
    view.finish(one)
    return CUT_OFF


def _left(one: Objective, journal: Journal) -> int:
    """Ctrl-C ends the looking; the run is not touched."""
    holder = journal.holder(one.id)
    if holder is not None and holder.alive:
        click.echo(f"not watched any more; it goes on (pid {holder.pid}): azlin objective watch {one.id[:8]}", err=True)
    return INTERRUPTED
