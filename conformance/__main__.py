"""`python -m conformance`: measure, compare with figures.toml, and fail when a figure fell (see the package)."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from conformance import ratchet, sweeps
from conformance.figure import Figure

_CAUSES_SHOWN = 12


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m conformance", description=__doc__)
    parser.add_argument("sweep", nargs="*", help="only these; all without")
    parser.add_argument("--sample", action="store_true", help="only the fixed sample of each sweep")
    parser.add_argument("--raise", dest="raises", action="store_true", help="write higher figures into figures.toml")
    parser.add_argument("--failures", metavar="FILE", help="write each failure as a line of JSON; - for the terminal")
    asked = parser.parse_args(arguments)
    try:
        chosen = sweeps.find(asked.sweep)
    except KeyError as unknown:
        parser.error(str(unknown.args[0]))
    was = ratchet.marks(asked.sample)
    fell: list[str] = []
    lines: list[str] = []
    raised = False
    print(f"{'figure':<20} {'was':>13} {'is':>13}   seconds")
    for one in chosen:
        began = time.monotonic()
        figure = one.measure(asked.sample)
        mark = was.get(one.NAME, ratchet.Mark())
        down = mark.fell(figure)
        if down:
            fell.append(one.NAME)
        elif asked.raises and mark.rose(figure):
            ratchet.write(one.NAME, figure, asked.sample)
            raised = True
        words = f"{'FELL' if down else ''} {figure.note}".strip()
        seconds = time.monotonic() - began
        print(f"{one.NAME:<20} {mark!s:>13} {figure!s:>13} {seconds:8.0f}   {words}".rstrip(), flush=True)
        _show_causes(figure)
        lines += [json.dumps(failure.json(one.NAME)) for failure in figure.failures]
    if asked.failures == "-":
        print("\n".join(lines))
    elif asked.failures:
        Path(asked.failures).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    if raised:
        print("figures.toml has changed: `make docs` writes the figures into docs/reference/conformance.md")
    return 1 if fell else 0


def _show_causes(figure: Figure) -> None:
    causes = figure.causes()
    for cause, count in causes[:_CAUSES_SHOWN]:
        print(f"    {count:>5}  {cause}")
    if len(causes) > _CAUSES_SHOWN:
        print(
            f"    {sum(count for _, count in causes[_CAUSES_SHOWN:]):>5}  of {len(causes) - _CAUSES_SHOWN} more causes"
        )


if __name__ == "__main__":
    sys.exit(main())
