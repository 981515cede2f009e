"""Blob containers as Resource Manager manages them: leases, legal holds and immutability policies.

Shapes were compared with recordings of the Azure SDKs. Source: "Blob Containers - Lease", "- Set Legal Hold",
"- Create Or Update Immutability Policy", "- Lock ...", "- Extend ...".
"""

from __future__ import annotations

import re
import uuid
from typing import Any

from azlin.sandbox.arm.behaviour import Call, Registry
from azlin.sandbox.arm.bodies import Typed
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.storage.accounts import CONTAINERS
from azlin.sandbox.arm.store import ABOUT, Resource
from azlin.sandbox.arm.times import iso

IMMUTABILITY = f"{CONTAINERS}/immutabilityPolicies"
_FORM = re.compile(r"(?=.{3,63}$)[a-z0-9](?:[a-z0-9]|-(?=[a-z0-9]))*|\$root|\$web|\$logs")
_LEASE = f"{ABOUT}container-lease/"
_HISTORY = "updateHistory"


class Containers(Typed):
    provisioning = False
    etag_in_body = True
    kept = ("leaseStatus", "leaseState", "leaseDuration", "legalHold", "hasLegalHold")

    def check(self, resource: Resource, before: Resource | None, _call: Call, /) -> None:
        if before is None and not _FORM.fullmatch(resource.id.name):
            raise ArmRefusal(
                400,
                "ContainerOperationFailure",
                "The specified resource name contains invalid characters."
                if 3 <= len(resource.id.name) <= 63
                else "The specified resource name length is not within the permissible limits.",
            )

    def fill(self, resource: Resource, _before: Resource | None, _call: Call, /) -> None:
        properties = resource.properties
        defaults: Body = {
            "immutableStorageWithVersioning": {"enabled": False},
            "deleted": False,
            "remainingRetentionDays": 0,
            "defaultEncryptionScope": "$account-encryption-key",
            "denyEncryptionScopeOverride": False,
            "publicAccess": "None",
            "leaseStatus": "Unlocked",
            "leaseState": "Available",
            "hasImmutabilityPolicy": False,
            "hasLegalHold": False,
        }
        for name, value in defaults.items():
            properties.setdefault(name, value)
        properties.setdefault("legalHold", {"hasLegalHold": False, "tags": []})
        properties["lastModifiedTime"] = iso()

    def refuse_delete(self, resource: Resource, _call: Call, /) -> None:
        if resource.properties.get("hasLegalHold"):
            raise ArmRefusal(
                409, "ContainerOperationFailure", "The container has a legal hold, so it cannot be deleted."
            )

    def act(self, action: str, resource: Resource, body: Any, call: Call, /) -> Any:
        asked = object_of(body)
        if action in ("setlegalhold", "clearlegalhold"):
            return _hold(resource, [str(one) for one in array_of(asked.get("tags"))], call, held=action[0] == "s")
        if action == "lease":
            return _lease(resource, asked, call)
        return super().act(action, resource, body, call)

    def show(self, resource: Resource, call: Call, /) -> Body:
        store = call.plane.store
        policy = next(iter(store.all(parent=resource.id, type=IMMUTABILITY)), None)
        if policy is not None:
            resource.properties["hasImmutabilityPolicy"] = True
            resource.properties["immutabilityPolicy"] = {
                "etag": f'"{policy.etag}"',
                "properties": {name: value for name, value in policy.properties.items() if name != _HISTORY},
                _HISTORY: policy.properties.get(_HISTORY, []),
            }
        return resource.body


def _hold(resource: Resource, tags: list[str], call: Call, *, held: bool) -> Body:
    kept = [object_of(one) for one in array_of(object_of(resource.properties.get("legalHold")).get("tags"))]
    found = {str(one["tag"]): one for one in kept}
    for tag in tags:
        if held:
            who = {"objectIdentifier": call.oid, "tenantId": call.tenant}
            found.setdefault(tag, {"tag": tag, "timestamp": iso(), **who})
        else:
            found.pop(tag, None)
    resource.properties["hasLegalHold"] = bool(found)
    resource.properties["legalHold"] = {"hasLegalHold": bool(found), "tags": list(found.values())}
    call.plane.store.put(resource.id, resource.body)
    return {"hasLegalHold": bool(found), "tags": list(found)}


