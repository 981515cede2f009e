"""Federated identity credentials: whose tokens an application takes instead of a secret.

Source: "federatedIdentityCredential resource type": at most 20 of an application, the name cannot be changed, and
no two of one application have the same issuer and subject.
"""

from __future__ import annotations

from azlin.sandbox.arm.jsonc import array_of
from azlin.sandbox.graph import refusals
from azlin.sandbox.graph.kinds import Body
from azlin.sandbox.graph.objects import Entity, Objects
from azlin.sandbox.graph.refusals import GraphRefusal
from azlin.sandbox.graph.writing import fresh, patched

KIND = "federatedIdentityCredential"
_MOST = 20


def of(objects: Objects, application: Entity) -> list[Entity]:
    return objects.find(application.tenant, KIND, "parent", application.id)


def find(objects: Objects, application: Entity, name: str) -> Entity:
    """By id or name. Raises GraphRefusal 404."""
    for one in of(objects, application):
        if name.casefold() in (one.id, one.body["name"].casefold()):
            return one
    raise refusals.not_found(name)


def create(objects: Objects, application: Entity, sent: Body) -> Entity:
    """Raises GraphRefusal 400, 409."""
    body = fresh(KIND, sent)
    known = of(objects, application)
    if any(one.body["name"].casefold() == str(body["name"]).casefold() for one in known):
        raise GraphRefusal(
            409,
            "Request_MultipleObjectsWithSameKeyValue",
            f"FederatedIdentityCredential with name {body['name']} already exists.",
        )
    if len(known) >= _MOST:
        raise refusals.bad_request(
            "The number of federated identity credentials on an application cannot exceed 20.",
            "Directory_QuotaExceeded",
        )
    _check(known, body, "")
    return objects.add(application.tenant, KIND, body, {"parent": application.id})


def change(objects: Objects, application: Entity, credential: Entity, sent: Body) -> None:
    credential.body = patched(KIND, credential.body, sent)
    _check(of(objects, application), credential.body, credential.id)
    objects.save(credential)


def _check(known: list[Entity], body: Body, own: str) -> None:
    if not body["subject"] and not body["claimsMatchingExpression"]:
        raise refusals.value_required("subject", "FederatedIdentityCredential")
    if len(array_of(body["audiences"])) != 1:
        raise refusals.bad_request("Federated identity credentials must have exactly one audience.")
    for one in known:
        if one.id != own and (one.body["issuer"], one.body["subject"]) == (body["issuer"], body["subject"]):
            raise refusals.bad_request("FederatedIdentityCredential with the same issuer and subject already exists.")
