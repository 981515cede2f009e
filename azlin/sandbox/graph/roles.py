"""Directory roles, their templates, and role management: `directoryRoles`, `directoryRoleTemplates`,
`roleManagement/directory/roleDefinitions` and `roleAssignments`."""

from __future__ import annotations

import uuid
from typing import Any

from azlin.sandbox.arm.behaviour import Answer
from azlin.sandbox.graph import refusals
from azlin.sandbox.graph.asking import Asking
from azlin.sandbox.graph.builtin import activate, role_templates
from azlin.sandbox.graph.kinds import Body
from azlin.sandbox.graph.listing import Listing
from azlin.sandbox.graph.objects import Entity, Objects
from azlin.sandbox.graph.permissions import may
from azlin.sandbox.graph.writing import fresh

_ASSIGNMENT = "unifiedRoleAssignment"
_ASSIGNMENTS = "roleManagement/directory/roleAssignments"
_DEFINITIONS = "roleManagement/directory/roleDefinitions"


def templates(objects: Objects, asking: Asking) -> Answer:
    """`directoryRoleTemplates[/{id}]`."""
    may(objects, asking, "directoryRole")
    return _fixed(
        asking,
        "directoryRoleTemplates",
        asking.parts[1:],
        [{"deletedDateTime": None, **one} for one in role_templates()],
    )


def create_role(objects: Objects, asking: Asking) -> Answer:
    """POST directoryRoles activates the role of a template. Raises GraphRefusal 400."""
    may(objects, asking, "directoryRole")
    wanted = asking.body().get("roleTemplateId")
    if objects.first(asking.tenant, "directoryRole", "roleTemplateId", str(wanted)) is not None:
        raise refusals.value_taken("roleTemplateId")
    try:
        made = activate(objects, asking.tenant, str(wanted))
    except KeyError:
        raise refusals.not_found(str(wanted)) from None
    return Answer(201, asking.entity("directoryRoles", made.body))


def management(objects: Objects, asking: Asking) -> Answer:
    """`roleManagement/directory/...`. Raises GraphRefusal."""
    parts = [part.casefold() for part in asking.parts]
    if parts[1:2] != ["directory"] or len(parts) < 3:
        raise refusals.segment_unknown(asking.parts[-1])
    may(objects, asking, _ASSIGNMENT)
    if parts[2] == "roledefinitions":
        return _fixed(asking, _DEFINITIONS, asking.parts[3:], [_definition(one) for one in role_templates()])
    if parts[2] != "roleassignments":
        raise refusals.segment_unknown(asking.parts[2])
    if len(parts) == 3 and asking.method == "GET":
        listing = Listing(asking.of(_ASSIGNMENTS), _ASSIGNMENT)
        return listing.answer(listing.narrow(_assignments(objects, asking.tenant)))
    if len(parts) == 3 and asking.method == "POST":
        return Answer(201, asking.entity(_ASSIGNMENTS, _assign(objects, asking).body))
    found = next((one for one in _assignments(objects, asking.tenant) if one.id == asking.parts[3]), None)
    if found is None:
        raise refusals.not_found(asking.parts[3])
    if asking.method == "GET":
        return Answer(200, asking.entity(_ASSIGNMENTS, found.body))
    if asking.method != "DELETE":
        raise refusals.method_not_supported()
    objects.remove(found)
    role = objects.first(asking.tenant, "directoryRole", "roleTemplateId", found.body["roleDefinitionId"])
    if role is not None:
        objects.unlink(asking.tenant, "members", role.id, found.body["principalId"])
    return Answer(204)


def _assignments(objects: Objects, tenant: str) -> list[Entity]:
    """Made through role management, and the members of the directory roles: both say the same."""
    made = list(objects.all(tenant, _ASSIGNMENT))
    known = {(one.body["principalId"], one.body["roleDefinitionId"]) for one in made}
    for role in objects.all(tenant, "directoryRole"):
        for member in objects.targets(tenant, "members", role.id):
            template = role.body["roleTemplateId"]
            if (member, template) not in known:
                name = str(uuid.uuid5(uuid.UUID(template), member))
                body = {
                    "id": name,
                    "principalId": member,
                    "directoryScopeId": "/",
                    "roleDefinitionId": template,
                    "condition": None,
                }
                made.append(Entity(tenant, name, _ASSIGNMENT, body))
    return made


def _assign(objects: Objects, asking: Asking) -> Entity:
    body = fresh(_ASSIGNMENT, asking.body())
    principal = objects.get(asking.tenant, str(body["principalId"]), "user", "group", "servicePrincipal")
    if principal is None:
        raise refusals.not_found(str(body["principalId"]))
    definition = str(body["roleDefinitionId"]).casefold()
    if not any(one["id"] == definition for one in role_templates()):
        raise refusals.not_found(str(body["roleDefinitionId"]))
    same = (principal.id, definition, body["directoryScopeId"])
    for one in _assignments(objects, asking.tenant):
        if (one.body["principalId"], one.body["roleDefinitionId"], one.body["directoryScopeId"]) == same:
            raise refusals.bad_request(
                "A conflicting object with one or more of the specified property values is present in the directory."
            )
    body.update(principalId=principal.id, roleDefinitionId=definition)
    made = objects.add(asking.tenant, _ASSIGNMENT, {**body, "id": str(uuid.uuid4())})
    if body["directoryScopeId"] == "/":
        objects.link(asking.tenant, "members", activate(objects, asking.tenant, definition).id, principal.id)
    return made


def _definition(template: Body) -> Body:
    return {
        "id": template["id"],
        "description": template["description"],
        "displayName": template["displayName"],
        "isBuiltIn": True,
        "isEnabled": True,
        "resourceScopes": ["/"],
        "templateId": template["id"],
        "version": "1",
    }


def _fixed(asking: Asking, collection: str, rest: tuple[str, ...], bodies: list[Any]) -> Answer:
    """A collection that cannot be written."""
    if asking.method != "GET":
        raise refusals.method_not_supported()
    if rest:
        for body in bodies:
            if body["id"] == rest[0].casefold():
                return Answer(200, asking.entity(collection, body))
        raise refusals.not_found(rest[0])
    listing = Listing(asking.of(collection), "directoryRole")
    found = [Entity(asking.tenant, body["id"], "directoryRole", body) for body in bodies]
    return listing.answer(listing.narrow(found))
