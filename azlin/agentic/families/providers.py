"""Registering resource providers: what a subscription needs once before it can have things of a namespace.

No request is said in words for it yet; it is a part of a request that Azure refused for the lack of it. Source:
Azure's “Resource providers and types”: writes need not wait until Registering has become Registered.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from azlin.agentic.families.cures import Case, Cure
from azlin.agentic.families.drafting import Draft
from azlin.agentic.types import PROVIDER_TYPE, Intent, Operation, Plan, ResourceRef
from azlin.agentic.world import World
from azlin.settings import Defaults

NAME = "providers"
REGISTER = "register"
ACTION = "register_provider"
_NAMESPACE = re.compile(r"namespace '([A-Za-z][\w.]*)'")
_IN_USE = frozenset({"registered", "registering"})


class ProviderParameters(msgspec.Struct, forbid_unknown_fields=True):
    namespaces: tuple[str, ...]


class Providers:
    name = NAME
    parameters: type[msgspec.Struct] = ProviderParameters
    examples: tuple[str, ...] = ()

    def complete(self, intent: Intent, defaults: Defaults) -> Intent:  # noqa: ARG002 - the protocol's
        return intent

    def plan(self, intent: Intent, world: World) -> Plan:
        """One POST for each that is not registered."""
        draft = Draft(world)
        for namespace in msgspec.convert(intent.parameters, ProviderParameters).namespaces:
            ref = draft.ref(PROVIDER_TYPE, namespace)
            if _state(world, ref) in _IN_USE:
                draft.assume(f"{namespace} is registered already")
            else:
                draft.act(ref, REGISTER, REGISTER)
                draft.assume(
                    f"{namespace} stays registered for the subscription, also after an undo; that costs nothing"
                )
        return draft.plan()

    def rows(self, intent: Intent, operation: Operation, raw: Any) -> Any:  # noqa: ARG002 - the protocol's
        return raw


def registering(namespace: str) -> Intent:
    """The Intent that registers a provider."""
    return Intent(
        family=NAME,
        action=REGISTER,
        summary=f"register {namespace}",
        parameters={"namespaces": [namespace]},
    )


def registration_cure(case: Case) -> tuple[Cure, ...]:
    """Registering the namespace that Azure names, if Azure, asked, says that it is not registered."""
    if case.failure.action != ACTION or case.operation.target.subscription is None:
        return ()
    named = _NAMESPACE.search(case.failure.message)
    namespace = named[1] if named else case.operation.target.type.partition("/")[0]
    ref = ResourceRef(type=PROVIDER_TYPE, name=namespace, subscription=case.operation.target.subscription)
    if _state(case.world, ref) in _IN_USE:
        return ()
    return (
        Cure(
            changes={REGISTER: namespace},
            text=f"{namespace} can be registered for the subscription first",
            resolution=f"registering {namespace} first",
            ask="Do it?",
        ),
    )


def _state(world: World, ref: ResourceRef) -> str:
    there = world.get(ref) or {}
    return str(there.get("registrationState", "")).casefold()
