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
from chaos.lives import Case, Run, go_on, live, prepare

VARIANTS = ("quick", "slow", "held", "again", "replanned", "zombie", "azure-cli", "arm")
MISSED_MAX = 3
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
    """All runs of one call. `whole_s` is how long a life takes that nobody cuts off, by strategy and pace, `story`
    how many events it tells."""

    def __init__(self, azure: Azure, root: Path, *, keep: bool) -> None:
        self.whole_s: dict[tuple[str, str], float] = {}
        self.story: dict[tuple[str, str], int] = {}
        self.undisturbed: list[Judged] = []
        self._azure = azure
        self._root = root
        self._keep = keep
        self._ended = 0
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
        self.story[case.strategy, case.pace] = run.last.out.count("\n")
        judged = self._judged(run)
        self.undisturbed.append(judged)
        print(f"without a kill, {case.strategy} {case.pace}: {whole_s:.1f} s, {_words(judged)}", flush=True)
        return whole_s

    def troubled(self, case: Case) -> tuple[Case, Run, Judged]:
        """A run that has random trouble instead of a kill: after it nothing untrue may be said, then it goes on."""
        run = prepare(case, self._azure, self._root)
        live(run, self._azure, None)
        first = self._look(run)
        go_on(run)
        judged = self._judged(run)
        judged.untrue += [f"under the trouble: {line}" for line in first.untrue]
        judged.damaged += [f"trouble was left: {one}" for one in self._azure.trouble_left()]
        self._tell(case, judged, f"exit {first.code} under the trouble")
        return case, run, judged

    def run(self, case: Case) -> tuple[Case, Run, Judged]:
        run = self._killed(case)
        for _ in range(MISSED_MAX):
            if case.zombie or not run.deaths or run.deaths[0].where != "after the end":
                break
            # The machine has become faster: it was over before the kill. Once more, by how long it takes now.
            self.whole_s[case.strategy, case.pace] = run.lives[0].ended_at - run.lives[0].at
            self._clear(run)
            run = self._killed(case)
        judged = self._judged(run)
        self._tell(case, judged, str([death.where for death in run.deaths]))
        return case, run, judged

    def _killed(self, case: Case) -> Run:
        run = prepare(case, self._azure, self._root)
        kind = case.strategy, case.pace
        try:
            live(run, self._azure, self.whole_s[kind], self.story.get(kind, 0))
        except AzlinError as broken:
            run.notes.append(f"not over: {type(broken).__name__}: {broken}")
        return run

    def _clear(self, run: Run) -> None:
        self._azure.clear_faults(run.case.prefix)
        for group in ("a", "b", "old"):
            self._azure.remove(run.case.prefix + group)

    def _tell(self, case: Case, judged: Judged, how: str) -> None:
        self._ended += 1
        if self._ended % 25 == 0:
            print(f"{self._ended} runs", flush=True)
        if not judged.complaints:
            return
        again = f"--seed {case.seed} --number {case.number} --plan {case.plan} --keep"
        if case.trouble is not None:
            again = f"--runs 0 --troubled 1 --seed {case.trouble} --keep"
        with self._printing:
            print(f"run {case.number} ({case.words}; {how}): {_words(judged)}")
            print(f"  again: python -m chaos {again}", flush=True)

    def _look(self, run: Run) -> Judged:
        if run.objective is not None:
            with Journal.read(Paths(run.home)) as journal:
                run.filed = journal.load(run.objective)
                run.history = journal.history(run.objective)
        return judge(run, self._azure)

    def _judged(self, run: Run) -> Judged:
        self._azure.clear_faults(run.case.prefix)
        judged = self._look(run)
        if not self._keep:
            self._clear(run)
            if not judged.complaints:
                shutil.rmtree(run.home, ignore_errors=True)
        return judged


def troubled_cases(seed: int, runs: int) -> list[Case]:
    """A run for each seed of trouble, from this one on."""
    return [
        Case(
            seed, number, "small", "arm", "quick", 0, replanned=False, zombie=False, instant=0.0, trouble=seed + number
        )
        for number in range(runs)
    ]


def _words(judged: Judged) -> str:
    """The verdict and the first complaints of each kind."""
    lines = [f"{judged.verdict or '?'} (exit {judged.code})"]
    for kind, complaints in judged.complaints.items():
        lines += [f"    {kind}: {one}" for one in complaints[:4]]
        lines += [f"    {kind}: and {len(complaints) - 4} more"] if len(complaints) > 4 else []
    return "\n".join(lines)
