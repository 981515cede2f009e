"""A word about objectives that were cut off: whoever types the next command is told, and told how to go on."""

from __future__ import annotations

import click

from azlin.agentic.types import Value
from azlin.errors import AzlinError
from azlin.paths import Paths


class CutOff(Value, frozen=True):
    """Objectives whose runner died: their ids, the latest first, and how long ago that one was last heard of."""

    ids: tuple[str, ...]
    age_s: float

    @property
    def sentence(self) -> str:
        if len(self.ids) == 1:
            return f"objective {self.ids[0][:8]} was cut off {ago(self.age_s)}"
        return f"{len(self.ids)} objectives were cut off, the last one {ago(self.age_s)}"

    @property
    def command(self) -> str:
        return f"azlin objective resume {self.ids[0][:8] if len(self.ids) == 1 else '--all'}"


def cut_off(paths: Paths) -> CutOff | None:
    """What was cut off and is carried out by nobody; None if nothing. Costs a look at one file, and nothing where
    there is no journal. Raises StateDamaged, StateUnwritable."""
    if not paths.journal.exists():
        return None
    from azlin.gateways.journal import Journal

    with Journal.read(paths) as journal:
        found = journal.cut_off()
    return CutOff(ids=tuple(name for name, _ in found), age_s=found[0][1].heartbeat_age_s) if found else None


def tell_cut_off() -> None:
    """Say it on stderr, in one line. A journal that cannot be read is told by the command itself, not here."""
    try:
        found = cut_off(Paths.from_environment())
    except AzlinError:
        return
    if found is not None:
        click.echo(f"Note: {found.sentence}: {found.command}", err=True)


def ago(seconds: float) -> str:
    """`3 minutes ago`."""
    for size_s, name in ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size_s:
            count = int(seconds // size_s)
            return f"{count} {name}{'' if count == 1 else 's'} ago"
    return "just now"
