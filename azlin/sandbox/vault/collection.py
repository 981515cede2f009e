"""What secrets, keys and certificates have in common: lists, versions, soft delete, backup and restore.

Source: Key Vault REST API 7.6, operation groups Secrets, Keys and Certificates.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from typing import Any, ClassVar

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from azlin.sandbox.arm.store import Body, Store
from azlin.sandbox.vault import refusals
from azlin.sandbox.vault.access import allow
from azlin.sandbox.vault.shelf import Held, Version, new_version_id
from azlin.sandbox.vault.visit import Visit, checked_name, take_attributes

_BACKUP_KEY = "vault-backup-key"
Reply = tuple[int, Body | None]


class Collection:
    """One of the three. Subclasses say how a version is shown and made."""

    segment: ClassVar[str]
    noun: ClassVar[str]
    update_permission: ClassVar[str] = "update"
    backup_field: ClassVar[str] = "value"
    follows: ClassVar[tuple[str, ...]] = ()
    """Collections whose object of the same name shares its fate (those that a certificate made)."""

    # ------------------------------------------------------------- to say

    def bundle(self, visit: Visit, held: Held, version: Version, *, whole: bool = True) -> Body:
        """A version as its own GET shows it; `whole=False` leaves out what deletion answers do not have."""
        raise NotImplementedError

    def item(self, visit: Visit, held: Held, version: Version, *, versioned: bool) -> Body:
        """A line of a list; `versioned` puts the version into its id."""
        raise NotImplementedError

    def own(self, visit: Visit, name: str, rest: list[str]) -> Reply:  # noqa: ARG002 - for those who override
        """The paths below `/{segment}/{name}` that only this kind has."""
        raise refusals.no_such_door(visit.method, "/" + "/".join(visit.parts))

    # ------------------------------------------------------------ dispatch

    def answer(self, visit: Visit) -> Reply:  # noqa: PLR0911 - one line per path
        head, rest = visit.parts[0].casefold(), visit.parts[1:]
        if head == f"deleted{self.segment}":
            return self._deleted(visit, rest)
        if not rest:
            return self._list(visit)
        if len(rest) == 1 and rest[0].casefold() == "restore" and visit.method == "POST":
            return self._restore(visit)
        name, verb = checked_name(rest[0]), (visit.method, *(one.casefold() for one in rest[1:2]))
        if len(rest) > 2:
            return self.own(visit, name, rest[1:])
        if verb == ("DELETE",):
            return self._delete(visit, name)
        if verb == ("GET", "versions"):
            return self._versions(visit, name)
        if verb == ("POST", "backup"):
            return self._backup(visit, name)
        return self.own(visit, name, rest[1:])

    # --------------------------------------------------------------- reads

    def live(self, visit: Visit, name: str) -> Held:
        """The object, 404 when it is missing or deleted."""
        held = visit.shelf.get(self.segment, name)
        if held is None or held.deleted is not None:
            raise refusals.not_found(self.noun, name)
        return held

    def version(self, visit: Visit, name: str, wanted: str | None) -> tuple[Held, Version]:
        held = self.live(visit, name)
        found = held.version(wanted)
        if found is None:
            raise refusals.not_found(self.noun, f"{name}/{wanted}" if wanted else name)
        return held, found

    def _list(self, visit: Visit) -> Reply:
        if visit.method != "GET":
            raise refusals.no_such_door(visit.method, f"/{self.segment}")
        allow(visit, self.segment, "list")
        held = (one for one in visit.shelf.all(self.segment) if one.deleted is None and one.versions)
        return 200, visit.page([self.item(visit, one, one.newest, versioned=False) for one in held])

    def _versions(self, visit: Visit, name: str) -> Reply:
        allow(visit, self.segment, "list", name)
        held = visit.shelf.get(self.segment, name)
        versions = held.versions if held is not None and held.deleted is None else []
        return 200, visit.page([self.item(visit, held, one, versioned=True) for one in versions if held is not None])

    # -------------------------------------------------------------- writes

    def take_in(self, visit: Visit, name: str, data: Body, body: Body) -> tuple[Held, Version]:
        """A new version of a new or known object. 409 while one of that name lies deleted."""
        held = visit.shelf.get(self.segment, name) or Held(name=name, versions=[])
        if held.deleted is not None:
            raise refusals.is_deleted(self.noun, name)
        now = visit.shelf.now
        version = Version(id=new_version_id(), created=now, updated=now, data=data)
        take_attributes(version, body)
        held.versions.append(version)
        visit.shelf.put(self.segment, held)
        return held, version

    def change(self, visit: Visit, name: str, wanted: str | None) -> tuple[Held, Version]:
        """PATCH of what all have; the caller changes the rest and puts it back."""
        allow(visit, self.segment, self.update_permission, name)
        held, version = self.version(visit, name, wanted)
        take_attributes(version, visit.body)
        version.updated = visit.shelf.now
        return held, version

    # --------------------------------------------------------- soft delete

    def _delete(self, visit: Visit, name: str) -> Reply:
        allow(visit, self.segment, "delete", name)
        held = self.live(visit, name)
        if not held.versions:
            raise refusals.not_found(self.noun, name)
        if held.newest.managed:
            raise refusals.VaultRefusal(
                403, "Forbidden", f"Operation delete is not allowed on a {self.noun} that is managed by a certificate."
            )
        shown = self.bundle(visit, held, held.newest, whole=False)
        for collection in (self.segment, *self.follows):
            one = visit.shelf.get(collection, name)
            if one is None or (collection != self.segment and not one.newest.managed):
                continue
            if visit.soft_deletes:
                one.deleted = held.deleted = visit.shelf.now
                visit.shelf.put(collection, one)
            else:
                visit.shelf.drop(collection, name)
        return 200, {**self._fate(visit, held), **shown} if visit.soft_deletes else shown

    def _fate(self, visit: Visit, held: Held) -> Body:
        return {
            "recoveryId": f"{visit.base}/deleted{self.segment}/{held.name}",
            "deletedDate": held.deleted,
            "scheduledPurgeDate": visit.shelf.purges_at(held),
        }

    def _deleted(self, visit: Visit, rest: list[str]) -> Reply:
        verb = (visit.method, len(rest), rest[1].casefold() if len(rest) > 1 else "")
        if verb == ("GET", 0, ""):
            allow(visit, self.segment, "list")
            gone = (one for one in visit.shelf.all(self.segment) if one.deleted is not None)
            items = [{**self._fate(visit, one), **self.item(visit, one, one.newest, versioned=False)} for one in gone]
            return 200, visit.page(items)
        if verb not in (("GET", 1, ""), ("DELETE", 1, ""), ("POST", 2, "recover")):
            raise refusals.no_such_door(visit.method, "/" + "/".join(visit.parts))
        name, permission = rest[0], {"GET": "get", "DELETE": "purge", "POST": "recover"}[visit.method]
        allow(visit, self.segment, permission, name)
        held = visit.shelf.get(self.segment, name)
        if held is None or held.deleted is None:
            raise refusals.deleted_not_found(self.noun, name)
        if permission == "get":
            return 200, {**self._fate(visit, held), **self.bundle(visit, held, held.newest, whole=False)}
        if permission == "purge" and visit.purge_protected:
            raise refusals.purge_protected(visit.spoken)
        for collection in (self.segment, *self.follows):
            one = visit.shelf.get(collection, name)
            if one is None or one.deleted is None:
                continue
            one.deleted = None
            if permission == "purge":
                visit.shelf.drop(collection, name)
            else:
                visit.shelf.put(collection, one)
        return (204, None) if permission == "purge" else (200, self.bundle(visit, held, held.newest, whole=False))

    # ----------------------------------------------------- backup, restore

    def _backup(self, visit: Visit, name: str) -> Reply:
        allow(visit, self.segment, "backup", name)
        self.live(visit, name)
        parts = {one: visit.shelf.get(one, name) for one in (self.segment, *self.follows)}
        kept = msgspec.json.encode({"collection": self.segment, "name": name, "parts": parts})
        nonce = secrets.token_bytes(12)
        sealed = nonce + _sealing(visit.plane.store).encrypt(nonce, kept, self.segment.encode())
        return 200, {self.backup_field: base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()}

    def _restore(self, visit: Visit) -> Reply:
        allow(visit, self.segment, "restore")
        sent = visit.body.get("value")
        try:
            sealed = unpadded(sent if isinstance(sent, str) else "")
            kept: Any = msgspec.json.decode(
                _sealing(visit.plane.store).decrypt(sealed[:12], sealed[12:], self.segment.encode())
            )
        except (InvalidTag, ValueError, msgspec.DecodeError):
            raise refusals.bad_parameter("The backup blob is malformed or was not made by this service.") from None
        name: str = kept["name"]
        there = visit.shelf.get(self.segment, name)
        if there is not None and there.deleted is not None:
            raise refusals.is_deleted(self.noun, name)
        if there is not None:
            raise refusals.VaultRefusal(
                409, "Conflict", f"There was a conflict restoring the {self.noun} '{name}', which already exists."
            )
        for collection, part in kept["parts"].items():
            if part is not None:
                visit.shelf.put(collection, msgspec.convert(part, Held))
        held = self.live(visit, name)
        return 200, self.bundle(visit, held, held.newest, whole=False)


def unpadded(text: str) -> bytes:
    """base64url without padding, as JOSE writes it (RFC 7515, section 2); standard base64 is taken too."""
    bare = text.replace("+", "-").replace("/", "_").rstrip("=")
    try:
        return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    except (binascii.Error, ValueError):
        raise refusals.bad_parameter("Value is not valid base64url.") from None


def _sealing(store: Store) -> AESGCM:
    """The key of this sandbox's backups: they come back here and nowhere else, as Azure's do in their geography."""
    kept = store.recall(_BACKUP_KEY)
    if kept is None:
        kept = secrets.token_hex(32)
        store.remember(_BACKUP_KEY, kept)
    return AESGCM(bytes.fromhex(kept))
