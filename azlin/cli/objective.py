"""`azlin objective`: what was asked for, how it ended, and going on with it, undoing it or forgetting it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from azlin.agentic.types import Objective
from azlin.cli.doit import CHAOS_HELP, STRATEGIES, Allows, terms_of, time_options
from azlin.cli.output import Output, output_options
from azlin.cli.records import identified, records, state_of
from azlin.cli.unfinished import tell_cut_off
from azlin.errors import AzlinError, StillRunning, Undecided, UsageRefused
from azlin.paths import Paths

if TYPE_CHECKING:
    from azlin.gateways.journal import Journal

Command = TypeVar("Command", bound=Callable[..., Any])


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def objective() -> None:
    """See, watch, resume, cancel, undo, mend or delete what was asked for. ID is the beginning of an id, or `last`."""


@objective.command("list")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Only the newest N.")
@output_options
def list_(limit: int | None, output: Output) -> None:
    """What was asked for, the newest first."""
    with records() as (journal, objectives):
        lines = [_line(one, journal, short=output.form is None) for one in objectives.list(limit)]
        damaged = objectives.damaged()
    tell_cut_off()
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
    with records() as (journal, objectives):
        found = objectives.show(identified(name, journal))
        state = state_of(found, journal)
    tell_cut_off()
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
            click.option("--no-wait", is_flag=True, help="After the yes, carry it out in the background (exit 8)."),
            time_options,
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
    with records() as (journal, _):
        whole_id = identified(name, journal, made_something=True)
    return carry(terms, output, lambda app, view, asker: app.undo(whole_id, terms, view, asker))


@objective.command()
@click.argument("name", metavar="ID")
@click.option("-n", "--dry-run", is_flag=True, help="Show what would be changed. Run nothing.")
@_run_options
@output_options
def mend(name: str, output: Output, **flags: Any) -> int:
    """Make it again as an objective wanted it, where `azlin drift` found it otherwise. Touches nothing else."""
    from azlin.cli.drift import meant
    from azlin.cli.session import carry

    terms = terms_of(flags)
    with records() as (journal, _):
        whole_id = meant(name, journal)
    return carry(terms, output, lambda app, view, asker: app.mend(whole_id, terms, view, asker))


@objective.command()
@click.argument("name", metavar="ID", required=False)
@click.option("--all", "every", is_flag=True, help="Everything that was cut off and that nobody is carrying out.")
@click.option("--on-failure", type=click.Choice(["undo", "keep", "ask"]),
              help="What to do with what was created, when an operation fails; left out: as asked first.")  # fmt: skip
@click.option("--with", "changes", multiple=True, metavar="NAME=VALUE",
              help="Change what failed: size=SIZE, zone=N, name=NAME, register=NAMESPACE. Planned and priced anew."
              )  # fmt: skip
@_run_options
@output_options
def resume(name: str | None, every: bool, output: Output, **flags: Any) -> int:
    """Go on with an objective from where it stands. Azure is asked first; nothing is done twice.

    It keeps to what was asked of it at first (--strategy, --on-failure, --timeout, --deadline, the region …), unless a
    flag says otherwise. A deadline begins anew.
    """
    if every == (name is not None):
        raise UsageRefused("resume needs an ID, or --all, and not both", fix="azlin objective list")
    flags["changes"] = _changes(flags["changes"], every=every)
    with records() as (journal, objectives):
        found = objectives.resumable() if name is None else [journal.load(identified(name, journal))]
    if every:
        return _resume_all(found, flags, output)
    if flags["changes"] and found[0].outcome is not None and found[0].outcome.verdict == "achieved":
        raise UsageRefused(f"objective {found[0].id[:8]} is done; --with changes what failed", fix="leave --with out")
    return _resume(found[0], flags, output)


@objective.command()
@click.argument("name", metavar="ID")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
def delete(name: str, yes: bool) -> None:
    """Forget an objective. What it made stays in Azure, and its story in the audit log."""
    from azlin.agentic.approver import Question
    from azlin.agentic.objective_manager import ObjectiveManager
    from azlin.cli.ask import Keyboard
    from azlin.gateways.journal import Journal

    with records() as (journal, _):
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


def _resume(one: Objective, flags: dict[str, Any], output: Output) -> int:
    from azlin.cli.session import carry

    terms = terms_of(flags, one.terms)
    return carry(terms, output, lambda app, view, asker: app.resume(one.id, terms, view, asker))


def _resume_all(found: list[Objective], flags: dict[str, Any], output: Output) -> int:
    """One after the other, the oldest first. The exit code is that of the first that did not end well; data comes once,
    as a list. What somebody else took up meanwhile is named and left to him (exit 8); so is, without harm to the exit
    code, what Azure refused for a reason that does not pass: a timer would have it refused again and again."""
    from azlin.agentic.objective_manager import refusal
    from azlin.cli.session import carry
    from azlin.views.document import shape

    codes, ended = [0], list[Any]()
    for one in reversed(found):

        def go_on(app: Any, view: Any, asker: Any, one: Objective = one) -> Objective:
            done: Objective = app.resume(one.id, terms_of(flags, one.terms), view, asker)
            ended.append(shape(done))
            return done

        if (no := refusal(one)) is not None:
            click.echo(f"Left alone: {one.id[:8]}, {no.code}: azlin objective resume {one.id[:8]}", err=True)
            continue
        click.echo(f"Resuming {one.id[:8]}: {one.request.text}", err=True)
        try:
            codes.append(
                carry(terms_of(flags, one.terms), Output(verbose=output.verbose), go_on, data=output.form is None)
            )
        except StillRunning as elsewhere:
            click.echo(f"{elsewhere.what}; {elsewhere.why}\n  fix  {elsewhere.fix}", err=True)
            codes.append(elsewhere.exit_code)
        except AzlinError as stopped:
            click.echo(f"{one.id[:8]} could not be resumed: {stopped.what}\n  fix  {stopped.fix}", err=True)
            codes.append(stopped.exit_code)
    if not found:
        click.echo("Nothing was cut off.", err=True)
    if output.form is not None:
        output.put(ended)
    return next((code for code in codes if code), 0)


def _changes(said: tuple[str, ...], *, every: bool) -> dict[str, str]:
    """`size=Standard_D2s_v5` as a pair."""
    if said and every:
        raise UsageRefused("--with changes one objective, not --all", fix="azlin objective resume ID --with …")
    pairs = [one.partition("=") for one in said]
    if wrong := ["".join(pair) for pair in pairs if not pair[0].strip() or not pair[2].strip()]:
        raise UsageRefused(
            f"--with {wrong[0]} does not say what to change, and to what", fix="--with size=Standard_D2s_v5"
        )
    return {name.strip(): value.strip() for name, _, value in pairs}


def _line(one: Objective, journal: Journal, *, short: bool) -> dict[str, Any]:
    return {
        "id": one.id[:8] if short else one.id,
        "at": one.request.at.strftime("%Y-%m-%d %H:%M") if short else one.request.at,
        "cloud": one.cloud,
        "state": state_of(one, journal),
        "request": one.request.text,
    } | ({} if short else {"parent": one.parent, "actor": one.request.actor, "next_step": one.next_step})


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


def _join() -> None:
    """The commands that look at a run from outside live in a module of their own."""
    from azlin.cli import watching

    objective.add_command(watching.watch)
    objective.add_command(watching.cancel)


_join()
