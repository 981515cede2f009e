"""`join` and `union`. Keys are compared as `==` does; a key of type dynamic is refused, as Kusto does.
Source: "join operator" and "union operator" of the KQL reference."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from azlin.sandbox.resource_graph import syntax
from azlin.sandbox.resource_graph.compiled import Columns, Row, Rows
from azlin.sandbox.resource_graph.invalid import meaningless

Side = tuple[Columns, Rows]
_EMPTY = {"string": "", "guid": ""}
_LEFT_ONLY = frozenset(("leftanti", "leftantisemi", "anti", "leftsemi"))
_RIGHT_ONLY = frozenset(("rightanti", "rightantisemi", "rightsemi"))


def join(  # noqa: C901 - one loop for all kinds of outer and inner joins
    found: syntax.Join, columns: Columns, right: Side
) -> tuple[Columns, Callable[[Rows], Rows]]:
    """Columns of the right side whose names are taken get a number: `id1`."""
    other, right_rows = right
    _check_keys(found, columns, other)
    left_keys, right_keys = [one for one, _ in found.on], [one for _, one in found.on]
    if found.kind in _LEFT_ONLY:
        return columns, lambda rows: _present(rows, left_keys, right_rows, right_keys, found.kind == "leftsemi")
    if found.kind in _RIGHT_ONLY:
        wanted = found.kind == "rightsemi"
        return other, lambda rows: _present(right_rows, right_keys, rows, left_keys, wanted)
    renamed = _renamed(columns, other)
    joined: Columns = {**columns, **{new: other[old] for old, new in renamed}}
    no_left = {name: _EMPTY.get(kind) for name, kind in columns.items()}
    no_right = {new: _EMPTY.get(other[old]) for old, new in renamed}

    def apply(rows: Rows) -> Iterator[dict[str, Any]]:
        index: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
        for row in right_rows:
            index.setdefault(_key(row, right_keys), []).append({new: row[old] for old, new in renamed})
        met: set[tuple[Any, ...]] = set()
        for row in rows:
            key = _key(row, left_keys)
            if key in met and found.kind == "innerunique":
                continue
            met.add(key)
            partners = index.get(key) if None not in key else None
            if partners is None and found.kind not in ("leftouter", "fullouter"):
                continue
            left = {name: row[name] for name in columns}
            for partner in partners or (no_right,):
                yield {**left, **partner}
        if found.kind in ("rightouter", "fullouter"):
            for key, partners in index.items():
                if key not in met or None in key:
                    for partner in partners:
                        yield {**no_left, **partner}

    return joined, apply


def _check_keys(found: syntax.Join, columns: Columns, other: Columns) -> None:
    for side, held, names in (
        ("left", columns, [one for one, _ in found.on]),
        ("right", other, [one for _, one in found.on]),
    ):
        for name in names:
            if name not in held:
                raise meaningless(f"join: failed to resolve column '{name}' of the {side} side.")
            if held[name] == "dynamic":
                raise meaningless(
                    f"join key '{name}' is of a 'dynamic' type. Please use an explicit cast using extend operator in "
                    f"the join legs (for example, '... | extend {name} = tostring({name}) | join (... | extend {name} "
                    f"= tostring({name})) on {name}') as join on a 'dynamic' type is not supported."
                )
    for one, another in found.on:
        if columns[one] != other[another]:
            raise meaningless(f"join: columns '{one}' and '{another}' are of different types.")


def _renamed(columns: Columns, other: Columns) -> list[tuple[str, str]]:
    taken = set(columns)
    found: list[tuple[str, str]] = []
    for name in other:
        new, number = name, 0
        while new in taken:
            number += 1
            new = f"{name}{number}"
        taken.add(new)
        found.append((name, new))
    return found


def _key(row: Row, names: list[str]) -> tuple[Any, ...]:
    return tuple([row[name] for name in names])


def _present(
    rows: Rows, keys: list[str], others: Rows, other_keys: list[str], wanted: bool
) -> Iterator[dict[str, Any]]:
    known = {key for row in others if None not in (key := _key(row, other_keys))}
    for row in rows:
        if (_key(row, keys) in known) is wanted:
            yield row


def union(  # noqa: C901 - the columns and the rows of one operator
    found: syntax.Union, first: tuple[str, Side] | None, legs: list[tuple[str, Side]]
) -> tuple[Columns, Iterator[dict[str, Any]]]:
    """All rows of all legs. `outer` has every column, `inner` those that all have; a name with two types becomes two
    columns, each with its type behind it."""
    sides = ([first] if first else []) + legs
    kinds: dict[str, list[str]] = {}
    for _, (columns, _) in sides:
        for name, kind in columns.items():
            known = kinds.setdefault(name, [])
            if kind not in known:
                known.append(kind)
    shared = {name for name in kinds if all(name in columns for _, (columns, _) in sides)}
    wanted = [name for name in kinds if found.kind == "outer" or name in shared]
    made: Columns = {}
    if found.source_column:
        made[found.source_column] = "string"
    for name in wanted:
        for kind in kinds[name]:
            made[name if len(kinds[name]) == 1 else f"{name}_{kind}"] = kind

    def rows() -> Iterator[dict[str, Any]]:
        for label, (columns, held) in sides:
            blank = {name: _EMPTY.get(kind) for name, kind in made.items()}
            if found.source_column:
                blank[found.source_column] = label
            pairs = [
                (name, name if len(kinds[name]) == 1 else f"{name}_{columns[name]}")
                for name in wanted
                if name in columns
            ]
            for row in held:
                full = dict(blank)
                for name, new in pairs:
                    full[new] = row[name]
                yield full

    return made, rows()
