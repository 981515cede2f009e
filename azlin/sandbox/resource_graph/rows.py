"""Rows of a table out of the store: found by its indexes, read from JSON only when a column asks for it.

A row has the columns of `tables.COLUMNS`. `properties` and the rest of the envelope are what GET answers, inline
children included; `type`, `location` and `resourceGroup` are lower case, as the service indexes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from azlin.sandbox.arm.authorization.access import owns, readable
from azlin.sandbox.arm.behaviour import Behaviour, Call
from azlin.sandbox.arm.ids import GROUP
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Store
from azlin.sandbox.resource_graph import tables
from azlin.sandbox.resource_graph.conditions import Condition
from azlin.sandbox.resource_graph.estate import GROUPS, ROOT_LABEL, Estate

_BODIES = frozenset(tables.COLUMNS) - frozenset(tables.INDEXED)
_GROUP = GROUP.casefold()
_CONTAINED = "microsoft.resources/subscriptions/resourcegroups"
_DYNAMIC = tuple(name for name, kind in tables.COLUMNS.items() if kind == "dynamic" and name != "properties")
_PLACES = 500
"""How many (subscription, group) pairs are looked up by index before groups are compared row by row."""


class _Envelope(msgspec.Struct):
    """A body with its properties left unread."""

    kind: Any = None
    location: Any = None
    managedBy: Any = None  # noqa: N815 - as ARM spells it
    sku: Any = None
    plan: Any = None
    tags: Any = None
    identity: Any = None
    zones: Any = None
    extendedLocation: Any = None  # noqa: N815 - as ARM spells it
    properties: msgspec.Raw = msgspec.Raw()


_ENVELOPE = msgspec.json.Decoder(_Envelope)


class StoredRow(dict[str, Any]):
    """The indexed columns of a resource; asking for another one reads its body."""

    __slots__ = ("body", "key", "kind", "seq", "table")
    table: Table
    seq: int
    key: str
    kind: str
    body: bytes | None

    def __missing__(self, name: str) -> Any:
        if name not in _BODIES:
            raise KeyError(name)
        self.table.fill(self, name)
        return self[name]


class Counts:
    """How many rows a condition has, remembered until something is written."""

    def __init__(self) -> None:
        self._as_of = -1
        self._known: dict[tuple[str, tuple[Any, ...]], int] = {}

    def of(self, sql: str, bound: tuple[Any, ...], store: Store) -> int:
        if store.changes != self._as_of:
            self._as_of = store.changes
            self._known.clear()
        found = self._known.get((sql, bound))
        if found is None:
            found = self._known[sql, bound] = int(store.scalar(sql, bound))
        return found


class Table:
    """One table for one query. Rows come subscription by subscription, each in the order in which it was made."""

    def __init__(self, name: str, estate: Estate, call: Call, counts: Counts) -> None:
        self.name = name
        self._estate = estate
        self._call = call
        self._store = call.plane.store
        self._counts = counts
        self._plain: dict[str, bool] = {}

    def count(self, conditions: list[Condition]) -> int:
        """How many rows meet the conditions, without reading one."""
        where, bound = self._where(conditions)
        index = self._index(conditions) if conditions else ""
        sql = f"SELECT count(*) FROM resources{index} WHERE {where}"  # noqa: S608 - values are bound
        stored = self._counts.of(sql, tuple(bound), self._store)
        return stored + sum(1 for _ in self._made(conditions))

    def rows(
        self, conditions: list[Condition], used: Iterable[str], *, skip: int = 0, top: int | None = None
    ) -> Iterator[dict[str, Any]]:
        """Rows that meet the conditions; `used` names every column that will be asked for."""
        made = list(self._made(conditions))
        first = made[skip:] if top is None else made[skip : skip + top]
        yield from first
        left = None if top is None else top - len(first)
        if left == 0:
            return
        cut = (
            ""
            if left is None and not skip
            else f" LIMIT {-1 if left is None else left} OFFSET {max(skip - len(made), 0)}"
        )
        where, bound = self._where(conditions)
        index = self._index(conditions)
        wanted = _BODIES.intersection(used)
        held = "body" if wanted else "NULL"
        sql = (
            f"SELECT seq, id, type, tenant, subscription, grp, {held} FROM resources{index} WHERE {where}"  # noqa: S608 - values are bound
            f" ORDER BY subscription, seq{cut}"
        )
        rows = self._store.select(sql, bound)
        yield from self._stored(rows) if wanted else _indexed(rows, frozenset(used))

    def _stored(self, found: Iterator[tuple[Any, ...]]) -> Iterator[dict[str, Any]]:
        for seq, path, kind, tenant, subscription, group, body in found:
            row = StoredRow(
                id=path,
                name=path[path.rfind("/") + 1 :],
                type=_CONTAINED if kind == _GROUP else kind,
                tenantId=tenant,
                resourceGroup=group[group.rfind("/") + 1 :] if group else "",
                subscriptionId=subscription or "",
            )
            row.table, row.seq, row.key, row.kind, row.body = self, seq, path, kind, body
            yield row

    # ------------------------------------------------------------- filling

    def fill(self, row: StoredRow, name: str) -> None:
        """Put columns into the row that are not there yet: the named one, and those that cost no more."""
        data = row.body
        if data is None:
            data = row.body = self._store.scalar("SELECT body FROM resources WHERE seq=?", (row.seq,))
        if name == "properties":
            row["properties"] = self._properties(row, data)
            return
        envelope = _ENVELOPE.decode(data)
        have = row.setdefault
        have("kind", envelope.kind or "")
        have("location", str(envelope.location or "").lower())
        have("managedBy", envelope.managedBy or "")
        for column in _DYNAMIC:
            have(column, getattr(envelope, column))

    def _properties(self, row: StoredRow, data: Any) -> Any:
        """As GET answers them: what a behaviour shows of them, inline children included."""
        if self._is_plain(row.kind):
            held = _ENVELOPE.decode(data).properties
            return msgspec.json.decode(held) if bytes(held) else None
        found = self._store.get(self._store.parse(row.key, self._estate.tenant))
        try:
            return None if found is None else self._call.plane.show(found, self._call).get("properties")
        except ArmRefusal:  # what GET does not show is not shown here either
            return None

    def _is_plain(self, kind: str) -> bool:
        """Whether GET answers the stored body as it is."""
        known = self._plain.get(kind)
        if known is None:
            behaviour = self._call.plane.registry.behaviour(kind)
            known = not behaviour.inline and type(behaviour).show is Behaviour.show
            self._plain[kind] = known
        return known

    # ------------------------------------------------------------- finding

    def _where(self, conditions: list[Condition]) -> tuple[str, list[Any]]:
        """SQL for the scope, the table and the conditions."""
        bound: list[Any] = []
        parts = [self._scope(bound), self._readable(bound)]
        if self.name == tables.RESOURCES:
            parts.append("listed = 1")
            parts.append(_in("type", tables.ELSEWHERE, bound, negated=True))
        elif self.name == tables.CONTAINERS:
            parts.append(_in("type", (_GROUP,), bound))
        else:
            parts.append(_in("type", tables.TYPES.get(self.name, ()), bound))
            parts.append(tables.VISIBLE.get(self.name, "1"))
        parts += [self._condition(condition, bound) for condition in conditions]
        return " AND ".join(parts), bound

    def _index(self, conditions: list[Condition]) -> str:
        """What SQLite, which knows nothing of how values are spread, would not choose by itself."""
        if self.name != tables.RESOURCES:
            return ""
        asked = {one.column for one in conditions}
        groups = next((one.values for one in conditions if one.column == "resourceGroup"), frozenset(("",)))
        if "id" in asked:
            return " INDEXED BY sqlite_autoindex_resources_1"
        if "name" in asked:
            return " INDEXED BY by_listed_name"
        if "" not in groups and len(groups) * len(self._estate.subscriptions) <= _PLACES:
            return " INDEXED BY by_group"
        return " INDEXED BY by_listed_type" if "type" in asked else " INDEXED BY by_listed"

    def _scope(self, bound: list[Any]) -> str:
        mine = _in("subscription", [one.id.casefold() for one in self._estate.subscriptions], bound)
        if not self._estate.whole or self.name in (tables.RESOURCES, tables.CONTAINERS):
            return mine
        bound.append(self._estate.tenant)
        return f"({mine} OR (subscription IS NULL AND tenant = ?))"

    def _readable(self, bound: list[Any]) -> str:
        """What the caller's roles let it read, for one who does not own everything."""
        if owns(self._call):
            return "1"
        types = [str(row[0]) for row in self._store.select("SELECT DISTINCT type FROM resources", [])]
        parts: list[str] = []
        for scope, names in readable(self._call, types) or ():
            key = scope if scope.startswith("/subscriptions/") else self._estate.tenant + scope
            bound += [key, f"{key}/", f"{key}0"]
            parts.append(f"((key = ? OR (key > ? AND key < ?)) AND {_in('type', names, bound)})")
        return f"({' OR '.join(parts)})" if parts else "seq < 0"

    def _condition(self, condition: Condition, bound: list[Any]) -> str:
        wanted = sorted(condition.values)
        match condition.column:
            case "id":
                return _in("key", [*wanted, *(self._estate.tenant + one for one in wanted)], bound)
            case "type":
                return _in("type", [_GROUP if one == _CONTAINED else one for one in wanted], bound)
            case "resourceGroup":
                return self._groups(wanted, bound)
            case "subscriptionId":
                return _in("subscription", wanted, bound)
            case "tenantId":
                return _in("tenant", wanted, bound)
            case _:
                return _in("name", wanted, bound)

    def _groups(self, wanted: list[str], bound: list[Any]) -> str:
        owners = [one.id.casefold() for one in self._estate.subscriptions]
        places = [f"/subscriptions/{owner}/resourcegroups/{name}" for owner in owners for name in wanted if name]
        if "" in wanted:
            return f"({_in('grp', places, bound)} OR grp IS NULL)"
        if len(places) <= _PLACES:
            return _in("grp", places, bound)
        return _in("substr(grp, instr(grp, '/resourcegroups/') + 16)", wanted, bound)

    # ---------------------------------------------------------- containers

    def _made(self, conditions: list[Condition]) -> Iterator[dict[str, Any]]:
        """Subscriptions and management groups, which are not in the store as resources."""
        if self.name != tables.CONTAINERS:
            return
        for row in (*self._management_groups(), *self._subscriptions()):
            if all(row[one.column].casefold() in one.values for one in conditions):
                yield row

    def _subscriptions(self) -> Iterator[dict[str, Any]]:
        for one in self._estate.subscriptions:
            shown = one.body()
            yield self._row(
                id=f"/subscriptions/{one.id}",
                name=one.name,
                type="microsoft.resources/subscriptions",
                subscriptionId=one.id,
                tags=shown.get("tags"),
                properties={
                    "state": shown.get("state", "Enabled"),
                    "subscriptionPolicies": shown.get("subscriptionPolicies", {}),
                    "managementGroupAncestorsChain": self._ancestors(one.id.casefold()),
                    "managedByTenants": shown.get("managedByTenants", []),
                },
            )

    def _management_groups(self) -> Iterator[dict[str, Any]]:
        if self._estate.root:
            yield self._row(
                id=f"/providers/{GROUPS}/{self._estate.tenant}",
                name=self._estate.tenant,
                type=GROUPS.lower(),
                properties={
                    "tenantId": self._estate.tenant,
                    "displayName": ROOT_LABEL,
                    "details": {"parent": {}, "managementGroupAncestorsChain": []},
                },
            )
        for one in self._estate.groups:
            details = dict(one.properties.get("details") or {})
            details["managementGroupAncestorsChain"] = self._ancestors(f"group/{one.id.name.casefold()}")
            yield self._row(
                id=one.id.id,
                name=one.id.name,
                type=GROUPS.lower(),
                properties={**one.properties, "details": details},
            )

    def _ancestors(self, key: str) -> list[dict[str, str]]:
        return [{"name": name, "displayName": label} for name, label in self._estate.chains.get(key, ())]

    def _row(self, **held: Any) -> dict[str, Any]:
        blank: dict[str, Any] = {name: None if kind == "dynamic" else "" for name, kind in tables.COLUMNS.items()}
        return {**blank, "tenantId": self._estate.tenant, **held}


def _indexed(found: Iterator[tuple[Any, ...]], used: frozenset[str]) -> Iterator[dict[str, Any]]:
    """Rows of a query that asks for indexed columns only: just those."""
    if used.isdisjoint(("id", "name", "tenantId", "resourceGroup", "subscriptionId")):
        for _, _, kind, _, _, _, _ in found:
            yield {"type": _CONTAINED if kind == _GROUP else kind}
        return
    for _, path, kind, tenant, subscription, group, _ in found:
        yield {
            "id": path,
            "name": path[path.rfind("/") + 1 :],
            "type": _CONTAINED if kind == _GROUP else kind,
            "tenantId": tenant,
            "resourceGroup": group[group.rfind("/") + 1 :] if group else "",
            "subscriptionId": subscription or "",
        }


def _in(column: str, wanted: Iterable[str], bound: list[Any], *, negated: bool = False) -> str:
    found = list(wanted)
    if not found:
        return "1" if negated else f"{column} = ''"
    bound += found
    if len(found) == 1:
        return f"{column} {'!=' if negated else '='} ?"
    return f"{column} {'NOT IN' if negated else 'IN'} ({','.join('?' * len(found))})"
