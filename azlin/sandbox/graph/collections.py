"""The collections: list, create, read, change and delete users, groups, applications, service principals and grants;
`directoryObjects` and `directory/deletedItems`; the actions on an object."""

from __future__ import annotations

import re
from typing import Any

from azlin.sandbox.arm.behaviour import Answer
from azlin.sandbox.arm.jsonc import array_of, object_of
from azlin.sandbox.directory import Tenant
from azlin.sandbox.graph import (
    applications,
    credentials,
    deleting,
    grants,
    groups,
    membership,
    refusals,
    relations,
    roles,
    service_principals,
    users,
    writing,
)
from azlin.sandbox.graph.asking import Asking
from azlin.sandbox.graph.kinds import Body, by_segment, kinds
from azlin.sandbox.graph.listing import Listing, knows, select_suffix, selected, shown
from azlin.sandbox.graph.objects import Entity, Objects
from azlin.sandbox.graph.permissions import may

_SERVED = frozenset(("user", "group", "application", "servicePrincipal", "directoryRole", "oauth2PermissionGrant"))
_ALTERNATE = re.compile(r"(\w+)='(.*)'")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_MIXED = "directoryObject"
_MOST_IDS = 1000


def answer(objects: Objects, asking: Asking, tenant: Tenant) -> Answer:
    """Whatever was asked of a collection or of what is in it. Raises GraphRefusal."""
    first = asking.parts[0].casefold()
    if first == "directory" and [one.casefold() for one in asking.parts[1:2]] == ["deleteditems"]:
        return _deleted(objects, asking)
    if first == "directoryobjects":
        return _any(objects, asking, tenant)
    kind = by_segment().get(first)
    if kind not in _SERVED:
        raise refusals.segment_unknown(asking.parts[0])
    rest = asking.parts[1:]
    if not rest or rest[0].casefold() == "$count":
        return _collection(objects, asking, tenant, kind, counted=bool(rest))
    return _entity(objects, asking, tenant, _find(objects, asking, kind, rest[0]), rest[1:])


def _collection(objects: Objects, asking: Asking, tenant: Tenant, kind: str, *, counted: bool) -> Answer:
    may(objects, asking, kind)
    segment = kinds()[kind].segment
    if asking.method == "POST" and not counted:
        made = _create(objects, asking, tenant, kind)
        return made if isinstance(made, Answer) else Answer(201, asking.entity(segment, shown(made, None, mixed=False)))
    if asking.method != "GET":
        raise refusals.method_not_supported()
    listing = Listing(asking.of(segment), kind)
    if counted:
        return relations.count(asking, lambda: listing.total(objects))
    relations.expansions(asking, kind)

    def show(one: Entity) -> Body:
        return relations.expanded(objects, asking, one, shown(one, listing.select, mixed=False))

    return listing.objects(objects, show)


def _create(objects: Objects, asking: Asking, tenant: Tenant, kind: str) -> Entity | Answer:
    owner = asking.oid if asking.is_user else None
    match kind:
        case "user":
            return users.create(objects, tenant, asking.body())
        case "group":
            return groups.create(objects, tenant, asking.body(), owner)
        case "application":
            return applications.create(objects, tenant, asking.body(), asking.oid)
        case "servicePrincipal":
            return service_principals.create(objects, tenant, asking.body(), asking.oid)
        case "directoryRole":
            return roles.create_role(objects, asking)
        case _:
            return grants.grant(objects, tenant.id, asking.body())


def _find(objects: Objects, asking: Asking, kind: str, name: str) -> Entity:
    """By id, a user also by userPrincipalName, and by the alternate keys. Raises GraphRefusal 400, 404."""
    alternate = _ALTERNATE.fullmatch(name)
    if alternate is not None:
        key = next((one for one in kinds()[kind].indexed if one.casefold() == alternate[1].casefold()), None)
        if key not in ("appId", "uniqueName", "roleTemplateId", "userPrincipalName"):
            raise refusals.bad_request(
                f"The request URI is not valid: the key '{alternate[1]}' is unknown.", "BadRequest"
            )
        found = objects.first(asking.tenant, kind, key, alternate[2].replace("''", "'"))
        name = alternate[2]
    elif kind == "user":
        found = users.find(objects, asking.tenant, name)
    else:
        found = objects.get(asking.tenant, name, kind)
        if found is None and kind != "oauth2PermissionGrant" and not _UUID.fullmatch(name):
            raise refusals.object_id_invalid(name)
    if found is None:
        raise refusals.not_found(name)
    return found


