"""A clause about things that exist → a filter, and what is to become of what it finds."""

from __future__ import annotations

from typing import Any

from azlin.agentic.language import verbs
from azlin.agentic.language.bound import WORDS, Bound, ask_region
from azlin.agentic.language.clauses import Clause
from azlin.agentic.language.kinds import Kind
from azlin.agentic.language.phrase import Phrase
from azlin.agentic.types import Candidate

_FILTERS = frozenset(
    {"names", "patterns", "tags", "group", "location", "label", "states", "size", "all", "not", "type", "id"}
)
_HOLDERS = {"subnet": "vnet", "rule": "nsg", "container": "account"}


class Selection:
    """A clause about things that exist."""

    def __init__(self, clause: Clause, kind: Kind, bound: Bound) -> None:
        self.clause, self.bound, self.kind = clause, bound, kind
        self.where: dict[str, Any] = {}

    def bind(self) -> None:
        for phrase in self.clause.phrases:
            self._take(phrase)
        if self.bound.questions:
            return
        named = bool(self.where.get("names")) and not self.clause.plural
        if self.clause.action == "list" and (named or self.bound.parameters.get("id")):
            self.bound.action = "show"
        if self.clause.said == "is":
            self.where.pop("states", None)
            self.bound.assumptions.append("the answer is in the column “power”")
        if self.clause.said in verbs.STOP_MEANS and self.clause.action == "deallocate":
            self.bound.assumptions.append(
                f"“{self.clause.said}” is done as deallocate, so that compute is not billed any more "
                "(“power off” is billed on)"
            )
        self._check_aim()
        if self.where:
            self.bound.parameters["where"] = self.where

    def _check_aim(self) -> None:
        """An act on what exists names its objects, or says `all`; a read may leave both out."""
        if self.clause.action in ("list", "count") or self.bound.parameters.get("id") or self.bound.questions:
            return
        aimed = set(self.where) - {"everything"}
        if not aimed and not (self.clause.everything and self.clause.plural):
            doing = self.clause.said or self.clause.action
            self.bound.ask(
                f"Which {self.kind.singular} should be meant by “{doing}”?",
                Candidate(text=f"{doing} {self.kind.singular} NAME", because="by name"),
                Candidate(text=f"{doing} all {self.kind.plural}", because="all of them"),
            )
        elif aimed and not aimed & {"names", "patterns"} and not self.clause.plural and not self.clause.everything:
            doing = self.clause.said or self.clause.action
            self.bound.ask(
                f"One {self.kind.singular}, or all that fit?",
                Candidate(text=f"{doing} all {self.kind.plural} …", because="all that fit"),
                Candidate(text=f"{doing} {self.kind.singular} NAME", because="one, by name"),
            )

    def _take(self, phrase: Phrase) -> None:
        slot, value = phrase.slot, phrase.value
        holder = _HOLDERS.get(self.kind.name)
        if slot == "set-tags" and self.clause.action in ("tag", "untag"):
            self.bound.parameters["tags"] = {**self.bound.parameters.get("tags", {}), **value}
        elif slot == "size" and self.clause.action == "resize":
            self._resize_to(value)
        elif slot == holder:
            self._add("within", value)
        elif slot == "count" and value.value == 1 and not self.clause.plural:
            return
        elif slot not in _FILTERS or (slot in ("states", "size") and self.kind.name != "vm"):
            self.bound.ask(f"{self.kind.plural} cannot be chosen by {WORDS.get(slot, slot)}. Which are meant?")
        else:
            self._filter(slot, value, negative=False)

    def _resize_to(self, size: str) -> None:
        if self.bound.parameters.get("size", size) != size:
            self.bound.ask(f"Two sizes were given: {self.bound.parameters['size']} and {size}. Which counts?")
        self.bound.parameters["size"] = size

    def _filter(self, slot: str, value: Any, *, negative: bool) -> None:
        match slot:
            case "not":
                self._filter(value.slot, value.value, negative=True)
            case "names" | "patterns":
                self._named(slot, value, negative=negative)
            case "tags":
                field_ = "not_tags" if negative else "tags"
                self.where[field_] = {**self.where.get(field_, {}), **value}
            case "location":
                self._location(value, negative=negative)
            case "group" | "states" | "size":
                field_ = {"group": "groups", "states": "states", "size": "sizes"}[slot]
                self._add(f"not_{field_}" if negative else field_, (value,) if slot == "size" else value)
            case "label":
                self._label(value)
            case "all":
                self._everything(value)
            case _:
                self.bound.parameters[slot] = value

    def _named(self, slot: str, value: tuple[str, ...] | None, *, negative: bool) -> None:
        if value is None:
            self.bound.ask("The range of names does not run from a smaller to a larger number. Which names are meant?")
        else:
            self._add("not_names" if negative else slot, value)

    def _location(self, value: str | tuple[str, ...], *, negative: bool) -> None:
        if isinstance(value, tuple):
            ask_region(self.bound, value[0])
        else:
            self._add("not_locations" if negative else "locations", (value,))

    def _label(self, label: str) -> None:
        if self.where.get("label", label) != label:
            self.bound.ask(f"Both {self.where['label']} and {label}?")
        self.where["label"] = label

    def _everything(self, word: str) -> None:
        if word == "everything" and self.clause.action not in ("list", "count", "show"):
            self.bound.ask("Everything is too much for one request. Which things are meant?")
        if word != "both" and self.clause.plural:
            self.where["everything"] = True

    def _add(self, field_: str, values: Any) -> None:
        self.where[field_] = [*self.where.get(field_, []), *values]