def _lease(resource: Resource, asked: Body, call: Call) -> Body:
    """A lease is told only by its id, which never shows in the container."""
    store, properties = call.plane.store, resource.properties
    action = str(asked.get("action") or "").casefold()
    held: str | None = store.recall(_LEASE + resource.id.key)
    given = asked.get("leaseId")
    if action == "acquire":
        proposed = str(asked.get("proposedLeaseId") or given or uuid.uuid4())
        if held is not None and held != proposed:
            raise ArmRefusal(409, "LeaseAlreadyPresent", "There is already a lease present.")
        endless = asked.get("leaseDuration", -1) == -1
        return _leased(resource, proposed, call, "Infinite" if endless else "Fixed")
    if action not in ("renew", "change", "release", "break"):
        raise ArmRefusal(
            400, "InvalidRequestPropertyValue", f"The value '{asked.get('action')}' is not allowed for property action."
        )
    if held is None:
        raise ArmRefusal(409, "LeaseNotPresentWithContainerOperation", "There is currently no lease on the container.")
    if action != "break" and given != held:
        raise ArmRefusal(
            409, "LeaseIdMismatchWithContainerOperation", "The lease ID specified did not match the lease ID."
        )
    if action == "renew":
        return {"leaseId": held}
    if action == "change":
        return _leased(resource, str(asked.get("proposedLeaseId") or held), call, properties.get("leaseDuration"))
    store.forget(_LEASE + resource.id.key)
    properties.pop("leaseDuration", None)
    properties["leaseStatus"] = "Unlocked"
    properties["leaseState"] = "Broken" if action == "break" else "Available"
    store.put(resource.id, resource.body)
    return {"leaseTimeSeconds": "0"} if action == "break" else {"leaseId": held}


def _leased(resource: Resource, lease: str, call: Call, duration: Any) -> Body:
    call.plane.store.remember(_LEASE + resource.id.key, lease)
    resource.properties.update({"leaseStatus": "Locked", "leaseState": "Leased", "leaseDuration": duration})
    call.plane.store.put(resource.id, resource.body)
    return {"leaseId": lease}


class ImmutabilityPolicies(Typed):
    """The time that blobs of a container cannot be changed. Locked, it can only be made longer."""

    provisioning = False
    etag_in_body = True
    created_status = 200
    kept = ("state", _HISTORY)
    implicit_names = frozenset[str]()

    def check(self, _resource: Resource, before: Resource | None, _call: Call, /) -> None:
        if before is not None and before.properties.get("state") == "Locked":
            raise _state_forbids()

    def fill(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        resource.properties.setdefault("immutabilityPeriodSinceCreationInDays", 0)
        resource.properties.setdefault("state", "Unlocked")
        _note(resource, "put", call)

    def refuse_delete(self, resource: Resource, _call: Call, /) -> None:
        if resource.properties.get("state") == "Locked":
            raise _state_forbids()

    def shown_deleted(self, resource: Resource, call: Call, /) -> Body:
        shown = call.plane.show(resource, call)
        return {**shown, "properties": {"immutabilityPeriodSinceCreationInDays": 0, "state": "Deleted"}}

    def act(self, action: str, resource: Resource, body: Any, call: Call, /) -> Any:
        properties = resource.properties
        if action == "lock":
            properties["state"] = "Locked"
        elif action == "extend":
            days = object_of(object_of(body).get("properties")).get("immutabilityPeriodSinceCreationInDays")
            now = properties.get("immutabilityPeriodSinceCreationInDays")
            if properties.get("state") != "Locked" or not isinstance(days, int) or days < int(now or 0):
                raise _state_forbids()
            properties["immutabilityPeriodSinceCreationInDays"] = days
        else:
            return super().act(action, resource, body, call)
        _note(resource, action, call)
        return call.plane.show(call.plane.store.put(resource.id, resource.body), call)

    def show(self, resource: Resource, _call: Call, /) -> Body:
        shown = {name: value for name, value in resource.properties.items() if name != _HISTORY}
        return {**resource.body, "properties": shown}


def _note(resource: Resource, update: str, call: Call) -> None:
    """The container tells who did what to its policy."""
    entry = {
        name: value
        for name, value in resource.properties.items()
        if name not in (_HISTORY, "state") and value is not None
    }
    who = {"timestamp": iso(), "objectIdentifier": call.oid, "tenantId": call.tenant}
    resource.properties[_HISTORY] = [
        *array_of(resource.properties.get(_HISTORY)),
        {**entry, "update": update, **who},
    ]


def _state_forbids() -> ArmRefusal:
    return ArmRefusal(
        409,
        "ContainerImmutabilityPolicyFailure",
        "Operation not allowed on immutability policy with current state.",
    )


def register(registry: Registry) -> None:
    registry.type(CONTAINERS, Containers())
    registry.type(IMMUTABILITY, ImmutabilityPolicies())
