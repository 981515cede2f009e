"""A scalar expression made ready to run: its KQL type and a function from a row to a value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from azlin.sandbox.resource_graph import values
from azlin.sandbox.resource_graph.invalid import meaningless

if TYPE_CHECKING:
    from azlin.sandbox.resource_graph import syntax

Row = Mapping[str, Any]
Rows = Iterable[dict[str, Any]]
Columns = dict[str, str]
"""Names in order, and the KQL type of each."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """`constant` holds the value of what depends on no column."""

    type: str
    of: Callable[[Row], Any]
    constant: tuple[Any] | None = None

    def as_text(self) -> Callable[[Row], str]:
        """Its value as a string, whatever it is."""
        of = self.of
        if self.constant is not None:
            fixed = values.text(self.constant[0])
            return lambda _: fixed
        if self.type in values.TEXTS:
            return of
        text = values.text
        return lambda row: text(of(row))

    def to(self, kind: str) -> Callable[[Row], Any]:
        """Its value as another type; null where that cannot be."""
        if kind in values.TEXTS:
            return self.as_text()
        of, convert = self.of, values.convert
        if self.type == kind:
            return of
        if self.constant is not None:
            fixed = convert(kind, self.constant[0])
            return lambda _: fixed
        return lambda row: convert(kind, of(row))


def fixed(kind: str, value: Any) -> Scalar:
    return Scalar(kind, lambda _: value, (value,))


@dataclass(slots=True)
class Scope:
    """What names mean while an operator is compiled, and when it is `now`."""

    columns: Columns
    lets: Mapping[str, Scalar]
    now: datetime
    run: Callable[[syntax.Query], tuple[Columns, Rows]]
    """Runs a query inside the query (`in (Resources | ...)`)."""
    used: set[str] = field(default_factory=set[str])
    """Every column that was asked for so far, of whichever operator."""

    def column(self, name: str) -> Scalar:
        """Raises QueryInvalid for a name that is neither a column nor a `let`."""
        kind = self.columns.get(name)
        if kind is not None:
            self.used.add(name)
            return Scalar(kind, lambda row: row[name])
        found = self.lets.get(name)
        if found is None:
            raise meaningless(f"Failed to resolve column or scalar expression named '{name}'.")
        return found

    def over(self, columns: Columns) -> Scope:
        """The same over other columns."""
        return Scope(columns, self.lets, self.now, self.run, self.used)
