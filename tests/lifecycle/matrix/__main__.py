"""Every trouble × every deed × every strategy: `python -m tests.lifecycle.matrix [--to FILE] [--part 1/4] [WORD …]`.

Writes a table in Markdown and ends with 1 when anything in it is not true. WORDs choose cells by what they hold:
`throttled`, `create/arm`, `"500 twice"`. It takes some minutes; `--part` lets several processes share the work.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from azlin.gateways.az import Az
from azlin.paths import Paths
from azlin.sandbox.instance import ensure_running, stop
from tests.lifecycle.matrix.cells import Cell, cells
from tests.lifecycle.story import Story

COLUMNS = ("trouble", "kind", "deed", "strategy", "verdict", "exit", "hits", "message", "then", "not true")
MESSAGE_MAX = 160


def main() -> int:
    asked = argparse.ArgumentParser()
    asked.add_argument("words", nargs="*")
    asked.add_argument("--to", type=Path)
    asked.add_argument("--part", default="1/1")
    args = asked.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    number, of = (int(one) for one in args.part.split("/"))
    chosen = [cell for cell in cells() if all(word in described(cell) for word in args.words)][number - 1 :: of]
    out = args.to.open("w") if args.to else sys.stdout
    out.write(line(COLUMNS) + line(["---"] * len(COLUMNS)))
    wrong = 0
    with tempfile.TemporaryDirectory() as home:
        paths = Paths(Path(home))
        try:
            for cell in chosen:
                began = time.monotonic()
                told(cell, paths)
                wrong += bool(cell.untrue)
                out.write(row(cell))
                out.flush()
                took_s = time.monotonic() - began
                sys.stderr.write(f"{described(cell)}: {took_s:.1f} s {'; '.join(cell.untrue)}\n")
        finally:
            Az(ensure_running(paths).cloud(), paths).stop()
            stop(paths)
    out.write(f"\n{len(chosen)} cells, {wrong} with something that is not true\n")
    return 1 if wrong else 0


def told(cell: Cell, paths: Paths) -> None:
    instance = ensure_running(paths)
    instance.ask("POST", "reset")
    with tempfile.TemporaryDirectory() as directory:
        try:
            cell.tell(Story(paths, instance), Path(directory))
        except Exception as broke:  # noqa: BLE001 - one cell that breaks is one line of the table
            cell.untrue.append(f"it broke: {type(broke).__name__}: {broke}")


def described(cell: Cell) -> str:
    return f"{cell.trouble.kind} {cell.trouble.name} {cell.name}"


def row(cell: Cell) -> str:
    first = cell.first.ended.outcome if cell.first is not None else None
    again = cell.again.ended.outcome if cell.again is not None else None
    shown = [
        cell.trouble.name,
        cell.trouble.kind,
        cell.deed_name,
        cell.strategy,
        first.verdict if first else "",
        str(first.exit_code) if first else "",
        " ".join(str(one) for one in cell.first.hits) if cell.first else "",
        (first.summary if first else "")[:MESSAGE_MAX],
        again.verdict if again else "",
        "; ".join(cell.untrue),
    ]
    return line(shown)


def line(shown: Sequence[str]) -> str:
    return "| " + " | ".join(one.replace("|", "/").replace("\n", " ") for one in shown) + " |\n"


if __name__ == "__main__":
    sys.exit(main())
