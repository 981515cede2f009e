"""What the vaults hold, kept in the store beside the resources under the vault's ARM id.

A vault that is soft-deleted keeps what it holds, one that comes back has it again; `forget` is for the purge. Values
live only here: nothing of it is a resource, so no ARM answer, list or query can show one.
"""

from __future__ import annotations

import uuid
from typing import Any

import msgspec

from azlin.sandbox.arm.store import ABOUT, Store

_SPACE = f"{ABOUT}vault/"
_DAY_S = 86_400


class Version(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One version. Times are whole seconds since the epoch; `data` is what only its kind knows."""

    id: str
    created: int
    updated: int
    enabled: bool = True
    nbf: int | None = None
    exp: int | None = None
    tags: dict[str, str] | None = None
    managed: bool = False
    """Made by a certificate of the same name."""
    data: dict[str, Any] = {}


class Held(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A secret, key or certificate with all its versions, oldest first. `deleted` is when it was soft-deleted."""

    name: str
    versions: list[Version]
    deleted: int | None = None
    policy: dict[str, Any] | None = None
    pending: dict[str, Any] | None = None

    @property
    def newest(self) -> Version:
        return self.versions[-1]

    def version(self, wanted: str | None) -> Version | None:
        """That version, the newest where none is named, None when there is none."""
        if not wanted:
            return self.versions[-1] if self.versions else None
        return next((one for one in self.versions if one.id == wanted.casefold()), None)


class Shelf:
    """The contents of one vault. `collection` is `secrets`, `keys` or `certificates`."""

    def __init__(self, store: Store, vault_key: str, retention_days: int, now: float) -> None:
        """`vault_key` is the casefolded ARM id. What was deleted longer ago than the retention is gone."""
        self._store = store
        self._prefix = f"{_SPACE}{vault_key}|"
        self.retention_days = retention_days
        self.now = int(now)

    def get(self, collection: str, name: str) -> Held | None:
        kept = self._store.recall(self._name(collection, name))
        return None if kept is None else self._unless_over(collection, msgspec.convert(kept, Held))

    def all(self, collection: str) -> list[Held]:
        """In the order of their names, deleted ones too."""
        kept = self._store.recall_all(f"{self._prefix}{collection}/")
        read = [self._unless_over(collection, msgspec.convert(one, Held)) for _, one in sorted(kept.items())]
        return [one for one in read if one is not None]

    def put(self, collection: str, held: Held) -> None:
        self._store.remember(self._name(collection, held.name), held)

    def drop(self, collection: str, name: str) -> None:
        self._store.forget(self._name(collection, name))

    def setting(self, name: str) -> Any:
        """A value of the vault that is no object (issuers, contacts), or None."""
        return self._store.recall(f"{self._prefix}setting/{name}")

    def keep_setting(self, name: str, value: Any) -> None:
        """None forgets it."""
        if value is None:
            self._store.forget(f"{self._prefix}setting/{name}")
        else:
            self._store.remember(f"{self._prefix}setting/{name}", value)

    def purges_at(self, held: Held) -> int:
        return (held.deleted or 0) + self.retention_days * _DAY_S

    def _name(self, collection: str, name: str) -> str:
        return f"{self._prefix}{collection}/{name.casefold()}"

    def _unless_over(self, collection: str, held: Held) -> Held | None:
        if held.deleted is not None and self.purges_at(held) <= self.now:
            self.drop(collection, held.name)
            return None
        return held


def new_version_id() -> str:
    return uuid.uuid4().hex


def forget(store: Store, vault_key: str | None = None) -> int:
    """A purged vault takes its contents along; None forgets those of every vault. Returns how many went."""
    prefix = _SPACE if vault_key is None else f"{_SPACE}{vault_key.casefold()}|"
    gone = store.recall_all(prefix)
    for name in gone:
        store.forget(name)
    return len(gone)


def secret_value(store: Store, vault_id: str, name: str, version: str | None = None) -> str | None:
    """A secret as a template's `reference` reads it: by the vault's ARM id. None when it is missing or disabled."""
    held = Shelf(store, vault_id.casefold(), 90, 0).get("secrets", name)
    found = held.version(version) if held is not None and held.deleted is None else None
    return str(found.data["value"]) if found is not None and found.enabled else None
