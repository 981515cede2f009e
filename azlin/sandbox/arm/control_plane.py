"""What ARM does with any resource: write, read, remove, act. HTTP comes in through `routes.py`;
deployments call the same methods, so a fault or a lock means the same in both."""

from __future__ import annotations

import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from azlin.sandbox.arm import refusals
from azlin.sandbox.arm.activity_log import ActivityLog, recorded
from azlin.sandbox.arm.authorization.access import refuse_unauthorized
from azlin.sandbox.arm.authorization.principals import Principals
from azlin.sandbox.arm.behaviour import Answer, Behaviour, Call, Registry
from azlin.sandbox.arm.continuations import finish_act, finish_acted, finish_delete, finish_write
from azlin.sandbox.arm.faults import Faults, Trouble
from azlin.sandbox.arm.identity.assigned import complete_identity
from azlin.sandbox.arm.ids import GROUP, ResourceId
from azlin.sandbox.arm.locks import refuse_locked
from azlin.sandbox.arm.merging import merge_patch, take_inline
from azlin.sandbox.arm.operations import Operation, Operations, operation_path
from azlin.sandbox.arm.quota.capacity import Capacity
from azlin.sandbox.arm.quota.tallies import Tallies
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.showing import shown
from azlin.sandbox.arm.staleness import Staleness
from azlin.sandbox.arm.store import Body, Resource, Store
from azlin.sandbox.arm.throttling import Throttle
from azlin.sandbox.directory import Directory


@dataclass(frozen=True, slots=True)
class Written:
    """A write that was taken. `operation` is set while it still goes on; `delay_s` is how long
    the answer is held back where the type has no asynchronous form."""

    resource: Resource
    created: bool
    operation: Operation | None = None
    delay_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Removed:
    """A delete that was taken. `existed` is False when there was nothing to remove; `shown` is what the answer shows
    of what went, for the few types that do."""

    existed: bool
    operation: Operation | None = None
    delay_s: float = 0.0
    shown: Body | None = None


