"""How a resource lies in SQLite: the tables, and what of an id and a body goes into columns of its own."""

from __future__ import annotations

from typing import Any

from azlin.sandbox.arm.ids import GROUP, ResourceId

SCHEMA = """
CREATE TABLE IF NOT EXISTS resources (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  id TEXT NOT NULL,
  tenant TEXT NOT NULL,
  type TEXT NOT NULL,
  name TEXT NOT NULL,
  subscription TEXT,
  grp TEXT,
  parent TEXT NOT NULL,
  listed INTEGER NOT NULL,
  etag TEXT NOT NULL,
  created_at REAL NOT NULL,
  changed_at REAL NOT NULL,
  body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS by_subscription ON resources (subscription, type);
CREATE INDEX IF NOT EXISTS by_listed ON resources (subscription) WHERE listed = 1;
CREATE INDEX IF NOT EXISTS by_listed_type ON resources (subscription, type) WHERE listed = 1;
CREATE INDEX IF NOT EXISTS by_listed_name ON resources (name) WHERE listed = 1;
CREATE INDEX IF NOT EXISTS by_group ON resources (grp, type);
CREATE INDEX IF NOT EXISTS by_parent ON resources (parent, type);
CREATE INDEX IF NOT EXISTS by_type ON resources (type, name);
CREATE TABLE IF NOT EXISTS spellings (type TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value BLOB NOT NULL);
"""
_OWN = frozenset(("id", "name", "type"))


def envelope(rid: ResourceId, body: dict[str, Any]) -> dict[str, Any]:
    """The body with id, name and type first, as ARM sends it."""
    name = rid.name
    return {"id": rid.id, "name": name, "type": rid.type, **{k: v for k, v in body.items() if k not in _OWN}}


def is_listed(rid: ResourceId, body: dict[str, Any]) -> bool:
    """Whether GET /resources shows it: tracked resources have a location; extensions are not shown."""
    return rid.group is not None and "location" in body and rid.type != GROUP and not rid.is_extension


def columns_of(rid: ResourceId) -> tuple[Any, ...]:
    """id, tenant, type, name, subscription, grp and parent: what the indexes are made of."""
    return (
        rid.id,
        rid.tenant,
        rid.type.casefold(),
        rid.name.casefold(),
        rid.subscription.casefold() if rid.subscription else None,
        rid.group_key,
        rid.parent_key,
    )
