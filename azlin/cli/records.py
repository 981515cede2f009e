"""The records that the desk's commands read: the journal for reading only, and the names by which one says what is
meant."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from azlin.agentic.types import Objective
from azlin.errors import NotFound
from azlin.paths import Paths

if TYPE_CHECKING:
    from azlin.agentic.objective_manager import ObjectiveManager
    from azlin.gateways.journal import Journal

LAST = "last"


def identified(name: str, journal: Journal, *, made_something: bool = False) -> str:
    """The id that a word means: `last` is the newest objective (that made something which still exists), everything
    else is left to the journal, which takes a beginning of an id. Raises NotFound."""
    if name != LAST:
        return name
    for one in journal.objectives():
        asks = one.intent is not None and one.intent.family == "last-failure"  # about another, which is meant
        if not asks and (not made_something or journal.created(one.id)):
            return one.id
    what = "no objective made anything that still exists" if made_something else "nothing was asked for yet"
    raise NotFound(what, fix="azlin objective list")


@contextmanager
def records() -> Generator[tuple[Journal, ObjectiveManager]]:
    """The journal for reading only, and the objectives in it."""
    from azlin.agentic.objective_manager import ObjectiveManager
    from azlin.gateways.journal import Journal

    paths = Paths.from_environment()
    with Journal.read(paths) as journal:
        yield journal, ObjectiveManager(journal, paths, lambda sentence: click.echo(f"Note: {sentence}", err=True))


def state_of(one: Objective, journal: Journal) -> str:
    """The verdict; without one, whether somebody is carrying it out or it was cut off."""
    if one.outcome is not None:
        return one.outcome.verdict
    holder = journal.holder(one.id)
    return "running" if holder is not None and holder.alive else "cut off"
