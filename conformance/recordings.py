"""The published recordings of the Azure SDKs, replayed (`cassettes.py` says which, `replay.py` by which rules).

    python -m conformance.recordings [SERVICE...]      tables: per service, missing key paths, wrong statuses

Two sweeps count what is found here: `recorded_statuses` and `recorded_keys`.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from azlin.sandbox.arm.behaviour import load
from azlin.sandbox.keys import SigningKey
from conformance.cassettes import RELEASES, cassettes
from conformance.replay import Asked, Replayed, replay

_SHOWN = 60


@dataclass(frozen=True)
class Tally:
    """What one service's recordings came to."""

    requests: int
    statuses_right: int
    paths: int
    paths_there: int


@cache
def replayed() -> Replayed:
    """All recordings; once per process, for both sweeps."""
    registry = load()
    whole = Replayed()
    with tempfile.TemporaryDirectory() as here:
        key = SigningKey.kept(Path(here) / "signing.pem")
        for cassette in cassettes():
            one = replay(cassette, registry, key)
            whole.asked += one.asked
            for reason, count in one.unsent.items():
                whole.unsent[reason] = whole.unsent.get(reason, 0) + count
    return whole


def tally(asked: list[Asked]) -> Tally:
    paths = sum(len(one.recorded_paths) for one in asked)
    return Tally(
        len(asked),
        sum(one.status_right for one in asked),
        paths,
        paths - sum(len(one.missing_paths) for one in asked),
    )


def unsent_words() -> str:
    """What was left out, for a figure's note."""
    return "not sent: " + ", ".join(f"{count} {reason}" for reason, count in replayed().unsent.items())


def _show(name: str, asked: list[Asked]) -> None:
    found = tally(asked)
    print(
        f"{name:<10} {found.statuses_right:>5}/{found.requests:<5} {found.statuses_right / found.requests:6.1%}"
        f"   {found.paths_there:>6}/{found.paths:<6} {found.paths_there / found.paths:6.1%}"
    )


def main(services: list[str]) -> int:
    """Print the tables of these services, all without."""
    wanted = [one for one in replayed().asked if not services or one.service in services]
    print(f"{'':<10} {'status class':>18}   {'key paths':>20}")
    for service in RELEASES:
        of_it = [one for one in wanted if one.service == service]
        if of_it:
            _show(service, of_it)
    _show("all", wanted)
    print(unsent_words())
    wrong = Counter(
        f"{one.exchange.status}, here {one.answer.status} {code(one)}: {one.words}"
        for one in wanted
        if not one.status_right
    )
    print(f"\nwrong statuses ({wrong.total()})")
    for words, count in wrong.most_common():
        print(f"{count:>5}  {words}")
    missing = Counter(path for one in wanted for path in one.missing_paths)
    print(f"\nmissing key paths ({missing.total()})")
    for path, count in missing.most_common(_SHOWN):
        print(f"{count:>5}  {path}")
    of_requests: Counter[str] = Counter()
    for one in wanted:
        of_requests[one.words] += len(one.missing_paths)
    print("\nmissing key paths by request")
    for words, count in of_requests.most_common(_SHOWN):
        print(f"{count:>5}  {words}")
    return 0


def code(one: Asked) -> str:
    """The code of the error that the sandbox answered, "" without one."""
    body = one.answer.body
    return str(body["error"]["code"]) if isinstance(body, dict) and "error" in body else ""  # pyright: ignore[reportUnknownArgumentType]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
