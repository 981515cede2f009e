"""`azlin drift`: whether what a finished request made still stands as desired, and what it costs now."""

from __future__ import annotations

import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from azlin.agentic.terms import Terms
from azlin.cli.output import Output, output_options
from azlin.cli.records import identified, records
from azlin.cli.unfinished import tell_cut_off

if TYPE_CHECKING:
    from azlin.agentic.drift import Costs, Drift, Thing
    from azlin.agentic.types import Monthly
    from azlin.gateways.journal import Journal
    from azlin.views.pen import Pen

WORDS = {
    "as-desired": ("ok", "as desired"),
    "changed": ("~", "changed"),
    "gone": ("-", "gone"),
    "back": ("+", "came back"),
    "removed": ("ok", "removed by azlin itself"),
    "unreadable": ("?", "cannot be seen"),
    "unknown": ("?", "unknown"),
    "not-done": ("...", "not done"),
}
"""How a thing stands → the sign and the words for people."""


@click.command()
@click.argument("name", metavar="ID")
@click.option("--exit-code", is_flag=True, help="Exit 10 if anything drifted.")
@click.option("--sandbox", is_flag=True, help="Refuse (exit 2) unless it belongs to the sandbox.")
@output_options
def drift(name: str, exit_code: bool, sandbox: bool, output: Output) -> int:
    """Ask Azure whether what was made still stands as desired, and what it costs now. Changes nothing.

    ID is the beginning of an objective's id, or `last`, the latest that made something. What azlin itself changed or
    removed since is no drift. `azlin objective mend ID` makes it again as it was wanted.

    \b
    Exit codes: 0 Azure answered for everything (with --exit-code: and nothing
    drifted) · 10 something drifted (--exit-code) · 1 something could not be asked
    about · 3 it changed nothing · 4 sign-in needed · 6 it was never carried out ·
    7 it was not carried out to its end · 8 it is still being carried out
    """
    from azlin.cli.ask import Keyboard
    from azlin.cli.session import open_app

    terms = Terms(sandbox=sandbox, no_input=True)
    with records() as (journal, _):
        whole_id = meant(name, journal)
    tell_cut_off()
    found = open_app(terms).drift(whole_id, terms, Keyboard(no_input=True))
    code = found.exit_code(tell=exit_code)
    if output.form is None:
        _draw(found, verbose=output.verbose)
    else:
        whole = output.form in ("json", "jsonl", "yaml") or output.expression is not None
        output.put(_document(found, code) if whole else [_row(thing) for thing in found.things])
    return code


def meant(name: str, journal: Journal) -> str:
    """The whole id of the objective whose things are meant: that of a mending is the one that was mended."""
    one = journal.load(identified(name, journal, made_something=True))
    mends = one.intent is not None and one.intent.family == "mend"
    return (one.parent if mends else None) or one.id


def _document(found: Drift, code: int) -> dict[str, Any]:
    """The whole answer, with what follows from it."""
    from azlin.views.document import plain

    document: dict[str, Any] = plain(found)
    drifted = {"drifted": [thing.operation for thing in found.drifted], "exit_code": code}
    return {**document, **drifted}


def _row(thing: Thing) -> dict[str, Any]:
    return {
        "operation": thing.operation,
        "type": thing.type,
        "name": thing.name,
        "group": thing.group,
        "state": thing.state,
        "settings": ", ".join(setting.path for setting in thing.settings),
        "quoted": thing.quoted,
        "costs": thing.costs,
        "why": thing.why,
    }


def _draw(found: Drift, *, verbose: bool) -> None:
    from azlin.views.pen import Pen

    pen = Pen(sys.stdout)
    pen.line((f"Objective {found.objective[:8]}", "bold"), f" ({found.cloud}): {found.request}")
    standing = [thing for thing in found.things if thing.state == "as-desired" and not thing.why]
    shown = list(found.things) if verbose else [thing for thing in found.things if thing not in standing]
    cells = [_cells(thing) for thing in shown]
    pen.columns([cell for cell, _ in cells], [style for _, style in cells])
    for thing in shown:
        if thing.settings:
            _draw_settings(pen, thing)
    pen.line(_counted(found, len(standing)))
    _draw_costs(pen, found.costs)
    for place, step in enumerate(found.next_steps):
        pen.command(f"{'next' if place == 0 else '  or'} {step}", indent=2)
    sys.stdout.flush()


def _cells(thing: Thing) -> tuple[list[str], str]:
    from azlin.views.words import clean

    sign, words = WORDS[thing.state]
    style = {"~": "yellow", "-": "red", "+": "red", "?": "yellow"}.get(sign, "")
    kind = thing.type.partition("/")[2] or thing.type
    return [sign, words, kind, clean(thing.name), clean(thing.why)], style


def _draw_settings(pen: Pen, thing: Thing) -> None:
    from azlin.views.words import compact

    pen.line((f"{thing.name}", "bold"), ":", indent=2)
    for setting in thing.settings:
        there = "absent" if setting.found is None else compact(setting.found)
        wanted = "absent" if setting.wanted is None else compact(setting.wanted)
        pen.line(f"{setting.path} is {there}, wanted {wanted}", indent=4)


def _counted(found: Drift, standing: int) -> str:
    """One sentence with the whole truth in it."""
    counts = {words: sum(thing.state == state for thing in found.things) for state, (_, words) in WORDS.items()}
    counts["as desired"] = standing
    later = sum(thing.state == "as-desired" for thing in found.things) - standing
    counts["as azlin itself wanted later"] = later
    parts = [f"{count} {words}" for words, count in counts.items() if count and words != "as desired"]
    return "; ".join([f"{standing} of {len(found.things)} as desired", *parts])


def _draw_costs(pen: Pen, costs: Costs) -> None:
    if (costs.quoted, costs.now, costs.unpriced_then, costs.unpriced_now) == (None, None, (), ()):
        return  # it made nothing
    now, quoted = _amount(costs.now, costs.currency), _amount(costs.quoted, costs.currency)
    line = f"Price of what it made: {now} now, {quoted} when it was asked for"
    if costs.now is not None and costs.quoted is not None and costs.now.expected != costs.quoted.expected:
        line += f" ({_signed(costs.now.expected - costs.quoted.expected, costs.currency)})"
    pen.line(line)
    for when, unpriced in (("then", costs.unpriced_then), ("now", costs.unpriced_now)):
        for one in unpriced:
            pen.line(f"no price {when}: {f'{one.operation}: ' if one.operation else ''}{one.reason}", indent=2)


def _amount(monthly: Monthly | None, currency: str) -> str:
    from azlin.views.words import money

    return "unknown" if monthly is None else f"{money(monthly.expected, currency)} a month"


def _signed(amount: Decimal, currency: str) -> str:
    from azlin.views.words import money

    return f"{'+' if amount > 0 else ''}{money(amount, currency)}"
