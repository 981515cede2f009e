"""The directory objects of all tenants, in tables of their own beside the resources'.

Every object is its JSON body; the values of the properties that its kind indexes are kept casefolded in a table of
keys, so that a look-up by id, appId, userPrincipalName, displayName or any identifier does not grow with the tenant.
`hidden` is what no answer may show: hashes of secrets, certificates.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from azlin.sandbox.arm.jsonc import array_of
from azlin.sandbox.arm.store import Store
from azlin.sandbox.graph.kinds import Body, kinds

_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS graph_objects (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, tenant TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL,
  gone INTEGER NOT NULL DEFAULT 0, body BLOB NOT NULL, hidden BLOB, UNIQUE (tenant, id))""",
    "CREATE INDEX IF NOT EXISTS graph_by_kind ON graph_objects (tenant, kind, gone)",
    """CREATE TABLE IF NOT EXISTS graph_keys (
  tenant TEXT NOT NULL, kind TEXT NOT NULL, property TEXT NOT NULL, value TEXT NOT NULL, seq INTEGER NOT NULL,
  PRIMARY KEY (tenant, kind, property, value, seq)) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS graph_keys_by_object ON graph_keys (seq)",
    """CREATE TABLE IF NOT EXISTS graph_links (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, tenant TEXT NOT NULL, relation TEXT NOT NULL, source TEXT NOT NULL,
  target TEXT NOT NULL, UNIQUE (tenant, relation, source, target))""",
    "CREATE INDEX IF NOT EXISTS graph_links_back ON graph_links (tenant, relation, target)",
)
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_READ = "SELECT seq, tenant, id, kind, gone, body, hidden FROM graph_objects "


@dataclass(slots=True)
class Entity:
    """One object. `body` and `hidden` are fresh copies: change them and `save`."""

    tenant: str
    id: str
    kind: str
    body: Body
    hidden: Body = field(default_factory=dict[str, Any])
    gone: bool = False
    """Deleted, and kept for restoring."""
    seq: int = 0

    @property
    def name(self) -> str:
        return str(self.body.get("displayName") or "")


class Objects:
    """All objects and the links (members, owners, managers) between them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._db = store.database
        for statement in _SCHEMA:
            self._db.execute(statement)

    # --------------------------------------------------------------- write

    def add(self, tenant: str, kind: str, body: Body, hidden: Body | None = None) -> Entity:
        """Store a whole body; it gets an id unless it has one. One of that id is replaced."""
        made = str(body.get("id") or uuid.uuid4())
        made = made.casefold() if _UUID.fullmatch(made) else made
        whole = {"id": made, **{name: value for name, value in body.items() if name != "id"}}
        entity = Entity(tenant, made, kind, whole, hidden or {})
        with self.store.transaction():
            self._drop(tenant, made)
            entity.seq = (
                self._db.execute(
                    "INSERT INTO graph_objects (tenant, id, kind, body, hidden) VALUES (?, ?, ?, ?, ?)",
                    (tenant, made, kind, msgspec.json.encode(whole), _packed(entity.hidden)),
                ).lastrowid
                or 0
            )
            self._index(entity)
        return entity

    def save(self, entity: Entity) -> None:
        """Write a changed body back."""
        with self.store.transaction():
            self._db.execute(
                "UPDATE graph_objects SET gone = ?, body = ?, hidden = ? WHERE seq = ?",
                (entity.gone, msgspec.json.encode(entity.body), _packed(entity.hidden), entity.seq),
            )
            self._db.execute("DELETE FROM graph_keys WHERE seq = ?", (entity.seq,))
            self._index(entity)

    def remove(self, entity: Entity) -> None:
        """For good, with its links."""
        with self.store.transaction():
            self._drop(entity.tenant, entity.id)
            self._db.execute(
                "DELETE FROM graph_links WHERE tenant = ? AND (source = ? OR target = ?)",
                (entity.tenant, entity.id, entity.id),
            )

    def clear(self) -> int:
        """Everything of every tenant. Returns how many objects went."""
        with self.store.transaction():
            self._db.execute("DELETE FROM graph_links")
            self._db.execute("DELETE FROM graph_keys")
            return self._db.execute("DELETE FROM graph_objects").rowcount

    # ---------------------------------------------------------------- read

    def get(self, tenant: str, name: str, *kind: str, gone: bool = False) -> Entity | None:
        """By id (any casing); of one of these kinds, when any are given."""
        row = (
            self._db.execute(
                _READ + "WHERE tenant = ? AND id = ? AND gone = ?", (tenant, name.casefold(), gone)
            ).fetchone()
            or self._db.execute(_READ + "WHERE tenant = ? AND id = ? AND gone = ?", (tenant, name, gone)).fetchone()
        )
        found = None if row is None else _entity(row)
        return found if found is not None and (not kind or found.kind in kind) else None

    def find(self, tenant: str, kind: str, name: str, value: str) -> list[Entity]:
        """Those whose indexed property `name` is, or holds, the value."""
        rows = self._db.execute(
            _READ + "WHERE seq IN (SELECT seq FROM graph_keys WHERE tenant = ? AND kind = ? AND property = ?"  # noqa: S608
            " AND value = ?) AND gone = 0 ORDER BY seq",
            (tenant, kind, name, value.casefold()),
        )
        return [_entity(row) for row in rows]

    def starting(self, tenant: str, kind: str, name: str, prefix: str) -> list[Entity]:
        """Those whose indexed property begins so."""
        folded = prefix.casefold()
        rows = self._db.execute(
            _READ + "WHERE seq IN (SELECT seq FROM graph_keys WHERE tenant = ? AND kind = ? AND property = ?"  # noqa: S608
            " AND value >= ? AND value < ?) AND gone = 0 ORDER BY seq",
            (tenant, kind, name, folded, folded + "\U0010ffff"),
        )
        return [_entity(row) for row in rows]

    def first(self, tenant: str, kind: str, name: str, value: str) -> Entity | None:
        return next(iter(self.find(tenant, kind, name, value)), None)

    def all(self, tenant: str, kind: str, *, after: int = 0, gone: bool = False) -> Iterator[Entity]:
        """In order of creation, from behind `after` (a `seq`) on; read as it is consumed."""
        while True:
            rows = self._db.execute(
                _READ + "WHERE tenant = ? AND kind = ? AND gone = ? AND seq > ? ORDER BY seq LIMIT 500",
                (tenant, kind, gone, after),
            ).fetchall()
            yield from (_entity(row) for row in rows)
            if len(rows) < 500:
                return
            after = rows[-1][0]

    def count(self, tenant: str, kind: str) -> int:
        where = "SELECT count(*) FROM graph_objects WHERE tenant = ? AND kind = ? AND gone = 0"
        return self._db.execute(where, (tenant, kind)).fetchone()[0]

    # --------------------------------------------------------------- links

    def link(self, tenant: str, relation: str, source: str, target: str) -> bool:
        """False when it was there already."""
        done = self._db.execute(
            "INSERT OR IGNORE INTO graph_links (tenant, relation, source, target) VALUES (?, ?, ?, ?)",
            (tenant, relation, source, target),
        )
        return done.rowcount > 0

    def unlink(self, tenant: str, relation: str, source: str, target: str) -> bool:
        """False when there was no such link."""
        where = "DELETE FROM graph_links WHERE tenant = ? AND relation = ? AND source = ? AND target = ?"
        return self._db.execute(where, (tenant, relation, source, target.casefold())).rowcount > 0

    def targets(self, tenant: str, relation: str, source: str) -> list[str]:
        """Whom it has as members (owners), in the order in which they came; none that are deleted."""
        rows = self._db.execute(
            "SELECT l.target FROM graph_links l JOIN graph_objects o ON o.tenant = l.tenant AND o.id = l.target"
            " AND o.gone = 0 WHERE l.tenant = ? AND l.relation = ? AND l.source = ? ORDER BY l.seq",
            (tenant, relation, source),
        )
        return [row[0] for row in rows]

    def sources(self, tenant: str, relation: str, target: str) -> list[str]:
        """Whose member (owner) it is."""
        rows = self._db.execute(
            "SELECT l.source FROM graph_links l JOIN graph_objects o ON o.tenant = l.tenant AND o.id = l.source"
            " AND o.gone = 0 WHERE l.tenant = ? AND l.relation = ? AND l.target = ? ORDER BY l.seq",
            (tenant, relation, target),
        )
        return [row[0] for row in rows]

    # ------------------------------------------------------------- private

    def _drop(self, tenant: str, name: str) -> None:
        which = "SELECT seq FROM graph_objects WHERE tenant = ? AND id = ?"
        self._db.execute(f"DELETE FROM graph_keys WHERE seq IN ({which})", (tenant, name))  # noqa: S608
        self._db.execute("DELETE FROM graph_objects WHERE tenant = ? AND id = ?", (tenant, name))

    def _index(self, entity: Entity) -> None:
        rows = [
            (entity.tenant, entity.kind, name, str(value).casefold(), entity.seq)
            for name in kinds()[entity.kind].indexed
            for value in _values(entity.hidden.get(name) if name == "parent" else entity.body.get(name))
        ]
        self._db.executemany("INSERT OR IGNORE INTO graph_keys VALUES (?, ?, ?, ?, ?)", rows)


def _values(value: Any) -> list[Any]:
    if value is None:
        return []
    return array_of(value) if isinstance(value, list) else [value]


def _packed(hidden: Body) -> bytes | None:
    return msgspec.json.encode(hidden) if hidden else None


def _entity(row: tuple[Any, ...]) -> Entity:
    seq, tenant, name, kind, gone, body, hidden = row
    kept: Body = msgspec.json.decode(hidden) if hidden else {}
    return Entity(tenant, name, kind, msgspec.json.decode(body), kept, bool(gone), seq)
