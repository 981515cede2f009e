"""Deleting and restoring: users, groups and applications wait 30 days in `directory/deletedItems`.

Source: "Delete a user / group / application" and "Restore deleted item" of the Graph reference.
"""

from __future__ import annotations

from azlin.sandbox.graph import federation, refusals
from azlin.sandbox.graph.grants import forget
from azlin.sandbox.graph.objects import Entity, Objects
from azlin.sandbox.graph.writing import now

KEPT = ("user", "group", "application", "servicePrincipal")


def delete(objects: Objects, entity: Entity) -> None:
    """An application takes its service principal with it. Security groups are not kept: they go at once."""
    with objects.store.transaction():
        if entity.kind == "application":
            for principal in objects.find(entity.tenant, "servicePrincipal", "appId", entity.body["appId"]):
                delete(objects, principal)
        if entity.kind not in KEPT or (entity.kind == "group" and "Unified" not in entity.body["groupTypes"]):
            purge(objects, entity)
            return
        entity.body["deletedDateTime"] = now()
        entity.gone = True
        objects.save(entity)


def restore(objects: Objects, entity: Entity) -> Entity:
    """Back as it was, with its links. Raises GraphRefusal 400 when its name was taken meanwhile."""
    name = {"user": "userPrincipalName", "application": "appId", "servicePrincipal": "appId"}.get(entity.kind)
    if name and objects.find(entity.tenant, entity.kind, name, str(entity.body[name])):
        raise refusals.value_taken(name)
    with objects.store.transaction():
        entity.body["deletedDateTime"] = None
        entity.gone = False
        objects.save(entity)
        if entity.kind == "application":
            for principal in objects.all(entity.tenant, "servicePrincipal", gone=True):
                if principal.body["appId"] == entity.body["appId"]:
                    restore(objects, principal)
    return entity


def purge(objects: Objects, entity: Entity) -> None:
    """For good, with what was granted to it and the credentials under it."""
    with objects.store.transaction():
        forget(objects, entity)
        for one in federation.of(objects, entity):
            objects.remove(one)
        objects.remove(entity)
