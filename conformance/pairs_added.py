"""Of the key paths that a recorded GET has and its PUT had not: how many the sandbox's GET has (see `pairs.py`)."""

from __future__ import annotations

from conformance.figure import Failure, Figure
from conformance.pairs import directory, judged

NAME = "pairs-added"


def measure(sample: bool) -> Figure:
    if directory() is None:
        return Figure(0, 0, note="not measured: AZLIN_DATA is not set")
    found = judged(sample)
    wanted, missing = sum(len(one.added) for one in found), sum(len(one.missing) for one in found)
    failures = tuple(Failure(one.what, f"{one.type} {path}") for one in found for path in sorted(one.missing))
    return Figure(wanted - missing, wanted, failures, f"{sum(len(one.invented) for one in found)} not recorded")
