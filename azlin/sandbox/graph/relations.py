"""What hangs on an object: members, owners, grants, credentials and what it belongs to.

`GET /groups/{id}/members`, `POST .../members/$ref`, `DELETE .../members/{id}/$ref`, `.../members/$count`,
`.../members/microsoft.graph.user`, and the collections of an application or a service principal.
"""

from __future__ import annotations

from collections.abc import Callable

from azlin.sandbox.arm.behaviour import Answer
from azlin.sandbox.graph import federation, grants, membership, refusals
from azlin.sandbox.graph.asking import Asking
from azlin.sandbox.graph.kinds import Body, kinds
from azlin.sandbox.graph.listing import Listing, knows, selected, shown
from azlin.sandbox.graph.objects import Entity, Objects
from azlin.sandbox.graph.permissions import may
from azlin.sandbox.graph.writing import linked

_CAST = "microsoft.graph."
_MIXED = "directoryObject"
_MOST_EXPANDED = 20

Related = Callable[[Objects, Entity], list[Entity]]


def _targets(relation: str) -> Related:
    return lambda objects, one: _all(objects, one, objects.targets(one.tenant, relation, one.id))


def _sources(relation: str) -> Related:
    return lambda objects, one: _all(objects, one, objects.sources(one.tenant, relation, one.id))


def _keyed(kind: str, name: str) -> Related:
    return lambda objects, one: objects.find(one.tenant, kind, name, one.id)


def _all(objects: Objects, one: Entity, names: list[str]) -> list[Entity]:
    return [found for name in names if (found := objects.get(one.tenant, name)) is not None]


_OF_MEMBER: dict[str, Related] = {
    "memberOf": membership.member_of,
    "transitiveMemberOf": membership.transitive_member_of,
}
_ASSIGNMENTS: dict[str, Related] = {"appRoleAssignments": _keyed("appRoleAssignment", "principalId")}
_RELATIONS: dict[str, dict[str, Related]] = {
    "user": {
        **_OF_MEMBER,
        **_ASSIGNMENTS,
        "ownedObjects": _sources("owners"),
        "directReports": _sources("manager"),
        "oauth2PermissionGrants": _keyed("oauth2PermissionGrant", "principalId"),
    },
    "group": {
        **_OF_MEMBER,
        **_ASSIGNMENTS,
        "members": membership.members,
        "transitiveMembers": membership.transitive_members,
        "owners": _targets("owners"),
    },
    "application": {"owners": _targets("owners"), "federatedIdentityCredentials": federation.of},
    "servicePrincipal": {
        **_OF_MEMBER,
        **_ASSIGNMENTS,
        "owners": _targets("owners"),
        "ownedObjects": _sources("owners"),
        "appRoleAssignedTo": _keyed("appRoleAssignment", "resourceId"),
        "oauth2PermissionGrants": _keyed("oauth2PermissionGrant", "clientId"),
    },
    "directoryRole": {"members": membership.members},
}
_TYPES = {
    "appRoleAssignments": "appRoleAssignment",
    "appRoleAssignedTo": "appRoleAssignment",
    "oauth2PermissionGrants": "oauth2PermissionGrant",
    "federatedIdentityCredentials": "federatedIdentityCredential",
}
"""Relations whose objects are of one type; the others hold directory objects of several."""
_LINKED = frozenset(("members", "owners"))
_MEMBERS_OF: dict[tuple[str, str], tuple[str, ...]] = {
    ("group", "members"): ("user", "group", "servicePrincipal"),
    ("directoryRole", "members"): ("user", "group", "servicePrincipal"),
    ("group", "owners"): ("user", "servicePrincipal"),
    ("application", "owners"): ("user", "servicePrincipal"),
    ("servicePrincipal", "owners"): ("user", "servicePrincipal"),
}


def spelled(kind: str, name: str) -> str | None:
    """The relation of a kind as the service spells it, or None: it has no such relation."""
    return next((one for one in _RELATIONS.get(kind, {}) if one.casefold() == name.casefold()), None)


def related(objects: Objects, entity: Entity, relation: str) -> list[Entity]:
    return _RELATIONS[entity.kind][relation](objects, entity)


def answer(objects: Objects, asking: Asking, entity: Entity, relation: str, rest: tuple[str, ...]) -> Answer:
    """Whatever was asked of `/{entity}/{relation}/{rest}`. Raises GraphRefusal."""
    kind = _TYPES.get(relation, _MIXED)
    may(objects, asking, entity.kind if kind == _MIXED else kind, entity)
    if rest[:1] == ("$ref",) or rest[1:] == ("$ref",):
        return _reference(objects, asking, entity, relation, rest)
    if kind != _MIXED and asking.method != "GET":
        return _write(objects, asking, entity, relation, rest)
    if asking.method != "GET":
        raise refusals.method_not_supported()
    found = related(objects, entity, relation)
    if rest and rest[0].casefold().startswith(_CAST):
        wanted = rest[0][len(_CAST) :].casefold()
        found = [one for one in found if one.kind.casefold() == wanted]
        kind = next((name for name in kinds() if name.casefold() == wanted), kind)
        rest = rest[1:]
    if rest == ("$count",):
        kept = list(Listing(asking, kind).narrow(found))
        return count(asking, lambda: len(kept))
    if rest:
        return _one(asking, entity, relation, kind, found, rest[0])
    collection = "directoryObjects" if kind == _MIXED else kinds()[kind].segment
    if relation in _TYPES:
        collection = f"{kinds()[entity.kind].segment}('{entity.id}')/{relation}"
    listing = Listing(asking.of(collection, mixed=kind == _MIXED), kind)
    return listing.answer(listing.narrow(found))


