"""The lives and deaths of one run: `azlin doit`, a kill at some instant, `azlin objective resume` until it is over."""

from __future__ import annotations

import fcntl
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from azlin.agentic.types import Objective
from azlin.gateways.journal import Entry, Journal, Moment
from azlin.paths import Paths
from chaos import handing
from chaos.azure import Azure, Request
from chaos.plans import PLANS, Draft

AZLIN = [sys.executable, "-P", "-m", "azlin.cli.main"]
SHARED = ("sandbox", "az")
"""What all homes have in common: the sandbox, and the resident az."""
RESUMES_MAX = 8
LIFE_MAX_S = 240.0
SILENCE_S = 33.0
"""Longer than the journal believes a silent runner (30 s)."""


@dataclass(frozen=True)
class Case:
    """What one run is: everything follows from the seed and the number."""

    seed: int
    number: int
    plan: str
    strategy: str
    pace: str
    """quick, slow (long-running operations) or held (requests are carried out late)."""
    kills: int
    replanned: bool
    zombie: bool
    instant: float
    """When the first life ends, as a part of how long a life takes that is not cut off."""
    trouble: int | None = None
    """The seed of `--chaos` for the first life, which then nobody kills."""
    by_events: bool = False
    """Kill after so much of the story was told, not after so much time: the same on a slow machine."""

    @property
    def prefix(self) -> str:
        return f"c{self.seed:x}{self.number:03d}"

    def draw(self, what: str) -> random.Random:
        return random.Random(f"{self.seed}/{self.number}/{what}")

    @property
    def words(self) -> str:
        more = [f"{self.kills} kills"] if self.kills > 1 else []
        more += ["planned again"] if self.replanned else []
        more += ["zombie"] if self.zombie else []
        if self.trouble is not None:
            return " ".join([self.strategy, f"chaos {self.trouble}", *more])
        return " ".join([self.strategy, self.pace, *more, f"at {self.instant:.2f}"])


@dataclass
class Death:
    """Where a kill landed."""

    after_s: float
    where: str
    under_way: dict[str, int] = field(default_factory=dict[str, int])


@dataclass
class Life:
    """One process of azlin. `at` is when it was started, `code` None for one that was killed; `out` and `err` are where
    its words are kept."""

    argv: list[str]
    at: float
    out_path: Path
    err_path: Path
    ended_at: float = 0.0
    code: int | None = None

    @property
    def out(self) -> str:
        return self.out_path.read_text(errors="replace")

    @property
    def err(self) -> str:
        return self.err_path.read_text(errors="replace")


@dataclass
class Run:
    case: Case
    home: Path
    draft: Draft
    began_at: float = 0.0
    objective: str | None = None
    lives: list[Life] = field(default_factory=list[Life])
    deaths: list[Death] = field(default_factory=list[Death])
    thawed_at: float | None = None
    settled_at: float | None = None
    """When the life that took over from a zombie had ended."""
    filed: Objective | None = None
    history: list[Moment] = field(default_factory=list[Moment])
    notes: list[str] = field(default_factory=list[str])

    @property
    def last(self) -> Life:
        return self.lives[-1]


def prepare(case: Case, azure: Azure, root: Path) -> Run:
    """A home, what must be there, the trouble of this run, and the plan file."""
    home = root / f"{case.prefix}"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(mode=0o700)
    for name in SHARED:
        (home / name).symlink_to(azure.home / name)
    (home / ".azure").mkdir()
    draft = PLANS[case.plan](case.prefix, azure.subscription, azure.principal)
    for ref, body in draft.before:
        azure.make(ref, body)
    handing.write(home / "plan.json", draft.operations, azure.instance.cloud())
    _trouble(case, azure)
    return Run(case, home, draft, began_at=time.time())


def _trouble(case: Case, azure: Azure) -> None:
    draw = case.draw("trouble")
    if case.pace == "slow":
        for method in ("PUT", "DELETE", "POST"):
            # A fault that delays makes a real long-running operation of it.
            azure.fault(
                method=method, name=f"*{case.prefix}*", latency_s=round(draw.uniform(0.2, 0.6), 2), by=case.prefix
            )
    elif case.pace == "held":
        hold_s = round(draw.uniform(0.1, 0.8), 2)
        for method in ("PUT", "DELETE", "POST"):
            if not azure.fault(method=method, path=f"*/{case.prefix}*", hold_s=hold_s, by=case.prefix):
                raise SystemExit("this sandbox cannot hold requests")