def _entity(objects: Objects, asking: Asking, tenant: Tenant, entity: Entity, rest: tuple[str, ...]) -> Answer:
    if rest:
        return _below(objects, asking, entity, rest)
    may(objects, asking, entity.kind, entity)
    if asking.method == "GET":
        return Answer(200, _read(objects, asking, entity, mixed=asking.parts[0].casefold() == "directoryobjects"))
    if asking.method == "PATCH":
        _update(objects, tenant, entity, asking.body())
        return Answer(204)
    if asking.method == "DELETE":
        if entity.kind == "servicePrincipal" and entity.body["servicePrincipalType"] == "ManagedIdentity":
            raise refusals.bad_request("Managed identities are removed with their resources.", "Request_BadRequest")
        deleting.delete(objects, entity)
        return Answer(204)
    raise refusals.method_not_supported()


def _read(objects: Objects, asking: Asking, entity: Entity, *, mixed: bool) -> Body:
    select = selected(asking, entity.kind)
    segment = "directoryObjects" if mixed else kinds()[entity.kind].segment
    body = shown(entity, select, mixed)
    context = asking.entity(f"{segment}{select_suffix(select)}", body)
    return relations.expanded(objects, asking, entity, context)


def _update(objects: Objects, tenant: Tenant, entity: Entity, sent: Body) -> None:
    match entity.kind:
        case "user":
            users.update(objects, tenant, entity, sent)
        case "group":
            groups.update(objects, entity, sent)
        case "application":
            applications.update(objects, tenant, entity, sent)
        case "servicePrincipal":
            service_principals.update(objects, entity, sent)
        case _:
            grants.change(objects, entity, sent)


def _below(objects: Objects, asking: Asking, entity: Entity, rest: tuple[str, ...]) -> Answer:
    relation = relations.spelled(entity.kind, rest[0])
    if relation is not None:
        return relations.answer(objects, asking, entity, relation, rest[1:])
    if entity.kind == "user" and rest[0].casefold() == "manager":
        return _manager(objects, asking, entity, rest[1:])
    if asking.method == "POST" and len(rest) == 1:
        may(objects, asking, entity.kind, entity)
        return _action(objects, asking, entity, rest[0].rpartition(".")[2].casefold())
    if asking.method == "GET" and len(rest) == 1 and knows(entity.kind, rest[0]):
        may(objects, asking, entity.kind, entity)
        where = f"{kinds()[entity.kind].segment}('{entity.id}')/{rest[0]}"
        value = entity.body.get(rest[0])
        return Answer(204) if value is None else Answer(200, {"@odata.context": asking.context(where), "value": value})
    raise refusals.segment_unknown(rest[0])


def _action(objects: Objects, asking: Asking, entity: Entity, name: str) -> Answer:
    sent: Any = asking.sent
    body = object_of(sent)
    secured = body.get("securityEnabledOnly") is True
    texts = asking.context("Collection(Edm.String)")
    holds = entity.kind in ("application", "servicePrincipal")
    if name == "addpassword" and holds:
        made = credentials.add_password(objects, entity, sent)
        return Answer(200, {"@odata.context": asking.context("microsoft.graph.passwordCredential"), **made})
    if name == "removepassword" and holds:
        credentials.remove_password(objects, entity, sent)
        return Answer(204)
    if name in ("getmembergroups", "getmemberobjects"):
        found = membership.containers(objects, entity, groups_only=name == "getmembergroups", security_only=secured)
        return Answer(200, {"@odata.context": texts, "value": [one.id for one in found]})
    if name in ("checkmembergroups", "checkmemberobjects"):
        groups_only = name == "checkmembergroups"
        ids = membership.check(objects, entity, body.get("groupIds" if groups_only else "ids"), groups_only=groups_only)
        return Answer(200, {"@odata.context": texts, "value": ids})
    if name == "revokesigninsessions" and entity.kind == "user":
        entity.body["signInSessionsValidFromDateTime"] = writing.now()
        objects.save(entity)
        return Answer(200, {"@odata.context": asking.context("Edm.Boolean"), "value": True})
    raise refusals.segment_unknown(asking.parts[-1])


