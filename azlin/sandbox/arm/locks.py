"""Management locks: CanNotDelete and ReadOnly, inherited from every scope above."""

from __future__ import annotations

from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Store

LOCK = "Microsoft.Authorization/locks"


def refuse_locked(rid: ResourceId, store: Store, *, deleting: bool) -> None:
    """Raise ArmRefusal 409 ScopeLocked when a lock on the resource, above it, or (for a delete)
    below it forbids the change. Locks themselves can always be removed."""
    if rid.subscription is None or rid.type == LOCK:
        return
    for lock in store.all(type=LOCK, subscription=rid.subscription):
        level = str(lock.properties.get("level", "")).casefold()
        if not (level == "readonly" or (deleting and level == "cannotdelete")):
            continue
        scope = lock.id.parent_key
        above = rid.key == scope or rid.key.startswith(f"{scope}/")
        below = deleting and scope.startswith(f"{rid.key}/")
        if above or below:
            what = "delete" if deleting else "write"
            raise ArmRefusal(
                409,
                "ScopeLocked",
                f"The scope '{rid.id}' cannot perform {what} operation because following scope(s) "
                f"are locked: '{lock.id.scope}'. Please remove the lock and try again.",
            )
