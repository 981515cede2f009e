"""Of the JSON key paths that the real service answered in the SDKs' published recordings: how many the sandbox answers.

What is replayed and by which rules: `cassettes.py`, `replay.py`; tables: `python -m conformance.recordings`.
There is no sample: the recordings are fetched from PyPI, and CI fetches nothing.
"""

from __future__ import annotations

from conformance.figure import Failure, Figure
from conformance.recordings import replayed, tally, unsent_words

NAME = "recorded-keys"


def measure(sample: bool) -> Figure:
    if sample:
        return Figure(0, 0, note="not sampled")
    asked = replayed().asked
    found = tally(asked)
    failures = tuple(
        Failure(f"{one.cassette} {one.number}: {one.words}", f"{one.service}: {path}")
        for one in asked
        for path in sorted(one.missing_paths)
    )
    return Figure(found.paths_there, found.paths, failures, unsent_words())
