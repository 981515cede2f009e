"""Several things in one request: each part planned by its own family, all of them together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace as replaced
from typing import Any, cast

import msgspec
from msgspec.structs import replace

from azlin.agentic.families import IntentFamily
from azlin.agentic.families.cures import Case, Cure, Curing
from azlin.agentic.families.drafting import wired
from azlin.agentic.families.foreseen import Foreseen, id_of
from azlin.agentic.language.kinds import kind_of_type
from azlin.agentic.types import PROVIDER_TYPE, Intent, Operation, Plan
from azlin.agentic.world import World
from azlin.errors import Undecided, UsageRefused
from azlin.settings import Defaults


class SeveralParameters(msgspec.Struct, forbid_unknown_fields=True):
    """The parts, in the order they were said: each an Intent of another family."""

    parts: tuple[Intent, ...]


class Several:
    name = "several"
    parameters: type[msgspec.Struct] = SeveralParameters
    examples = (
        "create 2 VMs and a storage account in westeurope",
        "stop vm web1 and delete vm web2",
    )

    def __init__(self, families: Mapping[str, IntentFamily]) -> None:
        self._families = families

    def complete(self, intent: Intent, defaults: Defaults) -> Intent:
        parts = [self._families[part.family].complete(part, defaults) for part in self._parts(intent)]
        return of_parts(parts)

    def plan(self, intent: Intent, world: World) -> Plan:
        """Each part sees what the parts before it will have made, and reads wait for the acts before them.

        Raises Undecided when parts contradict each other.
        """
        foreseen = Foreseen(world)
        operations: dict[str, Operation] = {}
        assumptions: list[str] = []
        for part in self._parts(intent):
            plan = self._families[part.family].plan(part, foreseen)
            acts = tuple(name for name, operation in operations.items() if operation.effect != "reads")
            for operation in plan.operations:
                _add(operations, replace(operation, after=acts) if operation.verb == "read" else operation)
            for operation in plan.operations:
                foreseen.foresee(operation)
            assumptions += plan.assumptions
        return Plan(
            operations=wired(_registered_first(operations.values())),
            made_against=world.made_against(),
            assumptions=tuple(dict.fromkeys(assumptions)),
        )

    def rows(self, intent: Intent, operation: Operation, raw: Any) -> Any:
        """The rows of the part that planned this read; always a list, because the parts' rows are put together."""
        for part in self._parts(intent):
            family = self._families[part.family]
            wanted = msgspec.convert(part.parameters, family.parameters)
            if part.action in ("list", "show", "count") and _is_of(part, wanted, operation):
                rows = family.rows(part, operation, raw)
                return cast("list[Any]", rows) if isinstance(rows, list) else [rows]
        return raw

    def cures(self, case: Case) -> tuple[Cure, ...]:
        """Those of the part that planned what failed."""
        part = self._part_of(case)
        return () if part is None else part[1].cures(replaced(case, intent=part[0]))

    def changed(self, case: Case, changes: Mapping[str, str]) -> Intent:
        part = self._part_of(case)
        if part is None:
            raise UsageRefused("nothing of this request can be changed now", fix="azlin objective resume ID")
        changed = part[1].changed(replaced(case, intent=part[0]), changes)
        parts = self._parts(case.intent)
        return replace(
            of_parts(changed if one == part[0] else one for one in parts), assumptions=case.intent.assumptions
        )

    def _part_of(self, case: Case) -> tuple[Intent, Curing] | None:
        """The one part that is about the kind of thing that failed; None when that is not certain."""
        family = self._families.get(kind_of_type(case.operation.target.type).family)
        mine = [part for part in self._parts(case.intent) if family is not None and part.family == family.name]
        named = [part for part in mine if case.operation.target.leaf in part.parameters.get("names", ())]
        chosen = mine if len(mine) == 1 else named
        return (chosen[0], family) if len(chosen) == 1 and isinstance(family, Curing) else None

    def _parts(self, intent: Intent) -> tuple[Intent, ...]:
        return parts_of(intent)


def parts_of(intent: Intent) -> tuple[Intent, ...]:
    """The parts of an Intent that `of_parts` made."""
    return msgspec.convert(intent.parameters, SeveralParameters).parts


def of_parts(parts: Iterable[Intent]) -> Intent:
    """One Intent that holds several, with what each assumed and asked."""
    listed = list(parts)
    return Intent(
        family=Several.name,
        action="several",
        summary="; ".join(part.summary for part in listed),
        parameters={"parts": [msgspec.to_builtins(part) for part in listed]},
        confidence=min(part.confidence for part in listed),
        assumptions=tuple(dict.fromkeys(sentence for part in listed for sentence in part.assumptions)),
        questions=tuple(dict.fromkeys(question for part in listed for question in part.questions)),
        candidates=tuple(dict.fromkeys(candidate for part in listed for candidate in part.candidates)),
    )


def _add(operations: dict[str, Operation], operation: Operation) -> None:
    key = id_of(operation.target).casefold() if operation.target.name else operation.id
    for other in operations.values():
        if not other.target.name or id_of(other.target).casefold() != key:
            continue
        if other.verb == operation.verb and other.desired == operation.desired:
            return
        if "read" not in (other.verb, operation.verb):
            raise Undecided(
                f"{operation.target.leaf} would be changed twice by one request ({other.id} and {operation.id})",
                fix="ask for one after the other",
            )
    if operation.id in operations:
        group = operation.target.group or "another group"
        operation = replace(operation, id=f"{operation.id} in {group}")
    number = 2
    while operation.id in operations:
        operation = replace(operation, id=f"{operation.id.partition(' #')[0]} #{number}")
        number += 1
    operations[operation.id] = operation


def _registered_first(operations: Iterable[Operation]) -> list[Operation]:
    """What is made of a namespace waits until that is registered."""
    listed = list(operations)
    makers = {one.target.name.casefold(): one.id for one in listed if one.target.type == PROVIDER_TYPE}
    first = [makers.get(one.target.type.partition("/")[0].casefold()) for one in listed]
    return [
        replace(one, after=(*one.after, maker)) if maker and one.verb != "act" else one
        for one, maker in zip(listed, first, strict=True)
    ]


def _is_of(part: Intent, wanted: Any, operation: Operation) -> bool:
    """Whether this part planned this read: by what kind of thing it is about, and which of them."""
    kind = kind_of_type(operation.target.type)
    if kind.family != part.family or getattr(wanted, "kind", kind.name) != kind.name:
        return False
    if getattr(wanted, "type", None) not in (None, operation.target.type):
        return False
    where = wanted.where
    if "where" in operation.desired:
        return operation.desired["where"] == msgspec.to_builtins(where)
    return operation.target.leaf.casefold() in {name.casefold() for name in where.names} or not where.names
