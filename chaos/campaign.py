"""Which runs there are, and how one of them is carried out."""

from __future__ import annotations

import random
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from azlin.errors import AzlinError
from azlin.gateways.journal import Journal
from azlin.paths import Paths
from chaos.azure import Azure
from chaos.judge import Judged, judge
from chaos.lives import Case, Run, live, prepare

VARIANTS = ("quick", "slow", "held", "again", "replanned", "zombie", "azure-cli", "arm")
ZOMBIE_EVERY = 50
"""A zombie has to sleep for 33 s, so there are few."""


def cases(seed: int, runs: int, plan: str, *, only: str | None = None) -> list[Case]:
    """The runs of a seed. With `only`, so many of that variant, under the numbers that they have anyway."""
    found: list[Case] = []
    number = 0
    while len(found) < runs:
        one = _case(seed, number, plan)
        if only is None or only in _variants(one):
            found.append(one)
        number += 1
    return found


def _case(seed: int, number: int, plan: str) -> Case:
    draw = random.Random(f"{seed}/{number}")
    zombie = number % ZOMBIE_EVERY == 7
    pace = draw.choices(("quick", "slow", "held"), (45, 30, 25))[0]
    strategy = "azure-cli" if draw.random() < 0.15 and not zombie else "arm"
    kills = draw.choices((1, 2, 3), (75, 15, 10))[0]
    replanned = draw.random() < 0.25
    # Some end before the first call, and some during the conclusion.
    instant = draw.uniform(0.0, 1.03)
    if zombie:
        kills, replanned, instant = 1, False, draw.uniform(0.3, 0.9)
    return Case(seed, number, plan, strategy, pace, kills, replanned, zombie, instant)


def _variants(case: Case) -> set[str]:
    found = {case.pace, case.strategy}
    found |= {"again"} if case.kills > 1 else set()
    found |= {"replanned"} if case.replanned else set()
    return found | ({"zombie"} if case.zombie else set())


class Campaign:
    """All runs of one call. `whole_s` is how long a life takes that nobody cuts off, by strategy and pace."""

    def __init__(self, azure: Azure, root: Path, *, keep: bool) -> None:
        self.whole_s: dict[tuple[str, str], float] = {}
        self.undisturbed: list[Judged] = []
        self._azure = azure
        self._root = root
        self._keep = keep
        self._printing = threading.Lock()

    def measure(self, wanted: list[Case], jobs: int) -> None:
        """One run of each kind without a kill, so many at a time as later: how long it takes, and that it ends well
        when nobody disturbs it."""
        kinds = sorted({(case.strategy, case.pace) for case in wanted})
        # Twice the number that run at a time, so that none is measured alone.
        kinds = kinds * -(-2 * jobs // len(kinds))
        first = wanted[0]
        undisturbed = [
            replace(first, number=900 + number, strategy=strategy, pace=pace, kills=0, replanned=False, zombie=False)
            for number, (strategy, pace) in enumerate(kinds)
        ]
        with ThreadPoolExecutor(jobs) as hands:
            for case, whole_s in zip(undisturbed, hands.map(self._measure, undisturbed), strict=True):
                kind = case.strategy, case.pace
                self.whole_s[kind] = max(whole_s, self.whole_s.get(kind, 0.0))

    def _measure(self, case: Case) -> float:
        run = prepare(case, self._azure, self._root)
        live(run, self._azure, None)
        whole_s = run.last.ended_at - run.last.at
        judged = self._judged(run)
        self.undisturbed.append(judged)
        print(f"without a kill, {case.strategy} {case.pace}: {whole_s:.1f} s, {_words(judged)}", flush=True)
        return whole_s

    def run(self, case: Case) -> tuple[Case, Run, Judged]:
        run = prepare(case, self._azure, self._root)
        try:
            live(run, self._azure, self.whole_s[case.strategy, case.pace])
        except AzlinError as broken:
            run.notes.append(f"not over: {type(broken).__name__}: {broken}")
        judged = self._judged(run)
        if judged.complaints:
            with self._printing:
                print(f"run {case.number} ({case.words}; {[death.where for death in run.deaths]}): {_words(judged)}")
                print(
                    f"  again: python -m chaos --seed {case.seed} --number {case.number} --plan {case.plan} --keep",
                    flush=True,
                )
        return case, run, judged

    def _judged(self, run: Run) -> Judged:
        if run.objective is not None:
            with Journal.read(Paths(run.home)) as journal:
                run.filed = journal.load(run.objective)
                run.history = journal.history(run.objective)
        self._azure.clear_faults(run.case.prefix)
        judged = judge(run, self._azure)
        if not self._keep:
            for group in ("a", "b", "old"):
                self._azure.remove(run.case.prefix + group)
            if not judged.complaints:
                shutil.rmtree(run.home, ignore_errors=True)
        return judged


def _words(judged: Judged) -> str:
    """The verdict and the first complaints of each kind."""
    lines = [f"{judged.verdict or '?'} (exit {judged.code})"]
    for kind, complaints in judged.complaints.items():
        lines += [f"    {kind}: {one}" for one in complaints[:4]]
        lines += [f"    {kind}: and {len(complaints) - 4} more"] if len(complaints) > 4 else []
    return "\n".join(lines)
