"""Every resource of the sandbox, in one SQLite file.

Generic and lossless: a resource is its JSON body as ARM would send it, plus the columns that lists
are made from. All comparisons are by the casefolded id; what is stored keeps the canonical spelling.
Every look-up and list runs on an index, so cost does not grow with the estate.
"""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from azlin.sandbox.arm.ids import GROUP, Casing, ResourceId, parse_id
from azlin.sandbox.arm.store_rows import SCHEMA, columns_of, envelope, is_listed

Body = dict[str, Any]

_SELECT = "SELECT seq, id, key, tenant, etag, created_at, changed_at, body FROM resources WHERE "
PAGE_SIZE = 1000
ABOUT = "about/"
"""Facts whose names begin so belong to resources (contents of vaults, keys of accounts) and go with all of them."""


@dataclass(slots=True)
class Resource:
    """A stored resource. `body` is a fresh copy on every read: change it and `put` it back.

    `created_at` and `changed_at` are seconds since the epoch; `etag` is a bare uuid.
    """

    id: ResourceId
    body: Body
    etag: str
    created_at: float
    changed_at: float
    seq: int = 0
    """Its place in lists, once it is stored."""
    exported: bool = False
    """Whether it is as `put_many` loaded it: neither it nor a child of it was written since."""

    @property
    def properties(self) -> Body:
        """`body["properties"]`, made when absent."""
        found = self.body.get("properties")
        if not isinstance(found, dict):
            found = self.body["properties"] = {}
        return found  # pyright: ignore[reportUnknownVariableType] - JSON


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list and the skip token of the next, None on the last."""

    resources: list[Resource]
    skip_token: str | None


class Store:
    """The resources of one sandbox. Used from one thread (the server's)."""

    def __init__(self, path: Path | str) -> None:
        """Open or create the file; `":memory:"` keeps nothing."""
        self._db = sqlite3.connect(str(path), isolation_level=None, cached_statements=256)
        self._db.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;PRAGMA temp_store=MEMORY;"
            "PRAGMA recursive_triggers=ON;"
        )
        self._db.executescript(SCHEMA)
        self._depth = 0
        self.casing = Casing()
        self.when_cleared: list[Callable[[], None]] = []
        """What other services that keep tables here do when everything is removed."""
        self._spelled: set[str] = set()
        for (spelling,) in self._db.execute("SELECT type FROM spellings ORDER BY rowid"):
            self.casing.learn(spelling)
            self._spelled.add(spelling)

    def close(self) -> None:
        self._db.close()

    @property
    def database(self) -> sqlite3.Connection:
        """The same file, for tables of other services; write inside `transaction`."""
        return self._db

    # ------------------------------------------------------------------ ids

    def parse(self, path: str, tenant: str = "") -> ResourceId:
        """The id at `path` in canonical spelling; ValueError when it names no single resource."""
        found = parse_id(path, self.casing, tenant)
        if found is None:
            raise ValueError(f"not a resource id: {path}")
        return found

    # ------------------------------------------------------------ resources

    def get(self, rid: ResourceId | str) -> Resource | None:
        """The resource of that id (any casing), or None. A str must hold a subscription."""
        key = rid.casefold() if isinstance(rid, str) else rid.key
        row = self._db.execute(_SELECT + "key = ?", (key,)).fetchone()
        return None if row is None else self._resource(row)

    def exists(self, rid: ResourceId | str) -> bool:
        key = rid.casefold() if isinstance(rid, str) else rid.key
        return self._db.execute("SELECT 1 FROM resources WHERE key = ?", (key,)).fetchone() is not None

    def stored_id(self, key: str) -> str | None:
        """The canonical id kept under a key, without reading the body."""
        row = self._db.execute("SELECT id FROM resources WHERE key = ?", (key,)).fetchone()
        return None if row is None else row[0]

    def named(self, type: str, name: str) -> list[Resource]:
        """All of a type with this name, in any casing, wherever they are: for names that are unique in the world."""
        rows = self._db.execute(_SELECT + "type = ? AND name = ? ORDER BY seq", (type.casefold(), name.casefold()))
        return [self._resource(row) for row in rows]

    def put(self, rid: ResourceId, body: Body) -> Resource:
        """Create or replace. The body's id, name and type are made to agree with the id.

        An existing resource keeps the spelling of its id and its `created_at`; a new one takes its
        parent's. The etag is new every time.
        """
        now = time.time()
        etag = str(uuid.uuid4())
        before = self._db.execute("SELECT id, created_at FROM resources WHERE key = ?", (rid.key,)).fetchone()
        if before is None:
            spelled = rid.under(self.stored_id(rid.parent_key) or "")
            created_at = now
            self._learn(rid.type)
        else:
            spelled, created_at = self.parse(before[0], rid.tenant), before[1]
        kept = envelope(spelled, body)
        values = (etag, now, is_listed(spelled, kept), msgspec.json.encode(kept), rid.key)
        if before is None:
            self._db.execute(
                "INSERT INTO resources (etag, changed_at, listed, body, key, id, tenant, type, name,"
                " subscription, grp, parent, created_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
                (*values, *columns_of(spelled), created_at),
            )
        else:
            self._db.execute("UPDATE resources SET etag=?, changed_at=?, listed=?, body=? WHERE key=?", values)
        self._db.execute("UPDATE resources SET changed_at=? WHERE key=? AND changed_at=0", (now, spelled.parent_key))
        return Resource(spelled, kept, etag, created_at, now)

    def put_many(self, resources: Iterable[tuple[ResourceId, Body]]) -> int:
        """Seed: write all in one transaction, last one wins; returns how many were written. That they were not changed
        since is kept as a `changed_at` of 0."""
        now = time.time()
        written = 0

        def rows() -> Iterator[tuple[Any, ...]]:
            nonlocal written
            for rid, body in resources:
                self._learn(rid.type)
                kept = envelope(rid, body)
                written += 1
                data = msgspec.json.encode(kept)
                head = (str(uuid.uuid4()), 0, is_listed(rid, kept), data, rid.key)
                yield (*head, *columns_of(rid), now)

        with self.transaction():
            self._db.executemany(
                "INSERT OR REPLACE INTO resources (etag, changed_at, listed, body, key, id, tenant,"
                " type, name, subscription, grp, parent, created_at)"
                " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
                rows(),
            )
        return written

    def delete(self, rid: ResourceId) -> int:
        """Remove it with everything under it (children, extensions); returns how many rows went."""
        below = (rid.key, f"{rid.key}/", f"{rid.key}0")
        return self._db.execute("DELETE FROM resources WHERE key = ? OR (key > ? AND key < ?)", below).rowcount

    def below(self, rid: ResourceId) -> list[Resource]:
        """Everything under an id, nearest parents first."""
        rows = self._db.execute(
            _SELECT + "key > ? AND key < ? ORDER BY seq",
            (f"{rid.key}/", f"{rid.key}0"),
        )
        return [self._resource(row) for row in rows]

    def page(
        self,
        *,
        type: str | None = None,
        subscription: str | None = None,
        group: ResourceId | None = None,
        parent: ResourceId | None = None,
        tenant: str | None = None,
        listed: bool = False,
        top: int = PAGE_SIZE,
        skip_token: str | None = None,
    ) -> Page:
        """Resources in order of creation that meet every condition given.

        `group` takes all inside a resource group, `parent` only direct children and extensions.
        `listed` leaves what `GET /resources` shows: no proxy resources, groups or subscriptions.
        """
        where: list[str] = ["seq > ?"]
        bound: list[Any] = [int(skip_token) if skip_token and skip_token.isdigit() else 0]
        for column, wanted in (
            ("parent", parent.key if parent else None),
            ("grp", group.key if group else None),
            ("subscription", subscription.casefold() if subscription else None),
            ("type", type.casefold() if type else None),
            ("tenant", tenant),
        ):
            if wanted is not None:
                where.append(f"{column} = ?")
                bound.append(wanted)
        if listed:
            where.append("listed = 1")
        rows = self._db.execute(
            f"{_SELECT}{' AND '.join(where)} ORDER BY seq LIMIT ?",
            (*bound, top + 1),
        ).fetchall()
        more = len(rows) > top
        rows = rows[:top]
        return Page([self._resource(row) for row in rows], str(rows[-1][0]) if more else None)

    def all(
        self,
        *,
        type: str | None = None,
        subscription: str | None = None,
        group: ResourceId | None = None,
        parent: ResourceId | None = None,
        tenant: str | None = None,
        listed: bool = False,
    ) -> Iterator[Resource]:
        """Like `page`, over every page."""
        token: str | None = None
        while True:
            page = self.page(
                type=type,
                subscription=subscription,
                group=group,
                parent=parent,
                tenant=tenant,
                listed=listed,
                skip_token=token,
            )
            yield from page.resources
            token = page.skip_token
            if token is None:
                return

    def has(self, *, type: str, tenant: str) -> bool:
        """Whether a tenant has any resource of a type."""
        found = "SELECT 1 FROM resources WHERE type = ? AND tenant = ? LIMIT 1"
        return self._db.execute(found, (type.casefold(), tenant)).fetchone() is not None

    def count(self, *, subscription: str | None = None, listed: bool = False) -> int:
        """How many resources there are, groups left out; `listed` counts what `GET /resources` shows."""
        where, bound = "type != ?", [GROUP.casefold()]
        if subscription is not None:
            where, bound = f"{where} AND subscription = ?", [*bound, subscription.casefold()]
        if listed:
            where += " AND listed = 1"
        return self._db.execute(f"SELECT count(*) FROM resources WHERE {where}", bound).fetchone()[0]  # noqa: S608 - no input

    @property
    def changes(self) -> int:
        """A number that grows with every write."""
        return self._db.total_changes

    def select(self, sql: str, bound: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
        """Rows of a SELECT over `resources`, for who asks what `page` cannot (Resource Graph)."""
        return self._db.execute(sql, tuple(bound))

    def scalar(self, sql: str, bound: Iterable[Any]) -> Any:
        """The first column of a SELECT's first row, or None."""
        row = self._db.execute(sql, tuple(bound)).fetchone()
        return None if row is None else row[0]

    # ------------------------------------------------------------ the rest

    @contextmanager
    def transaction(self) -> Generator[None]:
        """All or nothing, at every depth; the outermost one commits."""
        point = f"depth{self._depth}"
        self._db.execute(f"SAVEPOINT {point}" if self._depth else "BEGIN IMMEDIATE")
        self._depth += 1
        try:
            yield
        except BaseException:
            self._depth -= 1
            if self._depth:
                self._db.execute(f"ROLLBACK TO {point}")
                self._db.execute(f"RELEASE {point}")
            elif self._db.in_transaction:  # a full disk may have ended it already
                self._db.execute("ROLLBACK")
            raise
        self._depth -= 1
        try:
            self._db.execute(f"RELEASE {point}" if self._depth else "COMMIT")
        except sqlite3.Error:
            if self._db.in_transaction and not self._depth:
                self._db.execute("ROLLBACK")
            raise

    def remember(self, name: str, value: Any) -> None:
        """Keep a named JSON value that is not a resource (faults, operations, the identity)."""
        self._db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, msgspec.json.encode(value)))

    def recall(self, name: str) -> Any:
        """The value kept under a name, or None."""
        row = self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else msgspec.json.decode(row[0])

    def recall_all(self, prefix: str) -> dict[str, Any]:
        """Every kept value whose name begins with `prefix`."""
        rows = self._db.execute(
            "SELECT name, value FROM facts WHERE name >= ? AND name < ?", (prefix, prefix + "\U0010ffff")
        )
        return {name: msgspec.json.decode(value) for name, value in rows}

    def forget(self, name: str) -> None:
        self._db.execute("DELETE FROM facts WHERE name = ?", (name,))

    def clear(self) -> int:
        """Remove every resource and the facts about resources; the others stay. Returns how many resources went."""
        self._db.execute("DELETE FROM facts WHERE name >= ? AND name < ?", (ABOUT, ABOUT + "\U0010ffff"))
        removed = self._db.execute("DELETE FROM resources").rowcount
        for forget in self.when_cleared:
            forget()
        return removed

    def _learn(self, type_name: str) -> None:
        if type_name in self._spelled:
            return
        self.casing.learn(type_name)
        self._spelled.add(type_name)
        self._db.execute("INSERT OR IGNORE INTO spellings VALUES (?)", (type_name,))

    def _resource(self, row: tuple[Any, ...]) -> Resource:
        seq, path, key, tenant, etag, created_at, changed_at, body = row
        rid = parse_id(path, self.casing, tenant)
        if rid is None or rid.key != key:
            raise sqlite3.DatabaseError(f"unreadable resource id {path}")
        body = msgspec.json.decode(body)
        return Resource(rid, body, etag, created_at, changed_at or created_at, seq, exported=changed_at == 0)
