"""Which subscriptions a query sees: those it names, those under the management groups it names, or all of the
caller's tenant. Source: "Resources - Resources" of the Resource Graph REST reference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from azlin.sandbox.arm.authorization.access import sees
from azlin.sandbox.arm.behaviour import Call
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource
from azlin.sandbox.directory import Subscription
from azlin.sandbox.resource_graph.invalid import bad_request

GROUPS = "Microsoft.Management/managementGroups"
MEMBERS = "Microsoft.Management/managementGroups/subscriptions"
ROOT_LABEL = "Tenant Root Group"
MOST_SUBSCRIPTIONS = 1000


@dataclass(frozen=True, slots=True)
class Estate:
    """What one query may see. `whole`: no subscription was named, so what lies above them is seen too."""

    tenant: str
    subscriptions: tuple[Subscription, ...]
    whole: bool
    groups: tuple[Resource, ...] = ()
    """The management groups in sight."""
    chains: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict[str, tuple[tuple[str, str], ...]])
    """By casefolded subscription or `group/{name}`: the management groups above it, nearest first: (name, label)."""
    root: bool = False
    """Whether the tenant's root group is in sight."""


def estate(call: Call, subscriptions: Sequence[str], groups: Sequence[str], *, partial: bool, above: bool) -> Estate:
    """Raises ArmRefusal when a scope is not there or not the caller's; `partial` leaves such ones out."""
    plane = call.plane
    tree = _tree(call)
    mine = [one for one in plane.directory.subscriptions(call.tenant) if sees(call, f"/subscriptions/{one.id}")]
    if groups:
        names = _below(groups, tree, call, partial=partial)
        chosen = [one for one in mine if _under(tree.chains.get(one.id.casefold(), ()), names)]
        seen = [
            one
            for one in tree.groups
            if one.id.name.casefold() in names or _under(tree.chains.get(_key(one), ()), names)
        ]
        return Estate(call.tenant, tuple(chosen), True, tuple(seen), tree.chains, call.tenant.casefold() in names)
    if not subscriptions:
        return Estate(call.tenant, tuple(mine), True, tree.groups, tree.chains, True)
    if len(subscriptions) > MOST_SUBSCRIPTIONS:
        raise bad_request([{"code": "TooManySubscriptions", "message": f"At most {MOST_SUBSCRIPTIONS} subscriptions."}])
    wanted = {one.casefold() for one in subscriptions}
    chosen = [one for one in mine if one.id.casefold() in wanted]
    if not chosen:
        raise bad_request(
            [
                {
                    "code": "NoValidSubscriptionsInQueryRequest",
                    "message": "There must be at least one subscription that is eligible to contain resources. "
                    f"Given: '{','.join(subscriptions)}'.",
                }
            ]
        )
    return Estate(call.tenant, tuple(chosen), above, tree.groups if above else (), tree.chains, above)


def _key(group: Resource) -> str:
    return f"group/{group.id.name.casefold()}"


def _under(chain: tuple[tuple[str, str], ...], names: set[str]) -> bool:
    return any(name.casefold() in names for name, _ in chain)


def _below(groups: Sequence[str], tree: Estate, call: Call, *, partial: bool) -> set[str]:
    known = {one.id.name.casefold() for one in tree.groups} | {call.tenant.casefold()}
    found = {one.rpartition("/")[2].casefold() for one in groups}
    unknown = found - known
    if unknown and (not partial or unknown == found):
        raise ArmRefusal(
            403,
            "AccessDenied",
            "Access is denied to the requested resource. The user might not have enough permission.",
            details=[{"code": "AccessDenied", "message": f"Management groups: '{','.join(sorted(unknown))}'."}],
        )
    return found & known


def _tree(call: Call) -> Estate:
    """The management groups of the tenant and who is under whom; the tenant's root group holds what has no other."""
    store = call.plane.store
    groups = tuple(store.all(type=GROUPS, tenant=call.tenant))
    root = (call.tenant, ROOT_LABEL)
    labels = {one.id.name.casefold(): (one.id.name, _label(one)) for one in groups}
    parents = {one.id.name.casefold(): _parent(one) for one in groups}
    chains: dict[str, tuple[tuple[str, str], ...]] = {}

    def above(name: str | None) -> tuple[tuple[str, str], ...]:
        chain: list[tuple[str, str]] = []
        while name is not None and name in labels and labels[name] not in chain:
            chain.append(labels[name])
            name = parents.get(name)
        return (*chain, *(() if root[0].casefold() in (one.casefold() for one, _ in chain) else (root,)))

    for one in groups:
        chains[_key(one)] = above(_parent(one))
    for member in store.all(type=MEMBERS, tenant=call.tenant):
        holder = member.id.id.split("/")[4].casefold()
        chains[member.id.name.casefold()] = above(holder)
    for one in call.plane.directory.subscriptions(call.tenant):
        chains.setdefault(one.id.casefold(), (root,))
    return Estate(call.tenant, (), True, groups, chains)


def _label(group: Resource) -> str:
    return str(group.properties.get("displayName") or group.id.name)


def _parent(group: Resource) -> str | None:
    details = group.properties.get("details")
    parent = details.get("parent") if isinstance(details, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    named = parent.get("id") if isinstance(parent, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    return named.rpartition("/")[2].casefold() if isinstance(named, str) else None
