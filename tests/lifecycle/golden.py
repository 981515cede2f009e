"""Write the golden parts of the stories again: `python -m tests.lifecycle.golden [NAME …]`, then read the difference.

Only what a story records is written (preview, price, events, what is left); what it demands is written by people.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path
from typing import Any, cast

import tomlkit
from tomlkit import TOMLDocument
from tomlkit.items import AoT, Table

from azlin.gateways.az import Az
from azlin.paths import Paths
from azlin.sandbox.instance import ensure_running, stop
from tests.lifecycle.stage import Stage
from tests.lifecycle.story import Story
from tests.lifecycle.tale import HERE, Golden, read


def main(names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as home:
        paths = Paths(Path(home))
        instance = ensure_running(paths)
        try:
            for path in sorted(HERE.glob("*.toml")):
                if not names or path.stem in names:
                    instance = ensure_running(paths)
                    write(path, paths)
                    sys.stdout.write(f"{path.stem}\n")
        finally:
            Az(instance.cloud(), paths).stop()
            stop(paths)


def write(path: Path, paths: Paths) -> None:
    tale = read(path)
    found: list[dict[str, Golden]] = [{} for _ in tale.step]
    for strategy in tale.strategies:
        instance = ensure_running(paths)
        instance.ask("POST", "reset")
        with tempfile.TemporaryDirectory() as directory:
            stage = Stage(Story(paths, instance), tale, strategy, Path(directory))
            for number, performed in enumerate(stage.perform()):
                found[number][strategy] = performed.golden
    document = tomlkit.parse(path.read_text())
    for step, goldens in zip(cast("AoT", document["step"]), found, strict=True):
        _put(cast("Table", step), goldens)
    path.write_text(_text(document))


def _put(step: Table, goldens: dict[str, Golden]) -> None:
    for name in ("golden", "golden_of"):
        if name in step:
            step.remove(name)
    same = all(golden == next(iter(goldens.values())) for golden in goldens.values())
    if same:
        step["golden"] = _table(next(iter(goldens.values())))
        return
    by_strategy = tomlkit.table(is_super_table=True)
    for strategy, golden in goldens.items():
        by_strategy[strategy] = _table(golden)
    step["golden_of"] = by_strategy


def _table(golden: Golden) -> Any:
    table = tomlkit.table()
    for field in ("preview", "price", "events", "left"):
        value = getattr(golden, field)
        if not value:
            continue
        table[field] = tomlkit.item(value).multiline(True) if isinstance(value, list) else value
    return table


def _text(document: TOMLDocument) -> str:
    return re.sub(r"\n+(\[\[step\]\]|\[step\.golden)", r"\n\n\1", tomlkit.dumps(document)).rstrip() + "\n"


if __name__ == "__main__":
    main(sys.argv[1:])
