"""`figures.toml`: what each sweep once reached. A figure below it is a fault; a higher one is written in by --raise."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomlkit

from conformance.figure import Figure

FILE = Path(__file__).with_name("figures.toml")


@dataclass(frozen=True)
class Mark:
    """What was reached: `passed` of `of`, None where nothing was written down yet."""

    passed: int | None = None
    of: int | None = None

    def fell(self, figure: Figure) -> bool:
        """Whether less is right now. When the material changed in size, the shares are compared; what could not be
        measured (0 of 0) has not fallen."""
        if self.passed is None or not self.of or not figure.of:
            return False
        if self.of == figure.of:
            return figure.passed < self.passed
        return figure.share < self.passed / self.of

    def rose(self, figure: Figure) -> bool:
        if not figure.of:
            return False
        if self.passed is None or not self.of:
            return True
        return self.of != figure.of or figure.passed > self.passed

    def __str__(self) -> str:
        return "-" if self.passed is None else f"{self.passed}/{self.of}"


def marks(sample: bool = False, file: Path = FILE) -> dict[str, Mark]:
    """By the name of the sweep."""
    prefix = "sample_" if sample else ""
    tables: dict[str, dict[str, Any]] = tomlkit.parse(file.read_text(encoding="utf-8")).unwrap()
    return {name: Mark(one.get(f"{prefix}passed"), one.get(f"{prefix}of")) for name, one in tables.items()}


def write(name: str, figure: Figure, sample: bool = False, file: Path = FILE) -> None:
    """Write a figure in, whatever was there; everything else in the file stays as it is."""
    document = tomlkit.parse(file.read_text(encoding="utf-8"))
    if name not in document:
        document[name] = tomlkit.table()
    table: Any = document[name]
    prefix = "sample_" if sample else ""
    table[f"{prefix}passed"], table[f"{prefix}of"] = figure.passed, figure.of
    file.write_text(tomlkit.dumps(document), encoding="utf-8")  # pyright: ignore[reportUnknownMemberType]