def live(run: Run, azure: Azure, whole_s: float | None, story: int = 0) -> None:
    """Carry a run out with its deaths; `whole_s` is how long a life takes and `story` how many events it tells; None
    lets the first live to its end."""
    if whole_s is None:
        _end(run, _born(run), None)
        return
    draw = run.case.draw("again")
    if run.case.zombie:
        _zombie(run, azure, round(run.case.instant * story))
    else:
        _cut(run, azure, run.case.instant * whole_s)
        for _ in range(run.case.kills - 1):
            _cut(run, azure, draw.uniform(0.0, 0.8) * whole_s)
    if run.case.replanned and run.objective is not None:
        handing.plan_again(run.home, run.objective, run.case.draw("plan"))
    go_on(run)


def go_on(run: Run) -> None:
    """Resume until it is over: achieved, or the same words again."""
    told: list[str] = []
    for _ in range(RESUMES_MAX):
        if run.lives and run.last.code is not None and run.objective is not None and _over(run, told):
            return
        _end(run, _born(run), None)
    run.notes.append(f"not over after {RESUMES_MAX} resumes")


def _over(run: Run, told: list[str]) -> bool:
    """Whether going on again would change nothing: achieved, or twice the same words."""
    if run.last.code == 0:
        return True
    said = outcome_of(run.last)
    told.append(json.dumps([said.get("verdict"), said.get("summary")]))
    return len(told) > 1 and told[-1] == told[-2]


