"""`azlin objective`: what was asked for, how it ended, and going on with it, undoing it or forgetting it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from azlin.agentic.terms import Terms
from azlin.agentic.types import Objective
from azlin.cli.doit import CHAOS_HELP, STRATEGIES, Allows, terms_of
from azlin.cli.output import Output, output_options
from azlin.errors import NotFound, Undecided, UsageRefused
from azlin.paths import Paths

if TYPE_CHECKING:
    from azlin.agentic.objective_manager import ObjectiveManager
    from azlin.gateways.journal import Journal

Command = TypeVar("Command", bound=Callable[..., Any])
LAST = "last"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def objective() -> None:
    """See, resume, undo or delete what was asked for. ID is the beginning of an id, or `last`."""


@objective.command("list")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Only the newest N.")
@output_options
def list_(limit: int | None, output: Output) -> None:
    """What was asked for, the newest first."""
    with _records() as (journal, objectives):
        lines = [_line(one, journal, short=output.form is None) for one in objectives.list(limit)]
        damaged = objectives.damaged()
    output.put(lines)
    for error in damaged:
        click.echo(f"azlin: {error.what}\n  why  {error.why}\n  fix  {error.fix}", err=True)
    if output.form is None and not lines and not damaged:
        click.echo('Nothing was asked for yet. Start with: azlin doit "create a vm called Sam" --sandbox', err=True)


@objective.command()
@click.argument("name", metavar="ID")
@output_options
def show(name: str, output: Output) -> None:
    """One objective, whole: request, plan, price, approval, and what became of each operation."""
    with _records() as (journal, objectives):
        found = objectives.show(identified(name, journal))
        state = _state(found, journal)
    if output.form is None:
        _draw(found, state, verbose=output.verbose)
        return
    from azlin.views.document import shape

    output.put(shape(found) if output.form in ("json", "jsonl", "yaml") or output.expression else _operations(found))


def _run_options(command: Command) -> Command:
    """What `resume` and `undo` share with `doit`."""
    for option in reversed(
        (
            click.option("-y", "--yes", is_flag=True, help="Say yes to creates and changes. Never covers destroys."),
            click.option(
                "--allow", multiple=True, type=Allows(), metavar=Allows.name, help="Allow what --yes does not cover."
            ),
            click.option("--no-input", is_flag=True, help="Ask nothing; stop where a question is open (exit 6)."),
            click.option("--strategy", type=click.Choice(STRATEGIES), help="What carries it out."),
            click.option("--sandbox", is_flag=True, help="Refuse (exit 2) unless it belongs to the sandbox."),
            click.option("--chaos", type=click.IntRange(min=0), metavar="SEED", help=CHAOS_HELP),
        )
    ):
        command = option(command)
    return command


@objective.command()
@click.argument("name", metavar="ID")
@click.option("-n", "--dry-run", is_flag=True, help="Show what would be removed. Run nothing.")
@_run_options
@output_options
def undo(name: str, output: Output, **flags: Any) -> int:
    """Remove what an objective made, and nothing else. `last` is the latest that made something."""
    from azlin.cli.session import carry

    terms = terms_of(flags)
    with _records() as (journal, _):
        whole_id = identified(name, journal, made_something=True)
    return carry(terms, output, lambda app, view, asker: app.undo(whole_id, terms, view, asker))


@objective.command()
@click.argument("name", metavar="ID", required=False)
@click.option("--all", "every", is_flag=True, help="Everything that was cut off and that nobody is carrying out.")
@click.option("--on-failure", type=click.Choice(["undo", "keep", "ask"]), default="keep", show_default=True,
              help="What to do with what was created, when an operation fails.")  # fmt: skip
@_run_options
@output_options
def resume(name: str | None, every: bool, output: Output, **flags: Any) -> int:
    """Go on with an objective from where it stands. Azure is asked first; nothing is done twice."""
    if every == (name is not None):
        raise UsageRefused("resume needs an ID, or --all, and not both", fix="azlin objective list")
    terms = terms_of(flags)
    with _records() as (journal, objectives):
        ids = [one.id for one in objectives.resumable()] if name is None else [identified(name, journal)]
    if every:
        return _resume_all(ids, terms, output)
    from azlin.cli.session import carry

    return carry(terms, output, lambda app, view, asker: app.resume(ids[0], terms, view, asker))


@objective.command()
@click.argument("name", metavar="ID")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
def delete(name: str, yes: bool) -> None:
    """Forget an objective. What it made stays in Azure, and its story in the audit log."""
    from azlin.agentic.approver import Question
    from azlin.agentic.objective_manager import ObjectiveManager
    from azlin.cli.ask import Keyboard
    from azlin.gateways.journal import Journal

    with _records() as (journal, _):
        chosen = identified(name, journal)
    question = Question(kind="yes-no", text=f"Forget objective {chosen[:8]}? What it made stays in Azure.")
    if not yes:
        answer = Keyboard().ask(question)
        if answer is None or not question.agrees(answer):
            raise Undecided(f"objective {chosen[:8]} was not deleted", fix=f"azlin objective delete {chosen[:8]} --yes")
    paths = Paths.from_environment()
    with Journal.open(paths) as journal:
        gone = ObjectiveManager(journal, paths).delete(chosen)
    click.echo(f"Forgot objective {gone}. What it made stays in Azure.", err=True)


def identified(name: str, journal: Journal, *, made_something: bool = False) -> str:
    """The id that a word means: `last` is the newest objective (that made something which still exists), everything
    else is left to the journal, which takes a beginning of an id. Raises NotFound."""
    if name != LAST:
        return name
    for one in journal.objectives():
        if not made_something or journal.created(one.id):
            return one.id
    what = "no objective made anything that still exists" if made_something else "nothing was asked for yet"
    raise NotFound(what, fix="azlin objective list")


@contextmanager
def _records() -> Generator[tuple[Journal, ObjectiveManager]]:
    """The journal for reading only, and the objectives in it."""
    from azlin.agentic.objective_manager import ObjectiveManager
    from azlin.gateways.journal import Journal

    paths = Paths.from_environment()
    with Journal.read(paths) as journal:
        yield journal, ObjectiveManager(journal, paths, lambda sentence: click.echo(f"Note: {sentence}", err=True))


def _resume_all(ids: list[str], terms: Terms, output: Output) -> int:
    """One after the other. The exit code is that of the first that did not end well; data comes once, as a list."""
    from azlin.cli.session import carry
    from azlin.views.document import shape

    codes, ended = [0], list[Any]()
    for whole_id in ids:

        def go_on(app: Any, view: Any, asker: Any, whole_id: str = whole_id) -> Objective:
            done: Objective = app.resume(whole_id, terms, view, asker)
            ended.append(shape(done))
            return done

        codes.append(carry(terms, Output(verbose=output.verbose), go_on, data=output.form is None))
    if not ids:
        click.echo("Nothing was cut off.", err=True)
    if output.form is not None:
        output.put(ended)
    return next((code for code in codes if code), 0)


def _line(one: Objective, journal: Journal, *, short: bool) -> dict[str, Any]:
    return {
        "id": one.id[:8] if short else one.id,
        "at": one.request.at.strftime("%Y-%m-%d %H:%M") if short else one.request.at,
        "cloud": one.cloud,
        "state": _state(one, journal),
        "request": one.request.text,
    } | ({} if short else {"parent": one.parent, "actor": one.request.actor, "next_step": one.next_step})


def _state(one: Objective, journal: Journal) -> str:
    """The verdict; without one, whether somebody is carrying it out or it was cut off."""
    if one.outcome is not None:
        return one.outcome.verdict
    holder = journal.holder(one.id)
    return "running" if holder is not None and holder.alive else "cut off"


def _operations(one: Objective) -> list[dict[str, Any]]:
    """One row per operation: what it was, and what became of it."""
    results = {result.operation: result for result in one.outcome.results} if one.outcome is not None else {}
    rows: list[dict[str, Any]] = []
    for operation in one.plan.operations if one.plan is not None else ():
        result = results.get(operation.id)
        rows.append(
            {
                "operation": operation.id,
                "effect": operation.effect,
                "type": operation.target.type,
                "name": operation.target.name,
                "group": operation.target.group,
                "status": result.status if result is not None else "not started",
                "created": result.created if result is not None else None,
                "failure": f"{result.failure.code}: {result.failure.message}" if result and result.failure else None,
            }
        )
    return rows


def _draw(one: Objective, state: str, *, verbose: bool) -> None:
    from azlin.views.human import HumanView
    from azlin.views.pen import Pen
    from azlin.views.rows import rows_of
    from azlin.views.words import clean

    pen = Pen(sys.stdout)
    pen.line((f"Objective {one.id}", "bold"), f" ({one.cloud}, {state})")
    pen.line(f"{one.request.at:%Y-%m-%d %H:%M:%S} UTC, {clean(one.request.actor)}: {clean(one.request.text)}", indent=2)
    if one.parent is not None:
        pen.line(f"belongs to objective {one.parent[:8]}", indent=2)
    if one.approval is not None and one.approval.how != "not-needed":
        approval = one.approval
        pen.line(
            f"approved by {clean(approval.by)}, {approval.at:%Y-%m-%d %H:%M:%S} UTC ({approval.how})"
            f", plan and price {approval.fingerprint}",
            indent=2,
        )
    for replaced in one.history:
        pen.line(f"an earlier plan was given up: {clean(replaced.why)}", indent=2)
    pen.line()
    HumanView(sys.stdout, sys.stdout, data=False, verbose=verbose).finish(one)
    if one.outcome is not None and one.outcome.results:
        pen.line()
        pen.table(rows_of(_operations(one)))
    sys.stdout.flush()
