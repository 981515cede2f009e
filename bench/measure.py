"""Measuring whole processes: CPU and wall, medians of several runs, because machines are noisy."""

from __future__ import annotations

import resource
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """What one run of a command costs, in milliseconds: the median of the runs."""

    cpu_ms: float
    wall_ms: float


def command(argv: list[str], *, env: dict[str, str] | None = None, runs: int = 9, stdin: str | None = None) -> Cost:
    """Run a command several times after one warm-up. Raises CalledProcessError when it fails."""
    cpu: list[float] = []
    wall: list[float] = []
    for number in range(runs + 1):
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(argv, env=env, check=True, capture_output=True, input=stdin, text=True)
        after, ended = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        if number:
            cpu.append((after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) * 1000)
            wall.append((ended - began) * 1000)
    return Cost(statistics.median(cpu), statistics.median(wall))


def call(action: Callable[[], object], *, runs: int = 9) -> float:
    """Median wall milliseconds of a call, after one warm-up."""
    action()
    took: list[float] = []
    for _ in range(runs):
        began = time.perf_counter()
        action()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


@dataclass(frozen=True)
class Figure:
    """One number against what was promised. `ok` is None where nothing was promised."""

    what: str
    value: str
    promised: str = ""
    ok: bool | None = None

    def __str__(self) -> str:
        mark = {True: "ok  ", False: "MISS", None: "    "}[self.ok]
        return f"{mark} {self.what:<58} {self.value:>14}   {self.promised}"
