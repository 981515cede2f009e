"""Handing an approved objective to a process of its own, so that nobody has to wait for it.

Nothing falls between the two. This process keeps the lease until the new one has taken it over, in one commit of the
journal; until then nothing was sent to Azure, and after it this process can write nothing more. Only then does the
caller hear that it runs; whatever went wrong before that is told instead.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from azlin.agentic.conclusion import EXIT_CODES
from azlin.agentic.terms import Terms
from azlin.agentic.types import Objective, Outcome, Value
from azlin.errors import RunnerNotStarted
from azlin.gateways import detached
from azlin.gateways.detached import Detached
from azlin.gateways.journal import Holder, Journal
from azlin.paths import Paths

TAKEN_WITHIN_S = 20.0
"""How long a new process may take to begin; a busy machine needs a few seconds."""

POLL_S = 0.02


class Orders(Value, frozen=True):
    """What the new process is told: which objective, from whom (the fence of its lease), on what terms, and the texts
    of the secrets, which are never kept. It goes through a pipe (`as_bytes`, `read`) and nowhere else."""

    objective: str
    fence: int
    terms: Terms
    secrets: dict[str, str]

    def as_bytes(self) -> bytes:
        return msgspec.json.encode(self, enc_hook=str)

    @classmethod
    def read(cls, told: bytes) -> Orders:
        """Raises ValueError for orders that were cut off: whoever gave them died while giving them."""
        return msgspec.json.decode(told, type=cls, dec_hook=lambda kind, value: kind(value))

    def __repr__(self) -> str:
        return f"Orders({self.objective!r}, fence={self.fence})"


def orders(objective: Objective, fence: int, terms: Terms, secrets: dict[str, str]) -> Orders:
    """The same terms, without what is over with the yes, or needs somebody at a keyboard."""
    alone = replace(terms, no_wait=False, no_input=True, dry_run=False, save_path=None, plan_path=None)
    return Orders(objective=objective.id, fence=fence, terms=alone, secrets=secrets)


def log_of(objective_id: str, paths: Paths) -> Path:
    """Where a process in the background writes what it says."""
    return paths.runs / f"{objective_id}.log"


def hand_over(objective: Objective, given: Orders, program: Sequence[str], paths: Paths, journal: Journal) -> Objective:
    """Start the process and return when it has taken the lease: the objective with the Outcome `running`, which is not
    filed; with its own Outcome, if it is over already. Raises RunnerNotStarted and StateUnwritable: nothing ran, and
    the lease is still ours."""
    home = {"AZLIN_HOME": str(paths.home.absolute())}
    runner = detached.start([*program, objective.id], given.as_bytes(), log_of(objective.id, paths), home)
    try:
        holder = _taken(runner, given, journal)
    except BaseException:
        runner.kill()
        raise
    if holder.alive:
        return replace(objective, outcome=_running(objective, runner))
    ended = journal.load(objective.id)
    return ended if ended.outcome is not None else replace(objective, outcome=_gone(objective, runner))


def _taken(runner: Detached, given: Orders, journal: Journal) -> Holder:
    late_at = time.monotonic() + TAKEN_WITHIN_S
    while True:
        ended = runner.ended()  # before the question: one that took the lease and then ended has taken it
        holder = journal.holder(given.objective)
        if holder is not None and holder.pid == runner.pid and holder.fence > given.fence:
            return holder
        if ended is not None or time.monotonic() > late_at:
            how = f"it had not begun after {TAKEN_WITHIN_S:.0f} s" if ended is None else f"it ended with code {ended}"
            said = runner.last_words()
            raise RunnerNotStarted(
                "the process that was to carry it out did not begin; nothing ran",
                why=f"{how}: {said}" if said else how,
                fix=f"azlin objective resume {given.objective[:8]}   (carries it out in this terminal)",
            )
        time.sleep(POLL_S)


def _running(objective: Objective, runner: Detached) -> Outcome:
    short = objective.id[:8]
    return Outcome(
        verdict="running",
        summary=f"pid {runner.pid} carries it out in the background; what it says is in {runner.log}",
        exit_code=EXIT_CODES["running"],
        next_steps=(f"azlin objective watch {short}", f"azlin objective cancel {short}"),
    )


def _gone(objective: Objective, runner: Detached) -> Outcome:
    return Outcome(
        verdict="partly",
        summary=f"pid {runner.pid} took it over and was gone at once ({runner.last_words() or 'without a word'});"
        " what it began is in the journal",
        exit_code=EXIT_CODES["partly"],
        next_steps=(f"azlin objective resume {objective.id[:8]}",),
    )