def _born(run: Run) -> subprocess.Popen[bytes]:
    """Start azlin: to go on where there is something on file, else from the beginning."""
    run.objective = run.objective or _objective(run.home)
    how = ["--yes", "--allow", "destroys", "--no-input", "-o", "jsonl", "--strategy", run.case.strategy]
    if run.objective is None:
        words = ["doit", "--plan", str(run.home / "plan.json"), "--sandbox", *how]
    else:
        words = ["objective", "resume", run.objective, *how]
    if run.case.trouble is not None and not run.lives:
        words += ["--chaos", str(run.case.trouble)]
    number = sum(path.suffix == ".out" for path in run.home.iterdir())
    out, err = (run.home / f"life{number}.{name}" for name in ("out", "err"))
    keep = {name: value for name, value in os.environ.items() if not name.startswith(("AZURE_", "AZLIN_", "ARM_"))}
    with out.open("wb") as out_file, err.open("wb") as err_file:
        run.lives.append(Life(words, time.time(), out, err))
        return subprocess.Popen(
            [*AZLIN, *words],
            env={**keep, "AZLIN_HOME": str(run.home), "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=out_file,
            stderr=err_file,
            start_new_session=True,
        )


def _end(run: Run, process: subprocess.Popen[bytes], after_s: float | None) -> bool:
    """Wait for a life to end, or end it; whether it was killed."""
    life = run.last
    try:
        process.wait(LIFE_MAX_S if after_s is None else max(0.0, life.at + after_s - time.time()))
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        if after_s is None:
            run.notes.append(f"a life did not end within {LIFE_MAX_S:.0f} s")
    life.ended_at = time.time()
    life.code = None if process.returncode == -signal.SIGKILL else process.returncode
    run.objective = run.objective or _objective(run.home)
    return life.code is None


def _cut(run: Run, azure: Azure, after_s: float) -> None:
    if run.lives and run.last.code == 0:
        return
    process = _born(run)
    if run.case.by_events:
        a_moment_s = run.case.draw(f"life {len(run.lives)}").uniform(0.0, 0.03)
        after_s = _told(process, run.last, round(after_s)) - run.last.at + a_moment_s
    killed = _end(run, process, after_s)
    where, under_way = _place(run, azure) if killed else ("after the end", {})
    run.deaths.append(Death(after_s, where, under_way))


def _told(process: subprocess.Popen[bytes], life: Life, events: int) -> float:
    """Wait until a life has told so many events, or is over; the time when it had."""
    while process.poll() is None and life.out_path.read_bytes().count(b"\n") < events:
        time.sleep(0.002)
    return time.time()


def _zombie(run: Run, azure: Azure, events: int) -> None:
    """Stop the first runner in the middle, let a second take over when it has been silent for long, then let the first
    go on."""
    process = _born(run)
    after_s = _told(process, run.last, events) - run.last.at
    _stop(process, run.home)
    run.objective = run.objective or _objective(run.home)
    where, under_way = _place(run, azure)
    gone = process.poll() is not None
    run.deaths.append(Death(after_s, "after the end" if gone else where, under_way))
    if run.objective is not None and not gone:
        time.sleep(SILENCE_S)
        zombie = run.lives.pop()
        _end(run, _born(run), None)
        _end(run, _born(run), None)
        run.lives.insert(0, zombie)
        run.settled_at = time.time()
        time.sleep(1.0)
        run.thawed_at = time.time()
    process.send_signal(signal.SIGCONT)
    try:
        process.wait(60.0)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        run.notes.append("the zombie did not end within 60 s")
    run.lives[0].code = process.returncode
    run.lives[0].ended_at = time.time()
    if run.objective is None:
        run.objective = _objective(run.home)


def _stop(process: subprocess.Popen[bytes], home: Path) -> None:
    """Stop it where it holds no lock: one that sleeps on the journal's lock keeps everybody waiting, and says so."""
    process.send_signal(signal.SIGSTOP)
    while process.poll() is None and _locked(home):
        process.send_signal(signal.SIGCONT)
        time.sleep(0.005)
        process.send_signal(signal.SIGSTOP)
        time.sleep(0.005)


def _locked(home: Path) -> bool:
    """Whether somebody is writing into the journal or the audit log now."""
    journal = Paths(home).journal
    if any(_taken(path) for path in home.glob("*.lock")):
        return True
    try:
        with closing(sqlite3.connect(f"{journal.as_uri()}?mode=ro", uri=True, timeout=0.0)) as ledger:
            ledger.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        return journal.exists()
    return False


def _taken(path: Path) -> bool:
    handle = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _objective(home: Path) -> str | None:
    """The one objective of a home; None when nothing was filed."""
    with Journal.read(Paths(home)) as journal:
        found = journal.objectives(1)
    return found[0].id if found else None


def _place(run: Run, azure: Azure) -> tuple[str, dict[str, int]]:
    """Where a life ended, by the journal it left and what had reached the sandbox."""
    if run.objective is None:
        return "before anything was filed", {}
    with Journal.read(Paths(run.home)) as journal:
        objective, entries = journal.load(run.objective), journal.entries(run.objective)
    if objective.outcome is not None:
        return "after the outcome was filed", {}
    if not any(entry.started_at for entry in entries):
        return "filed, nothing started", {}
    asked = azure.requests(run.case.prefix, run.began_at)
    under_way: dict[str, int] = {}
    for entry in entries:
        if entry.state in ("started", "submitted"):
            what = (
                "submitted"
                if entry.state == "submitted"
                else "answered, not written down"
                if _answered(entry, asked)
                else "started, not answered"
            )
            under_way[what] = under_way.get(what, 0) + 1
    for what in ("answered, not written down", "started, not answered", "submitted"):
        if what in under_way:
            return what, under_way
    if all(entry.state == "done" for entry in entries if entry.operation in _planned(objective)):
        return "all done: validating, concluding", {}
    return "between two operations", {}


def _planned(objective: Objective) -> set[str]:
    return {operation.id for operation in objective.plan.operations} if objective.plan is not None else set()


def _answered(entry: Entry, asked: list[Request]) -> bool:
    path = (entry.resource_id or "").casefold()
    began = entry.started_at.timestamp() if entry.started_at is not None else 0.0
    return any(
        one.method in ("PUT", "DELETE", "POST")
        and one.at >= began
        and (one.path == path or one.path.startswith(path + "/"))
        for one in asked
    )


def outcome_of(life: Life) -> dict[str, Any]:
    """What azlin said at its end; {} when it said nothing that can be read."""
    try:
        return json.loads(life.out.splitlines()[-1]).get("outcome") or {}
    except (ValueError, AttributeError, IndexError):
        return {}
