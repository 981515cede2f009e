"""Filling in what a request left open: each default that is used becomes a sentence, each gap a question."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from azlin.agentic.language.filters import Where
from azlin.agentic.language.kinds import Kind
from azlin.agentic.language.regions import display_name, region_of
from azlin.agentic.types import Candidate, Intent
from azlin.settings import Defaults

GROUP = "azlin"
REGION = "westeurope"


class Completion:
    """An Intent on its way to being complete. `parameters` may be written to; `finish` makes the Intent."""

    def __init__(self, intent: Intent, defaults: Defaults) -> None:
        self.intent = intent
        self.defaults = defaults
        self.parameters: dict[str, Any] = dict(intent.parameters)
        self.assumptions: list[str] = list(intent.assumptions)
        self.questions: list[str] = list(intent.questions)
        self.candidates: list[Candidate] = list(intent.candidates)

    def assume(self, sentence: str) -> None:
        if sentence not in self.assumptions:
            self.assumptions.append(sentence)

    def ask(self, question: str, *candidates: Candidate) -> None:
        self.questions.append(question)
        self.candidates.extend(candidates)

    def settle(self, field: str, settled: str | None, otherwise: str, sentence: str) -> str:
        """The value of a field: as said, else as the configuration says, else `otherwise`. `sentence` tells the last
        two, with `{value}` and `{why}` in it."""
        value = self.parameters.get(field)
        if value is not None:
            return value
        value = settled or otherwise
        why = f"from [defaults] {_KEYS.get(field, field)} or a flag" if settled else "azlin's default"
        self.parameters[field] = value
        self.assume(sentence.format(value=value, why=why))
        return value

    def settle_group(self) -> str:
        return self.settle(
            "group",
            self.defaults.resource_group,
            GROUP,
            "resource group {value} (no group was named; {why}; set it with -g or [defaults] resource_group)",
        )

    def settle_location(self) -> str:
        """The region; a configured one that does not exist is a question."""
        configured = self.defaults.location
        location = self.settle(
            "location",
            configured and (region_of(configured) or configured),
            REGION,
            "region {value} (no region was named; {why}; set it with -l or [defaults] location)",
        )
        if region_of(location) is None:
            self.ask(f"There is no region {location!r} in azlin's list. Which region is meant?")
        return location

    def finish(self, summary: str, parameters: type[msgspec.Struct]) -> Intent:
        """The Intent, with parameters in the family's own form. Raises msgspec.ValidationError when they do not fit."""
        typed = msgspec.convert(self.parameters, parameters)
        return replace(
            self.intent,
            summary=summary,
            parameters=msgspec.to_builtins(typed),
            assumptions=tuple(self.assumptions),
            questions=tuple(self.questions),
            candidates=tuple(self.candidates),
        )


_KEYS = {"group": "resource_group", "size": "vm_size"}


def names_in_words(names: tuple[str, ...] | list[str]) -> str:
    """`web1 and web2`; of many, the first three and how many more."""
    listed = list(names)
    if len(listed) > 5:
        return f"{', '.join(listed[:3])} and {len(listed) - 3} more"
    return " and ".join([", ".join(listed[:-1]), listed[-1]] if len(listed) > 1 else listed)


def aim_in_words(kind: Kind, where: Where) -> str:
    """What is meant, for a summary: `VM Sam`, `VMs tagged env=test`, `all VMs`."""
    if where.names and where == Where(names=where.names):
        return f"{kind.singular if len(where.names) == 1 else kind.plural} {names_in_words(where.names)}"
    said = where.in_words()
    return f"{kind.plural} {said}" if said else f"all {kind.plural}"


def place_in_words(group: str, location: str) -> str:
    return f"in resource group {group}, {display_name(location)}"