def count(asking: Asking, total: Callable[[], int]) -> Answer:
    """`.../$count`: a bare number, for who takes advanced queries. Raises GraphRefusal 400."""
    if not asking.eventual:
        raise refusals.bad_request("$count is not currently supported.")
    return Answer(200, str(total()).encode(), {"Content-Type": "text/plain"})


def expansions(asking: Asking, kind: str) -> list[tuple[str, list[str] | None]]:
    """The relations that `$expand` names, each with its own `$select`. Raises GraphRefusal 400."""
    found: list[tuple[str, list[str] | None]] = []
    for part in _split(asking.query.get("$expand", "")):
        name, _, options = part.strip().partition("(")
        relation = "manager" if (kind, name.casefold()) == ("user", "manager") else spelled(kind, name)
        if relation is None:
            why = f"Could not find a property named '{name}' on type 'microsoft.graph.{kind}'."
            raise refusals.bad_request(f"Parsing OData Select and Expand failed: {why}", "BadRequest")
        chosen = options.partition("$select=")[2].partition(";")[0].strip(") ")
        select = [one.strip() for one in chosen.split(",") if knows(_MIXED, one.strip())] if chosen else None
        found.append((relation, select))
    return found


def expanded(objects: Objects, asking: Asking, entity: Entity, body: Body) -> Body:
    """The body with what `$expand` names: at most 20 objects each."""
    for relation, select in expansions(asking, entity.kind):
        if relation == "manager":
            held = _all(objects, entity, objects.targets(entity.tenant, relation, entity.id))
            body = {**body, relation: shown(held[0], select, mixed=True)} if held else body
        else:
            found = related(objects, entity, relation)[:_MOST_EXPANDED]
            body = {**body, relation: [shown(one, select, relation not in _TYPES) for one in found]}
    return body


def _split(text: str) -> list[str]:
    """At commas that are not within parentheses."""
    parts, depth, start = list[str](), 0, 0
    for at, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and not depth:
            parts.append(text[start:at])
            start = at + 1
    return [one for one in (*parts, text[start:]) if one.strip()]


def _one(asking: Asking, entity: Entity, relation: str, kind: str, found: list[Entity], name: str) -> Answer:
    for one in found:
        if name.casefold() == one.id.casefold() or name.casefold() == str(one.body.get("name", "")).casefold():
            what = "directoryObjects" if kind == _MIXED else f"{kinds()[entity.kind].segment}('{entity.id}')/{relation}"
            return Answer(200, asking.entity(what, shown(one, selected(asking, kind), kind == _MIXED)))
    raise refusals.not_found(name)


def _reference(objects: Objects, asking: Asking, entity: Entity, relation: str, rest: tuple[str, ...]) -> Answer:
    if asking.method == "GET" and rest == ("$ref",):
        links = [
            {"@odata.id": f"{asking.base}/{asking.version}/directoryObjects/{one.id}"}
            for one in related(objects, entity, relation)
        ]
        return Answer(200, {"@odata.context": asking.context("Collection($ref)"), "value": links})
    if relation not in _LINKED:
        raise refusals.method_not_supported()
    if asking.method == "POST" and rest == ("$ref",):
        _add_reference(objects, entity, relation, linked(asking.body().get("@odata.id")))
        return Answer(204)
    if asking.method == "DELETE" and len(rest) == 2:
        _remove_reference(objects, entity, relation, rest[0])
        return Answer(204)
    raise refusals.method_not_supported()


def _add_reference(objects: Objects, entity: Entity, relation: str, name: str) -> None:
    target = objects.get(entity.tenant, name)
    if target is None:
        raise refusals.not_found(name)
    if target.kind not in _MEMBERS_OF[entity.kind, relation] or target.id == entity.id:
        raise refusals.bad_request(
            f"An invalid operation was included in the following modified references: '{relation}'."
        )
    if "DynamicMembership" in entity.body.get("groupTypes", []) and relation == "members":
        raise refusals.bad_request("Updating membership of dynamic groups is not supported.")
    if not objects.link(entity.tenant, relation, entity.id, target.id):
        raise refusals.reference_exists(relation)


def _remove_reference(objects: Objects, entity: Entity, relation: str, name: str) -> None:
    last = (
        relation == "owners"
        and entity.kind == "group"
        and objects.targets(entity.tenant, relation, entity.id) == [name.casefold()]
    )
    if last:
        raise refusals.bad_request("The group must have at least one owner, hence this owner cannot be removed.")
    if not objects.unlink(entity.tenant, relation, entity.id, name):
        raise refusals.not_found(name)


def _write(objects: Objects, asking: Asking, entity: Entity, relation: str, rest: tuple[str, ...]) -> Answer:
    """POST, PATCH and DELETE below credentials and app role assignments."""
    where = f"{kinds()[entity.kind].segment}('{entity.id}')/{relation}"
    if asking.method == "POST" and not rest:
        if relation == "federatedIdentityCredentials":
            made = federation.create(objects, entity, asking.body())
        elif _TYPES[relation] == "appRoleAssignment":
            made = grants.assign(objects, entity.tenant, asking.body())
        else:
            raise refusals.method_not_supported()
        return Answer(201, asking.entity(where, made.body))
    if len(rest) != 1 or _TYPES[relation] == "oauth2PermissionGrant":
        raise refusals.method_not_supported()
    found = related(objects, entity, relation)
    names = (rest[0], rest[0].casefold())
    one = next((one for one in found if one.id in names or str(one.body.get("name", "")).casefold() in names), None)
    if one is None:
        raise refusals.not_found(rest[0])
    if asking.method == "DELETE":
        objects.remove(one)
    elif asking.method == "PATCH" and relation == "federatedIdentityCredentials":
        federation.change(objects, entity, one, asking.body())
    else:
        raise refusals.method_not_supported()
    return Answer(204)
