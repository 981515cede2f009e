"""A clause about something new → parameters of a creation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from azlin.agentic.language.bound import PARTS, TAKES, WORDS, Bound, ask_region
from azlin.agentic.language.clauses import Clause
from azlin.agentic.language.kinds import RULE_TYPE, Kind, kind_of_type
from azlin.agentic.language.phrase import Phrase
from azlin.agentic.types import Candidate


class Creation:
    """A clause about something new."""

    def __init__(self, clause: Clause, kind: Kind, bound: Bound) -> None:
        self.clause, self.bound, self.kind = clause, bound, kind
        self.takes = TAKES[kind.name if clause.action == "create" else "rule"]

    def bind(self) -> None:
        if self.clause.action != "create":
            self._as_rule()
        if self.clause.soft and not self.bound.questions and self.clause.everything:
            self.bound.ask(
                f"Should {self.kind.plural} be created or listed?",
                Candidate(text=f"list all {self.kind.plural}", because="to see them"),
            )
        for phrase in self.clause.phrases:
            self._take(phrase)
        self._count()

    def _as_rule(self) -> None:
        """`allow ssh from … in nsg X` makes a rule."""
        if self.kind.name == "nsg":
            names = [name for phrase in self.clause.all_of("names") for name in phrase.value or ()]
            self.clause.phrases = [phrase for phrase in self.clause.phrases if phrase.slot != "names"]
            if len(names) == 1:
                self.bound.parameters["nsg"] = names[0]
        self.bound.parameters["kind"] = "rule"
        self.bound.kind = kind_of_type(RULE_TYPE)
        self.bound.parameters["access"] = "Deny" if self.clause.action == "deny" else "Allow"

    def _take(self, phrase: Phrase) -> None:
        slot, value = phrase.slot, phrase.value
        if slot == "location" and self.kind.name in PARTS and isinstance(value, str):
            self.bound.region = value
            return
        if slot not in self.takes:
            self._does_not_fit(slot)
            return
        handler: Callable[[Any], None] | None = getattr(self, f"_take_{slot}", None)
        if handler is not None:
            handler(value)
        else:
            self._set(slot, value)

    def _does_not_fit(self, slot: str) -> None:
        if slot in ("all", "patterns", "states", "not", "label", "id", "type"):
            self.bound.ask(
                f"A new {self.kind.singular} was asked for, with words that are about what exists. What is meant?"
            )
            return
        if slot == "public_ip":
            self.bound.ask(f"A {self.kind.singular} has no public IP address of its own. What is meant?")
            return
        self.bound.ask(f"A new {self.kind.singular} has no {WORDS.get(slot, slot)}. What is meant?")

    def _set(self, slot: str, value: Any) -> None:
        before = self.bound.parameters.get(slot)
        if before is not None and before != value:
            self.bound.ask(f"Two values were given for {WORDS.get(slot, slot)}: {before} and {value}. Which counts?")
            return
        self.bound.parameters[slot] = value

    def _take_names(self, value: tuple[str, ...] | None) -> None:
        if value is None:
            self.bound.ask("The range of names does not run from a smaller to a larger number. Which names are meant?")
            return
        self._set("names", list(value))

    def _take_count(self, value: Any) -> None:
        if value.value is None or value.value < 1:
            self.bound.ask(f"How many {self.kind.plural} (“{value.said or value.value}” is not a number of them)?")
            return
        if value.said:
            self.bound.assumptions.append(f"{value.said} is {value.value}")
        self._set("count", value.value)

    def _take_location(self, value: str | tuple[str, ...]) -> None:
        if isinstance(value, tuple):
            ask_region(self.bound, value[0])
        else:
            self._set("location", value)

    def _take_group(self, value: tuple[str, ...]) -> None:
        self._one("group", value)

    def _take_vnet(self, value: tuple[str, ...]) -> None:
        self._one("vnet", value)

    def _take_subnet(self, value: tuple[str, ...]) -> None:
        self._one("subnet", value)

    def _take_nsg(self, value: tuple[str, ...]) -> None:
        self._one("nsg", value)

    def _take_account(self, value: tuple[str, ...]) -> None:
        self._one("account", value)

    def _one(self, slot: str, value: tuple[str, ...]) -> None:
        if len(value) == 1:
            self._set(slot, value[0])
        else:
            self.bound.ask(f"It can be in one {WORDS.get(slot, slot)} only, and {len(value)} were named. Which?")

    def _take_tags(self, value: dict[str, str | None]) -> None:
        if any(text is None for text in value.values()):
            self.bound.ask(f"Which value should the tag {next(iter(value))} have?")
            return
        self.bound.parameters["tags"] = {**self.bound.parameters.get("tags", {}), **value}

    def _take_image(self, value: Any) -> None:
        self._set("image", value.label)

    def _take_ssh_key(self, value: str | None) -> None:
        if value is not None:
            self._set("ssh_key", value)

    def _take_openings(self, value: Any) -> None:
        self.bound.parameters.setdefault("openings", []).append(msgspec.to_builtins(value))

    def _take_subnets(self, value: tuple[Any, ...]) -> None:
        self.bound.parameters.setdefault("subnets", []).extend(msgspec.to_builtins(subnet) for subnet in value)

    def _take_prefixes(self, value: tuple[str, ...]) -> None:
        self.bound.parameters.setdefault("prefixes", []).extend(value)

    def _take_shape(self, value: dict[str, Any]) -> None:
        self.bound.parameters["shape"] = {**self.bound.parameters.get("shape", {}), **value}

    def _count(self) -> None:
        parameters = self.bound.parameters
        if (
            self.clause.plural
            and not parameters.get("names")
            and "count" not in parameters
            and not self.bound.questions
        ):
            self.bound.ask(
                f"How many {self.kind.plural}?",
                Candidate(text=f"create 2 {self.kind.plural}", because="a number is needed"),
            )
        if not self.clause.plural and "count" in parameters and parameters["count"] > 1 and not self.bound.questions:
            self.bound.ask(
                f"One {self.kind.singular}, or {parameters['count']}?",
                Candidate(
                    text=f"create {parameters['count']} {self.kind.plural}", because=f"{parameters['count']} of them"
                ),
            )
