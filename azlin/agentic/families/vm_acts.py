"""Planning what is done with virtual machines that exist: reading, starting, stopping, resizing, tagging."""

from __future__ import annotations

import msgspec

from azlin.agentic.families.choosing import Chosen, choose, power
from azlin.agentic.families.completion import names_in_words
from azlin.agentic.families.drafting import Draft, body_of
from azlin.agentic.families.tagging import tag
from azlin.agentic.families.vm_parameters import VmParameters
from azlin.agentic.language.filters import POWER_STATES, size_of
from azlin.agentic.language.kinds import BY_NAME
from azlin.agentic.types import Plan
from azlin.agentic.world import World
from azlin.errors import NotFound, UsageRefused

VM = BY_NAME["vm"]
_ACTS: dict[str, tuple[str, frozenset[str]]] = {
    "start": ("start", frozenset({"running"})),
    "deallocate": ("deallocate", frozenset({"deallocated"})),
    "power-off": ("powerOff", frozenset({"stopped", "deallocated"})),
    "restart": ("restart", frozenset()),
}
"""our action → (ARM's POST, the power states that make it needless)"""


def plan_act(action: str, wanted: VmParameters, world: World) -> Plan:
    draft = Draft(world)
    if action in ("list", "count", "show"):
        _read(draft, action, wanted, world)
        return draft.plan()
    if action in _ACTS:
        _power(draft, action, wanted, world)
        return draft.plan()
    chosen = choose(world, VM, wanted.where, doing="change")
    if action == "resize":
        _resize(draft, chosen, wanted.size)
    else:
        tag(draft, VM, chosen, wanted.tags, remove=action == "untag")
    return draft.plan()


def _read(draft: Draft, action: str, wanted: VmParameters, world: World) -> None:
    """A list reads every VM with its power state; a named VM is read by its id, so that a wrong name is found out."""
    if action == "show" and world.known:
        for ref, _ in choose(world, VM, wanted.where, doing="show"):
            draft.read(ref, {"expand": "instanceView"})
        return
    group = wanted.where.groups[0] if len(wanted.where.groups) == 1 else None
    desired = {"list": True, "where": msgspec.to_builtins(wanted.where)}
    if action != "count" or wanted.where.needs_power:
        desired["expand"] = "instanceView"
    draft.read(draft.ref(VM.type, "", group), desired)


def _power(draft: Draft, action: str, wanted: VmParameters, world: World) -> None:
    post, needless = _ACTS[action]
    chosen = choose(world, VM, wanted.where, doing=action.replace("-", " "))
    acting: list[Chosen] = []
    for ref, there in chosen:
        state = power(world, there)
        if action == "restart" and state is not None and state not in POWER_STATES["running"]:
            if wanted.where.names:
                raise UsageRefused(
                    f"VM {ref.name} is {state}, and cannot be restarted", fix=f'azlin doit "start vm {ref.name}"'
                )
            draft.assume(f"VM {ref.name} is {state}, and is not restarted")
        elif state in needless:
            draft.assume(f"VM {ref.name} is {state} already, and is left as it is")
        else:
            acting.append((ref, there))
    for ref, _ in acting:
        draft.act(ref, post, action)
    if acting:
        names = names_in_words([f"{ref.name} (group {ref.group})" for ref, _ in acting])
        draft.assume(f"{VM.counted(len(acting))} to {action.replace('-', ' ')}: {names}")


def _resize(draft: Draft, chosen: list[Chosen], size: str | None) -> None:
    if size is None:
        raise NotFound("no size was given")
    for ref, there in chosen:
        if size_of(there).casefold() == size.casefold():
            draft.assume(f"VM {ref.name} has size {size} already, and is left as it is")
            continue
        body = body_of(there)
        body["properties"]["hardwareProfile"] = {**(body["properties"].get("hardwareProfile") or {}), "vmSize": size}
        draft.change(ref, body, "resize:")
        draft.assume(f"VM {ref.name} changes from {size_of(there)} to {size}")
