"""`make bench`: every number that the design promises and this version can keep, measured here and now."""

from __future__ import annotations

import sys

from bench import az_pace, graph_pace, sandbox_pace, start_up, throttle_pace


def main() -> int:
    missed = 0
    for part in (start_up, az_pace, sandbox_pace, graph_pace, throttle_pace):
        for figure in part.figures():
            print(figure, flush=True)
            missed += figure.ok is False
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
