"""Of the requests in the SDKs' published recordings: how many the sandbox answers with the recorded status class.

What is replayed and by which rules: `cassettes.py`, `replay.py`; tables: `python -m conformance.recordings`.
There is no sample: the recordings are fetched from PyPI, and CI fetches nothing.
"""

from __future__ import annotations

from conformance.figure import Failure, Figure
from conformance.recordings import code, replayed, unsent_words

NAME = "recorded-statuses"


def measure(sample: bool) -> Figure:
    if sample:
        return Figure(0, 0, note="not sampled")
    asked = replayed().asked
    wrong = [one for one in asked if not one.status_right]
    failures = tuple(
        Failure(
            f"{one.cassette} {one.number}: {one.words}",
            f"{one.service}: {one.exchange.status}, here {one.answer.status} {code(one)}".rstrip(),
            one.exchange.got[:300],
        )
        for one in wrong
    )
    return Figure(len(asked) - len(wrong), len(asked), failures, unsent_words())
