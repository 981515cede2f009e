"""Groups: security groups and Microsoft 365 groups, with members and owners."""

from __future__ import annotations

import re
import uuid

from azlin.sandbox.directory import Tenant
from azlin.sandbox.graph import refusals
from azlin.sandbox.graph.kinds import Body
from azlin.sandbox.graph.objects import Entity, Objects
from azlin.sandbox.graph.users import security_identifier
from azlin.sandbox.graph.writing import fresh, patched, take_binds

_NICKNAME = re.compile(r"[^@()\\\[\]\";:<>, ]{1,64}")


def create(objects: Objects, tenant: Tenant, sent: Body, owner: str | None) -> Entity:
    """`owner` is the user who makes it. Raises GraphRefusal 400 or 404 (a member that is not there)."""
    body = fresh("group", sent)
    _check(body)
    body["id"] = str(uuid.uuid4())
    body["securityIdentifier"] = security_identifier(body["id"])
    body["renewedDateTime"] = body["createdDateTime"]
    if "Unified" in body["groupTypes"]:
        body["mail"] = f"{body['mailNickname']}@{tenant.domain}"
        body["proxyAddresses"] = [f"SMTP:{body['mail']}"]
        body["visibility"] = body["visibility"] or "Public"
    links = [(name, one) for name in ("members", "owners") for one in take_binds(sent, name)]
    for _, one in links:
        if objects.get(tenant.id, one) is None:
            raise refusals.not_found(one)
    group = objects.add(tenant.id, "group", body)
    if owner is not None and not any(name == "owners" for name, _ in links):
        objects.link(tenant.id, "owners", group.id, owner)
    for name, one in links:
        objects.link(tenant.id, name, group.id, one.casefold())
    return group


def update(objects: Objects, group: Entity, sent: Body) -> None:
    """`members@odata.bind` adds up to 20 members."""
    body = patched("group", group.body, sent)
    _check(body)
    added = take_binds(sent, "members")
    for one in added:
        if objects.get(group.tenant, one) is None:
            raise refusals.not_found(one)
        if not objects.link(group.tenant, "members", group.id, one.casefold()):
            raise refusals.reference_exists("members")
    group.body = body
    objects.save(group)


def _check(body: Body) -> None:
    unified = "Unified" in body["groupTypes"]
    if body["mailEnabled"] and not unified:
        raise refusals.bad_request(
            "The service does not currently support writes of mail-enabled groups. Please ensure that the "
            "mail-enablement property is unset and the security-enablement property is set."
        )
    if not body["mailEnabled"] and not body["securityEnabled"]:
        raise refusals.bad_request("One of the properties mailEnabled or securityEnabled must be set to true.")
    if not isinstance(body["mailNickname"], str) or not _NICKNAME.fullmatch(body["mailNickname"]):
        raise refusals.value_invalid("mailNickname", "Group")
    if "DynamicMembership" in body["groupTypes"] and not body["membershipRule"]:
        raise refusals.value_required("membershipRule", "Group")