class ControlPlane:
    """The generic half of ARM over one store."""

    def __init__(
        self, store: Store, registry: Registry, directory: Directory, now: Callable[[], float] = time.time
    ) -> None:
        """`now` is the clock that operations go by, in seconds since the epoch."""
        self.store = store
        self.registry = registry
        self.directory = directory
        self.faults = Faults(store)
        self.throttle = Throttle(store, now)
        self.staleness = Staleness(now)
        self.capacity = Capacity(store)
        self.tallies = Tallies(store)
        self.activity = ActivityLog(store, now)
        self.principals: Principals | None = None
        """Set by whoever keeps the directory's objects; without it nobody is in groups and every principal exists."""
        self.now = now
        self.operations = Operations(store, now)
        for known in registry.provider_types.values():
            store.casing.learn(known.type)
        registry.kind("write", finish_write)
        registry.kind("delete", finish_delete)
        registry.kind("act", finish_act)
        registry.kind("acted", finish_acted)

    # ---------------------------------------------------------------- read

    def find(self, rid: ResourceId, call: Call) -> Resource:
        """The resource, or ArmRefusal 404 in ARM's words (group first, then resource)."""
        found = self.store.get(rid)
        if found is None:
            body = self.registry.behaviour(rid.type).absent(rid, call)
            if body is not None:
                return Resource(rid, {"id": rid.id, "name": rid.name, "type": rid.type, **body}, "", 0.0, 0.0)
            raise self._not_found(rid)
        return found

    def read(self, rid: ResourceId, call: Call) -> Resource:
        """The resource as a reader sees it now, which may be what it was a moment ago. Raises ArmRefusal 404."""
        old = self.staleness.old(rid.key)
        if old is None:
            return self.find(rid, call)
        if old.resource is None:
            raise self._not_found(rid)
        return deepcopy(old.resource)

    def show(self, resource: Resource, call: Call) -> Body:
        """The body as ARM answers it (`showing.py`)."""
        return shown(resource, self, call)

    # --------------------------------------------------------------- write

    @recorded("write")
    def write(self, rid: ResourceId, body: Body, call: Call, *, patch: bool = False) -> Written:
        """PUT (or PATCH) a resource; see `behaviour.py` for the order of events.

        Raises ArmRefusal. A matching latency fault makes the write an operation in progress.
        """
        refuse_unauthorized(call, rid, "write")
        trouble = self._trouble("PATCH" if patch else "PUT", rid, body)
        if trouble.refusal is not None and not self._asynchronous_write(rid, trouble):
            raise trouble.refusal
        with self.store.transaction():
            self.registry.behaviour(rid.type).prepare(rid, call)
            before = self.store.get(rid)
            if patch and before is None and self.registry.behaviour(rid.type).absent(rid, call) is None:
                raise self._not_found(rid)
            if not self.registry.behaviour(rid.type).guards_itself:
                self.refuse_busy(rid)
            refuse_locked(rid, self.store, deleting=False)
            if before is None:
                self._refuse_homeless(rid)
            body = self._governed(rid, body, before if patch else None, call)
            written = self._store_write(rid, body, before, call, patch=patch)
            if trouble.stale_s:
                self.staleness.hold(rid.key, before, trouble.stale_s)
            if written.operation is not None or trouble.latency_s == 0:
                return written
            if not self._asynchronous_write(rid, trouble):
                return replace(written, delay_s=trouble.latency_s)
            return self._slow_write(written, trouble, call)

    def _governed(self, rid: ResourceId, body: Body, patched: Resource | None, call: Call) -> Body:
        """The body (or patch of `patched`) as policies let it be. Raises ArmRefusal."""
        if self.registry.gate is None:
            return body
        whole = merge_patch(patched.body, body) if patched else body
        governed = self.registry.gate(rid, whole, call)
        if governed is whole or patched is None:
            return governed
        return {**body, **{name: value for name, value in governed.items() if value != whole.get(name)}}

    def _store_write(self, rid: ResourceId, body: Body, before: Resource | None, call: Call, *, patch: bool) -> Written:
        behaviour = self.registry.behaviour(rid.type)
        body = merge_patch(before.body, body) if patch and before else dict(body)
        inlines = take_inline(behaviour, body, patch=patch)
        resource = Resource(before.id if before else rid, body, "", 0.0, 0.0)
        self._complete_envelope(resource, before, behaviour, call)
        behaviour.refuse(resource, before, call)
        behaviour.complete(resource, before, call)
        stored = self.store.put(resource.id, resource.body)
        for segment, wanted in inlines:
            self._write_inline(stored, segment, wanted, call)
        operation = behaviour.written(stored, before, call)
        if operation is not None:
            stored = self.store.get(stored.id) or stored
        return Written(stored, before is None, operation)

    def _write_inline(self, parent: Resource, segment: str, wanted: list[Body], call: Call) -> None:
        child_type = f"{parent.id.type}/{segment}"
        stays: set[str] = set()
        for element in wanted:
            name = element.get("name")
            if not isinstance(name, str) or not name:
                raise refusals.content_invalid(f"an element of {segment} has no name")
            child = parent.id.child(segment, name)
            stays.add(child.key)
            self._store_write(child, element, self.store.get(child), call, patch=False)
        for child in list(self.store.all(parent=parent.id, type=child_type)):
            if child.id.key not in stays:
                self.registry.behaviour(child.id.type).refuse_delete(child, call)
                self.store.delete(child.id)

    def _complete_envelope(self, resource: Resource, before: Resource | None, behaviour: Behaviour, call: Call) -> None:
        body = resource.body
        location = body.get("location")
        if isinstance(location, str):
            body["location"] = location.replace(" ", "").lower()
            kept = before.body.get("location") if before else None
            if isinstance(kept, str) and kept.replace(" ", "").lower() != body["location"]:
                raise self._location_conflict(resource.id, kept, body["location"])
        elif before is not None and "location" in before.body:
            body["location"] = before.body["location"]
        if body.get("tags") is None:
            body.pop("tags", None)
        elif not isinstance(body["tags"], dict):
            raise refusals.content_invalid("tags must be an object of strings")
        complete_identity(resource, self.store, call.tenant)
        if behaviour.provisioning:
            resource.properties["provisioningState"] = "Succeeded"

    # ------------------------------------------------------ remove and act

    @recorded("delete")
    def remove(self, rid: ResourceId, call: Call) -> Removed:
        """DELETE a resource with everything under it; removing what is not there is no error,
        but in a group that does not exist it is. Raises ArmRefusal."""
        refuse_unauthorized(call, rid, "delete")
        trouble = self._trouble("DELETE", rid)
        behaviour = self.registry.behaviour(rid.type)
        slow = trouble.latency_s > 0 and behaviour.delete_pending
        if trouble.refusal is not None and not slow:
            raise trouble.refusal
        with self.store.transaction():
            behaviour.prepare(rid, call)
            found = self.store.get(rid)
            if found is None:
                if rid.type == GROUP:
                    raise refusals.group_not_found(rid.name)
                if rid.group_key is not None and not self.store.exists(rid.group_key):
                    raise refusals.group_not_found(rid.group or "")
                return Removed(existed=False)
            self.refuse_busy(rid)
            refuse_locked(rid, self.store, deleting=True)
            behaviour.refuse_delete(found, call)
            if trouble.stale_s:
                self.staleness.hold(rid.key, found, trouble.stale_s)
            if not slow:
                shown = behaviour.shown_deleted(found, call)
                self.purge(found, call)
                return Removed(existed=True, delay_s=trouble.latency_s, shown=shown)
            if behaviour.provisioning:
                found.properties["provisioningState"] = "Deleting"
                self.store.put(found.id, found.body)
            operation = self.begin("delete", found.id, call, trouble)
            return Removed(existed=True, operation=operation)

    def purge(self, resource: Resource, call: Call) -> None:
        """Take it and all below it out of the store, and tell the behaviours that care."""
        told = [
            one
            for one in (*self.store.below(resource.id), resource)
            if type(self.registry.behaviour(one.id.type)).deleted is not Behaviour.deleted
        ]
        self.store.delete(resource.id)
        for one in told:
            self.registry.behaviour(one.id.type).deleted(one, call)

    @recorded("action")
    def act(self, rid: ResourceId, action: str, body: Any, call: Call) -> Answer | Operation:
        """POST an action; an Operation when a latency fault made it slow. Raises ArmRefusal."""
        behaviour = self.registry.behaviour(rid.type)
        folded = action.casefold()
        refuse_unauthorized(call, rid, f"{action}/action")
        trouble = self._trouble("POST", rid)
        taken = behaviour.action_statuses.get(folded, (200, 202))
        slow = trouble.latency_s > 0 and folded in behaviour.slow_actions and 202 in taken
        if trouble.refusal is not None and not slow:
            raise trouble.refusal
        resource = self.find(rid, call)
        if folded in behaviour.slow_actions:
            self.refuse_busy(rid)
            refuse_locked(rid, self.store, deleting=False)
        if slow:
            state = {"action": folded, "body": body}
            return self.begin("act", rid, call, trouble, state)
        with self.store.transaction():
            result = behaviour.act(folded, resource, body, call)
        answer = result if isinstance(result, Answer) else Answer(200, result)
        if behaviour.act_pending and folded in behaviour.slow_actions and 202 in taken:
            return self.begin("acted", rid, call, trouble, {"result": answer.body})
        answer.delay_s = trouble.latency_s
        if answer.status == 200 and 200 not in taken:
            answer.status = taken[0]
        return answer

    # ----------------------------------------------------------- operations

    def begin(
        self, kind: str, rid: ResourceId, call: Call, trouble: Trouble, state: dict[str, Any] | None = None
    ) -> Operation:
        """An operation on `rid` that ends after the trouble's latency, with its error if any."""
        error = trouble.refusal.error() if trouble.refusal else None
        return self.operations.begin(
            kind,
            rid.id,
            tenant=call.tenant,
            oid=call.oid,
            method=call.method,
            api_version=call.api_version,
            ready_in_s=trouble.latency_s,
            state={**(state or {}), "error": error},
        )

    def call_of(self, operation: Operation) -> Call:
        """The call under which an operation goes on."""
        return Call(
            plane=self,
            method=operation.method,
            api_version=operation.api_version,
            tenant=operation.tenant,
            oid=operation.oid,
        )

    # -------------------------------------------------------------- checks

    def require(self, rid: ResourceId, *, as_scope: bool = False) -> None:
        """404 unless it is stored or implied; `as_scope` when something on it was asked for."""
        if not self._present(rid.key, rid.tenant):
            raise self._not_found(rid, as_scope=as_scope)

    def refuse_busy(self, rid: ResourceId) -> None:
        """409 while another operation on the resource goes on."""
        pending = self.operations.pending_on(rid.key)
        if pending is not None:
            raise ArmRefusal(
                409,
                "AnotherOperationInProgress",
                "Another operation on this or dependent resource is in progress. To retrieve "
                f"status of the operation use uri: {operation_path(pending)}.",
                details=[],
            )

    def _refuse_homeless(self, rid: ResourceId) -> None:
        """404 unless subscription, group and parent are there."""
        if rid.group_key is not None and rid.type != GROUP:
            group = self.store.get(rid.group_key)
            if group is None:
                raise refusals.group_not_found(rid.group or "")
            if group.properties.get("provisioningState") == "Deleting":
                raise ArmRefusal(
                    409,
                    "ResourceGroupBeingDeleted",
                    f"The resource group '{rid.group}' is in deprovisioning state and cannot perform this operation.",
                )
        if (rid.nested or rid.is_extension) and not self._present(rid.parent_key, rid.tenant):
            if rid.nested:
                parent = rid.id.rsplit("/", 2)[0]
                raise refusals.parent_not_found(rid.type, parent)
            raise self._not_found(self.store.parse(rid.scope, rid.tenant), as_scope=True)

    def _present(self, key: str, tenant: str) -> bool:
        """Stored, or implied by its own parent (`blobServices/default`)."""
        if self.store.exists(key):
            return True
        rid = self.store.parse(key.removeprefix(tenant), tenant)
        if not self.registry.behaviour(rid.type).implies(rid):
            return False
        return not rid.nested or self._present(rid.parent_key, tenant)

    def _not_found(self, rid: ResourceId, *, as_scope: bool = False) -> ArmRefusal:
        if rid.type == GROUP:
            return refusals.group_not_found(rid.name)
        if rid.group_key is not None and not self.store.exists(rid.group_key):
            return refusals.group_not_found(rid.group or "")
        own = self.registry.behaviour(rid.type).not_found(rid, as_scope=as_scope)
        if own is not None:
            return own
        relative = rid.id.rpartition("/providers/")[2]
        return refusals.resource_not_found(relative, rid.group)

    def _location_conflict(self, rid: ResourceId, kept: str, asked: str) -> ArmRefusal:
        if rid.type == GROUP:
            return refusals.group_location_conflict(rid.name, kept, asked)
        own = self.registry.behaviour(rid.type).location_conflict(rid, kept, asked)
        return own or refusals.location_conflict(rid.name, rid.group or "", kept, asked)

    def _trouble(self, method: str, rid: ResourceId, body: Body | None = None) -> Trouble:
        trouble = self.faults.meet(method, rid.type, rid.name, body)
        if trouble.refusal is not None:
            trouble.refusal.delay_s = trouble.latency_s
        return trouble

    def _asynchronous_write(self, rid: ResourceId, trouble: Trouble) -> bool:
        return trouble.latency_s > 0 and self.registry.behaviour(rid.type).write_pending is not None

    def _slow_write(self, written: Written, trouble: Trouble, call: Call) -> Written:
        resource = written.resource
        if self.registry.behaviour(resource.id.type).provisioning:
            resource.properties["provisioningState"] = "Creating" if written.created else "Updating"
            resource = self.store.put(resource.id, resource.body)
        return Written(resource, written.created, self.begin("write", resource.id, call, trouble))
