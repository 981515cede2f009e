"""`python -m chaos`: kill, resume, judge, and print the figures; 1 when something was lost, repeated or untrue."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType

from chaos.azure import Azure
from chaos.campaign import VARIANTS, Campaign, cases, troubled_cases
from chaos.figures import report


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--number", type=int, help="only this run of the seed")
    parser.add_argument("--only", choices=VARIANTS, help="only runs of this variant")
    parser.add_argument("--plan", choices=("large", "small"), default="large")
    parser.add_argument("--troubled", type=int, default=0, help="so many runs with `doit --chaos`, seed by seed")
    parser.add_argument("--jobs", type=int, default=2, help="runs at a time")
    parser.add_argument("--keep", action="store_true", help="leave homes and resources to look at")
    asked = parser.parse_args(arguments)
    # An end that is asked for takes the sandbox along.
    signal.signal(signal.SIGTERM, _end)
    root = Path(tempfile.mkdtemp(prefix="azlin-chaos-"))
    began = time.monotonic()
    azure = Azure(root / "azure")
    try:
        campaign = Campaign(azure, root, keep=asked.keep)
        wanted = cases(asked.seed, asked.runs, asked.plan, only=asked.only)
        if asked.number is not None:
            wanted = [case for case in cases(asked.seed, asked.number + 1, asked.plan) if case.number == asked.number]
        failed = False
        if wanted:
            campaign.measure(wanted, asked.jobs)
            with ThreadPoolExecutor(asked.jobs) as hands:
                judged = list(hands.map(campaign.run, wanted))
            failed = any(one.complaints for one in campaign.undisturbed)
            failed |= report(judged, time.monotonic() - began, asked.plan)
        if asked.troubled:
            began = time.monotonic()
            # One after the other: this trouble is the whole sandbox's.
            judged = [campaign.troubled(case) for case in troubled_cases(asked.seed, asked.troubled)]
            failed |= report(judged, time.monotonic() - began, "small, random trouble")
    finally:
        azure.close()
        if asked.keep:
            print(f"kept: {root}")
        else:
            shutil.rmtree(root, ignore_errors=True)
    return 1 if failed else 0


def _end(_number: int, _frame: FrameType | None) -> None:
    sys.exit(1)


if __name__ == "__main__":
    sys.exit(main())