def _manager(objects: Objects, asking: Asking, user: Entity, rest: tuple[str, ...]) -> Answer:
    may(objects, asking, "user", user)
    held = objects.targets(user.tenant, "manager", user.id)
    if asking.method == "GET" and not rest:
        found = objects.get(user.tenant, held[0]) if held else None
        if found is None:
            raise refusals.not_found("manager")
        return Answer(200, asking.entity("directoryObjects", shown(found, None, mixed=True)))
    if rest != ("$ref",) or asking.method not in ("PUT", "DELETE"):
        raise refusals.method_not_supported()
    if asking.method == "PUT":
        name = writing.linked(asking.body().get("@odata.id"))
        if objects.get(user.tenant, name, "user") is None:
            raise refusals.not_found(name)
    for one in held:
        objects.unlink(user.tenant, "manager", user.id, one)
    if asking.method == "PUT":
        objects.link(user.tenant, "manager", user.id, name.casefold())  # pyright: ignore[reportPossiblyUnboundVariable]
    return Answer(204)


def _any(objects: Objects, asking: Asking, tenant: Tenant) -> Answer:
    """`directoryObjects/getByIds` and `directoryObjects/{id}[/...]`."""
    rest = asking.parts[1:]
    if not rest:
        raise refusals.query_unsupported("The query is not supported: directoryObjects cannot be listed.")
    if asking.method == "POST" and rest[-1].rpartition(".")[2].casefold() == "getbyids":
        may(objects, asking, _MIXED)
        return _by_ids(objects, asking)
    found = objects.get(tenant.id, rest[0], *(_SERVED - {"oauth2PermissionGrant"}))
    if found is None:
        raise refusals.not_found(rest[0]) if _UUID.fullmatch(rest[0]) else refusals.object_id_invalid(rest[0])
    return _entity(objects, asking, tenant, found, rest[1:])


def _by_ids(objects: Objects, asking: Asking) -> Answer:
    """Those of the ids that exist and are of the types: the others are left out."""
    sent = asking.body()
    ids, types = array_of(sent.get("ids")), array_of(sent.get("types"))
    if not ids:
        raise refusals.bad_request("Invalid value specified for property 'ids'.")
    if len(ids) > _MOST_IDS:
        raise refusals.bad_request("Too many elements are included in 'ids'. The maximum is 1000.")
    wanted = {str(one).casefold() for one in types}
    names = dict.fromkeys(str(one).casefold() for one in ids)
    for name in names:
        if not _UUID.fullmatch(name):
            raise refusals.bad_request(f"Invalid GUID:{name}", "Request_BadRequest")
    found = [one for name in names if (one := objects.get(asking.tenant, name, *_SERVED)) is not None]
    kept = [one for one in found if not wanted or one.kind.casefold() in wanted or "directoryobject" in wanted]
    body = {
        "@odata.context": asking.context("directoryObjects"),
        "value": [shown(one, None, mixed=True) for one in kept],
    }
    return Answer(200, body)


def _deleted(objects: Objects, asking: Asking) -> Answer:
    """`directory/deletedItems/microsoft.graph.user`, `.../{id}` and `.../{id}/restore`."""
    rest = asking.parts[2:]
    if not rest:
        raise refusals.bad_request("The deleted items of a type are asked for: microsoft.graph.user and the like.")
    wanted = rest[0].casefold().removeprefix("microsoft.graph.")
    kind = next((one for one in deleting.KEPT if one.casefold() == wanted), None)
    if kind is not None:
        may(objects, asking, kind)
        listing = Listing(asking.of(f"{kinds()[kind].segment}"), kind)
        return listing.answer(listing.narrow(objects.all(asking.tenant, kind, gone=True)))
    found = objects.get(asking.tenant, rest[0], gone=True)
    if found is None:
        raise refusals.not_found(rest[0])
    may(objects, asking, found.kind, found)
    if rest[1:] == ("restore",) and asking.method == "POST":
        return Answer(200, asking.entity("directoryObjects", shown(deleting.restore(objects, found), None, mixed=True)))
    if len(rest) == 1 and asking.method == "GET":
        return Answer(200, asking.entity("directoryObjects", shown(found, None, mixed=True)))
    if len(rest) == 1 and asking.method == "DELETE":
        deleting.purge(objects, found)
        return Answer(204)
    raise refusals.method_not_supported()
