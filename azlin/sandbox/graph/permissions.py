"""Who may do what in a directory: administrators everything, members read, owners change what is theirs.

An application may do what it was given as an app role of Microsoft Graph or as a directory role, and nothing else:
one that `az ad sp create-for-rbac` made cannot even read. Source: "Default user permissions in Microsoft Entra ID"
and "Microsoft Graph permissions reference".
"""

from __future__ import annotations

from azlin.sandbox.graph.asking import Asking
from azlin.sandbox.graph.builtin import GLOBAL_ADMINISTRATOR, GRAPH
from azlin.sandbox.graph.membership import containers
from azlin.sandbox.graph.objects import Entity, Objects
from azlin.sandbox.graph.refusals import denied

_APPLICATIONS = frozenset(("application", "servicePrincipal", "federatedIdentityCredential"))
_WRITERS: dict[str, tuple[str, ...]] = {
    "9360feb5-f418-4baa-8175-e2a00bac4301": ("user", "group"),
    "fe930be7-5e62-47db-91af-98c3a49a38b1": ("user", "group"),
    "fdd7a751-b60b-444a-984c-02652fe8fa1c": ("group",),
    "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3": (*_APPLICATIONS, "oauth2PermissionGrant", "appRoleAssignment"),
    "158c047a-c907-4556-b7ef-446551a6b5f7": (*_APPLICATIONS, "oauth2PermissionGrant", "appRoleAssignment"),
    "e8611ab8-c189-46e8-94e1-60213ab1f814": ("directoryRole", "unifiedRoleAssignment", "oauth2PermissionGrant"),
}
"""What the members of a role may write, by role template."""
_NOUNS: dict[str, tuple[str, ...]] = {
    "User": ("user",),
    "Group": ("group",),
    "GroupMember": ("group",),
    "Application": tuple(_APPLICATIONS),
    "Directory": ("user", "group", *_APPLICATIONS, "directoryRole"),
    "AppRoleAssignment": ("appRoleAssignment", "oauth2PermissionGrant"),
    "RoleManagement": ("directoryRole", "unifiedRoleAssignment"),
}
"""What the first word of a permission's name is about."""


def may(objects: Objects, asking: Asking, kind: str, target: Entity | None = None) -> None:
    """Raises GraphRefusal 403 unless the caller may do this to objects of that kind (to this one, when given)."""
    writes = asking.method != "GET" and asking.parts[-1:] not in (("getByIds",), ("$batch",))
    caller = objects.get(asking.tenant, asking.oid)
    if caller is None:
        raise denied()
    roles = _roles(objects, caller)
    if GLOBAL_ADMINISTRATOR in roles:
        return
    if any(kind in _WRITERS.get(role, ()) for role in roles) or (roles and not writes):
        return
    if caller.kind == "user":
        _as_user(objects, asking, caller, kind, target, writes)
    else:
        _as_application(objects, asking, caller, kind, target, writes)


def _as_user(objects: Objects, asking: Asking, caller: Entity, kind: str, target: Entity | None, writes: bool) -> None:
    creates = target is None and kind in ("application", "servicePrincipal", "group")
    owns = target is not None and caller.id in objects.targets(asking.tenant, "owners", target.id)
    reads_members = asking.parts[-1] in ("getMemberGroups", "checkMemberGroups", "getMemberObjects")
    if writes and not (creates or owns or reads_members):
        raise denied()


def _as_application(
    objects: Objects, asking: Asking, caller: Entity, kind: str, target: Entity | None, writes: bool
) -> None:
    for name in _granted(objects, caller):
        noun, _, rest = name.partition(".")
        if kind not in _NOUNS.get(noun, ()) and not (noun == "Directory" and not writes):
            continue
        if not writes or rest in ("ReadWrite.All", "ReadWrite.Directory"):
            return
        owned = target is None or caller.id in objects.targets(asking.tenant, "owners", target.id)
        if rest == "ReadWrite.OwnedBy" and owned:
            return
    raise denied()


def _granted(objects: Objects, caller: Entity) -> list[str]:
    """The names of the application permissions of Microsoft Graph that it was given."""
    graph = objects.first(caller.tenant, "servicePrincipal", "appId", GRAPH)
    if graph is None:
        return []
    names = {one["id"]: one["value"] for one in graph.body["appRoles"]}
    given = objects.find(caller.tenant, "appRoleAssignment", "principalId", caller.id)
    return [names[one.body["appRoleId"]] for one in given if one.body["appRoleId"] in names]


def _roles(objects: Objects, caller: Entity) -> set[str]:
    """Role templates that it has, directly or through a group."""
    held = containers(objects, caller, groups_only=False)
    found = {one.body["roleTemplateId"] for one in held if one.kind == "directoryRole"}
    for one in (caller, *(group for group in held if group.kind == "group")):
        given = objects.find(caller.tenant, "unifiedRoleAssignment", "principalId", one.id)
        found.update(assignment.body["roleDefinitionId"] for assignment in given)
    return found
