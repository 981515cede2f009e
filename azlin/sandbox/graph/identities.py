"""The service principals of managed identities, which ARM makes and removes.

Triggers on the resources' table note which resources with an identity changed; before Graph answers, their service
principals are brought up to date. So an identity costs ARM nothing but the note, and Graph has it at once.
Source: "servicePrincipal resource type": `servicePrincipalType` ManagedIdentity, `alternativeNames`.
"""

from __future__ import annotations

import secrets
import uuid

from azlin.sandbox.arm.store import Resource
from azlin.sandbox.directory import Directory
from azlin.sandbox.graph.grants import forget
from azlin.sandbox.graph.kinds import Body, kinds
from azlin.sandbox.graph.objects import Objects
from azlin.sandbox.graph.writing import now

_SPACE = uuid.UUID("5a4db0c5-0000-4000-8000-a21100000008")
_USER_ASSIGNED = "microsoft.managedidentity/userassignedidentities"
_MARK = "X'" + b'"identity"'.hex() + "'"


def _concerns(row: str) -> str:
    return f"({row}.type = '{_USER_ASSIGNED}' OR instr({row}.body, {_MARK}) > 0)"


_SCHEMA = (  # constants only
    "CREATE TABLE graph_changed (key TEXT PRIMARY KEY)",
    f"CREATE TRIGGER graph_on_insert AFTER INSERT ON resources WHEN {_concerns('NEW')}"  # noqa: S608
    " BEGIN INSERT OR IGNORE INTO graph_changed VALUES (NEW.key); END",
    f"CREATE TRIGGER graph_on_update AFTER UPDATE ON resources WHEN {_concerns('NEW')} OR {_concerns('OLD')}"  # noqa: S608
    " BEGIN INSERT OR IGNORE INTO graph_changed VALUES (NEW.key); END",
    f"CREATE TRIGGER graph_on_delete AFTER DELETE ON resources WHEN {_concerns('OLD')}"  # noqa: S608
    " BEGIN INSERT OR IGNORE INTO graph_changed VALUES (OLD.key); END",
    f"INSERT OR IGNORE INTO graph_changed SELECT key FROM resources WHERE {_concerns('resources')}",  # noqa: S608
)


class ManagedIdentities:
    """Keeps the service principals of identities in step with the resources."""

    def __init__(self, objects: Objects, directory: Directory) -> None:
        self._objects = objects
        self._directory = directory
        self._db = objects.store.database
        if self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'graph_changed'").fetchone() is None:
            with objects.store.transaction():
                for statement in _SCHEMA:
                    self._db.execute(statement)

    def follow(self) -> None:
        """Do what the notes say."""
        keys = [key for (key,) in self._db.execute("SELECT key FROM graph_changed")]
        if not keys:
            return
        with self._objects.store.transaction():
            for key in keys:
                self._follow(key)
            self._db.execute("DELETE FROM graph_changed")

    def _follow(self, key: str) -> None:
        parts = key.split("/")
        owner = self._directory.owner(parts[2]) if len(parts) > 2 else None
        if owner is None:
            return
        resource = self._objects.store.get(key)
        wanted = None if resource is None else _described(resource)
        for one in self._objects.find(owner.id, "servicePrincipal", "alternativeNames", key):
            if wanted is None or one.id != wanted["id"]:
                forget(self._objects, one)
                self._objects.remove(one)
        if wanted is not None and self._objects.get(owner.id, wanted["id"]) is None:
            self._objects.add(owner.id, "servicePrincipal", {**kinds()["servicePrincipal"].fresh(), **wanted})


def _described(resource: Resource) -> Body | None:
    """The service principal of a resource's own identity, None when it has none."""
    explicit = resource.id.type.casefold() == _USER_ASSIGNED
    holder: Body = resource.properties if explicit else resource.body.get("identity") or {}
    principal = holder.get("principalId")
    if not isinstance(principal, str) or not principal:
        return None
    client = (
        str(holder.get("clientId") or uuid.uuid5(_SPACE, principal)) if explicit else str(uuid.uuid5(_SPACE, principal))
    )
    return {
        "id": principal.casefold(),
        "alternativeNames": [f"isExplicit={explicit}", resource.id.id],
        "appDisplayName": None,
        "appId": client,
        "createdDateTime": now(),
        "displayName": resource.id.name,
        "servicePrincipalNames": [client, f"https://identity.azure.net/{secrets.token_urlsafe(32)}="],
        "servicePrincipalType": "ManagedIdentity",
    }
