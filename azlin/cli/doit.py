"""`azlin doit`: words in, an Objective out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args

import click

from azlin.agentic.terms import Allowed, Terms, agreed
from azlin.cli.output import Output, output_options
from azlin.errors import UsageRefused

Command = TypeVar("Command", bound=Callable[..., Any])
ALLOWED: tuple[str, ...] = get_args(Allowed)
CHAOS_HELP = "Random trouble while it runs, drawn from SEED; only in the sandbox."
STRATEGIES = ("azure-cli", "arm")


class Allows(click.ParamType[str]):
    """One or more of ALLOWED, between commas."""

    name = "destroys|over-budget|unpriced"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        for word in value.split(","):
            if word.strip() not in ALLOWED:
                self.fail(f"{word!r} is not one of {', '.join(ALLOWED)}.", param, ctx)
        return value


class Duration(click.ParamType[float]):
    """Seconds, as `setting_readers.duration` reads them."""

    name = "duration"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        from azlin.setting_readers import duration

        try:
            return duration(value)
        except ValueError as wanted:
            self.fail(f"{value!r} is not {wanted}.", param, ctx)


def time_options(command: Command) -> Command:
    """How long one operation, and the whole run, may take. Without a flag: what config.toml says under [run]."""
    for option in (
        click.option("--deadline", "deadline_s", type=Duration(), metavar="TIME",
                     help="Start nothing new after this time (exit 9); such as 2h."),
        click.option("--timeout", "timeout_s", type=Duration(), metavar="TIME",
                     help="How long one operation may take; such as 90s or 10m, the default."),
    ):  # fmt: skip
        command = option(command)
    return command


@click.command(epilog='Example: azlin doit "create 2 VMs named web1 and web2 in westeurope" --sandbox -n')
@click.argument("text", nargs=-1)
@click.option("-n", "--dry-run", is_flag=True, help="Show the plan, its price and exactly what would run. Run nothing.")
@click.option("--exit-code", is_flag=True, help="With -n: exit 10 if it would change something.")
@click.option("-y", "--yes", is_flag=True, help="Say yes to creates and changes. Never covers destroys or a budget.")
@click.option(
    "--allow",
    multiple=True,
    type=Allows(),
    metavar=Allows.name,
    help="Allow what --yes does not cover. Can be repeated.",
)
@click.option("--read-only", is_flag=True, help="Refuse any plan that is more than a look.")
@click.option("--strategy", type=click.Choice(STRATEGIES), help="What carries it out; azlin chooses when left out.")
@click.option("-g", "--resource-group", "group", metavar="GROUP", help="The resource group, if the text names none.")
@click.option("-l", "--location", metavar="REGION", help="The region, if the text names none.")
@click.option("--subscription", metavar="NAME|ID", help="The subscription to work in.")
@click.option("--max-operations", type=click.IntRange(min=0), metavar="N", help="Refuse a plan that does more.")
@click.option("--skip-cost-check", is_flag=True, help="Look up no prices. With a budget: needs --allow over-budget.")
@click.option("--sandbox", is_flag=True, envvar="AZLIN_SANDBOX", help="Do it in the Azure on this machine.")
@click.option("--no-input", is_flag=True, help="Ask nothing; stop where a question is open (exit 6).")
@click.option("--on-failure", type=click.Choice(["undo", "keep", "ask"]), default="keep", show_default=True,
              help="What to do with what was created, when an operation fails.")  # fmt: skip
@click.option("--no-wait", is_flag=True, help="After the yes, carry it out in the background (exit 8).")
@time_options
@click.option("--chaos", type=click.IntRange(min=0), metavar="SEED", help=CHAOS_HELP)
@click.option("--save", "save_path", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Save the plan and its price, for someone else to run.")  # fmt: skip
@click.option("--plan", "plan_path", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE",
              help="Run a plan that was saved, instead of a text.")  # fmt: skip
@output_options
def doit(text: tuple[str, ...], output: Output, **flags: Any) -> int:
    """Say what you want done in Azure.

    TEXT is plain words; quote it, or not. `-` reads it from standard input. azlin shows what will happen and what it
    costs, asks once, does it, and asks Azure whether it is so.
    """
    words = _text(text)
    terms = terms_of(flags)
    refuse_contradictions(words, terms)
    from azlin.cli.session import carry
    from azlin.cli.unfinished import tell_cut_off

    tell_cut_off()
    return carry(terms, output, lambda app, view, asker: app.doit(words, terms, view, asker))


def refuse_contradictions(text: str, terms: Terms) -> None:
    """Raise UsageRefused (exit 2) for flags that cannot both be meant."""
    planned = terms.plan_path is not None
    for wrong, what, fix in (
        (not text and not planned, "there is nothing to do: no text", 'azlin doit "create a vm called Sam"'),
        (text and planned, "--plan brings its own request; a text beside it contradicts it", "leave the text out"),
        (terms.exit_code and not terms.dry_run, "--exit-code says something only with -n", "add -n"),
        (terms.read_only and terms.yes, "--read-only and --yes contradict each other", "leave one out"),
        (terms.read_only and terms.allow, "--read-only and --allow contradict each other", "leave one out"),
        (
            terms.no_input and terms.on_failure == "ask",
            "--no-input and --on-failure ask contradict each other",
            "--on-failure undo, or --on-failure keep",
        ),
        (
            terms.no_wait and terms.on_failure == "ask",
            "--no-wait and --on-failure ask contradict each other: nobody is asked in the background",
            "--on-failure undo, or --on-failure keep",
        ),
        (terms.no_wait and terms.dry_run, "--no-wait and -n contradict each other: nothing runs", "leave one out"),
        (planned and terms.save_path, "--plan and --save contradict each other: it is saved already", "cp the file"),
        (planned and terms.skip_cost_check, "--plan brings its price with it; --skip-cost-check contradicts it", ""),
        (planned and (terms.group or terms.location), "--plan is fixed; -g and -l cannot change it", "plan again"),
    ):
        if wrong:
            raise UsageRefused(what, fix=fix)


def _text(words: tuple[str, ...]) -> str:
    """The words, or standard input for `-`."""
    if words != ("-",):
        return " ".join(words).strip()
    try:
        return sys.stdin.read().strip()
    except UnicodeDecodeError as unreadable:
        raise UsageRefused("standard input is not text", why=str(unreadable)) from None


def terms_of(flags: Mapping[str, Any], earlier: Mapping[str, Any] | None = None) -> Terms:
    """The terms that parsed flags mean, on top of `earlier` ones that the objective remembers; times that neither says
    are those of the settings. Each word of a repeated --allow counts once. Raises ConfigUnreadable."""
    words = [word.strip() for value in flags["allow"] for word in value.split(",")]
    return agreed({**_times(), **(earlier or {}), **_given(flags), "allow": tuple(dict.fromkeys(words))})


def _given(flags: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in flags.items() if value is not None}


def _times() -> dict[str, float | None]:
    from azlin.paths import Paths
    from azlin.settings import Settings

    run = Settings.load(Paths.from_environment()).run
    return {"timeout_s": run.timeout_s, "deadline_s": run.deadline_s}
