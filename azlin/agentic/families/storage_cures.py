"""What can be changed about a request for storage accounts that Azure refused: a name that is free.

Names of storage accounts are unique in all of Azure. Shape: Storage Accounts - Check Name Availability (2023-05-01).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from azlin.agentic.families.cures import OFFERS_MAX, Case, Cure
from azlin.agentic.families.naming import RULES, broken_rule
from azlin.agentic.language.kinds import ACCOUNT_TYPE
from azlin.agentic.types import Intent
from azlin.errors import UsageRefused

VERSION = "2023-05-01"
RENAME = "rename"
TRIES_MAX = 6
LONGEST = RULES["account"][2]


def name_cures(case: Case) -> tuple[Cure, ...]:
    """Names that Azure, asked, has free, made from the one that is taken."""
    target = case.operation.target
    if case.failure.action != RENAME or target.type.casefold() != ACCOUNT_TYPE.casefold():
        return ()
    tried = {one.target.name.casefold() for plan in case.plans for one in plan.operations}
    found: list[Cure] = []
    for name in _alike(target.name, f"{target.subscription}/{target.group}"):
        if name not in tried and _is_free(case, name):
            found.append(
                Cure(changes={"name": name}, text=f"the name {name} is free", resolution="another name instead")
            )
        if len(found) == OFFERS_MAX:
            break
    return tuple(found)


def with_name(case: Case, changes: Mapping[str, str]) -> Intent:
    """The Intent with another name for the account that failed. Raises UsageRefused."""
    if strange := sorted(set(changes) - {"name"}):
        raise UsageRefused(f"{strange[0]} of a storage account cannot be changed here", fix="--with name=NAME")
    name = changes.get("name", "")
    if problem := broken_rule("account", name):
        raise UsageRefused(problem, fix="--with name=NAME")
    parameters: dict[str, Any] = dict(case.intent.parameters)
    accounts = [one for one in case.plan.operations if one.target.type.casefold() == ACCOUNT_TYPE.casefold()]
    taken = case.operation.target.name
    parameters["names"] = [name if one.target.name == taken else one.target.name for one in accounts]
    parameters.pop("count", None)
    return replace(
        case.intent, parameters=msgspec.to_builtins(parameters), summary=f"{case.intent.summary}, named {name} instead"
    )


def _alike(name: str, where: str) -> Iterator[str]:
    """The name with something behind it: the same request is offered the same names."""
    for number in range(1, TRIES_MAX + 1):
        tail = hashlib.sha256(f"{where}/{name}#{number}".casefold().encode()).hexdigest()[:4]
        yield f"{name.casefold()[: LONGEST - len(tail)]}{tail}"


def _is_free(case: Case, name: str) -> bool:
    answer: dict[str, Any] = case.world.inquire(
        "providers/Microsoft.Storage/checkNameAvailability", VERSION, body={"name": name, "type": ACCOUNT_TYPE}
    )
    return answer.get("nameAvailable") is True
