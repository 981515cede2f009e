"""Clause → parameters: every phrase finds its parameter, or becomes a question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from azlin.agentic.language import regions, verbs
from azlin.agentic.language.clauses import Clause
from azlin.agentic.language.kinds import Kind, kind_of_type
from azlin.agentic.language.phrase import Phrase
from azlin.agentic.types import Candidate

Parameters = dict[str, Any]


@dataclass
class Bound:
    """What a clause says, as a family's parameters. `explicit` are the parameters that the clause itself gave."""

    action: str | None
    kind: Kind | None
    parameters: Parameters = field(default_factory=dict[str, Any])
    assumptions: list[str] = field(default_factory=list[str])
    questions: list[str] = field(default_factory=list[str])
    candidates: list[Candidate] = field(default_factory=list[Candidate])
    text: str = ""

    @property
    def creates(self) -> bool:
        return self.action in CREATIONS

    def ask(self, question: str, *candidates: Candidate) -> None:
        self.questions.append(question)
        self.candidates.extend(candidates)


CREATIONS = frozenset({"create", "allow", "deny"})
_ANY = frozenset({"names", "count", "location", "group", "tags"})
TAKES: dict[str, frozenset[str]] = {
    "group": frozenset({"names", "count", "location", "tags"}),
    "vm": _ANY
    | {"size", "image", "zones", "ssh_key", "public_ip", "openings", "admin_user", "admin_password", "vnet", "subnet"}
    | {"nsg", "disk_gb", "shape"},
    "account": _ANY | {"sku", "tier", "containers"},
    "container": frozenset({"names", "account", "group"}),
    "vnet": _ANY | {"prefixes", "subnets"},
    "subnet": frozenset({"names", "vnet", "prefixes", "group", "nsg"}),
    "nsg": _ANY | {"openings"},
    "rule": frozenset({"names", "nsg", "openings", "priority", "group"}),
    "ip": _ANY | {"zones"},
    "nic": _ANY | {"vnet", "subnet", "nsg", "public_ip"},
}
"""What can be said about a new thing of each kind; a kind that is not here cannot be made from words."""

_ACTIONS: dict[str, frozenset[str]] = {
    "virtual-machines": frozenset({"start", "deallocate", "power-off", "restart", "resize", "tag", "untag", "create"}),
    "networks": frozenset({"create", "allow", "deny", "tag", "untag"}),
    "storage": frozenset({"create", "tag", "untag"}),
    "resource-groups": frozenset({"create", "tag", "untag"}),
    "resources": frozenset({"tag", "untag"}),
}
_ALWAYS = frozenset({"list", "show", "count", "delete"})
_FILTERS = frozenset(
    {"names", "patterns", "tags", "group", "location", "label", "states", "size", "all", "not", "type", "id"}
)
_HOLDERS = {"subnet": "vnet", "rule": "nsg", "container": "account"}
_WORDS = {
    "size": "size",
    "image": "operating system",
    "zones": "availability zone",
    "ssh_key": "SSH key",
    "public_ip": "public IP address",
    "openings": "port",
    "admin_user": "admin user",
    "admin_password": "password",
    "prefixes": "address range",
    "sku": "redundancy",
    "tier": "access tier",
    "disk_gb": "disk size",
    "shape": "CPUs or memory",
    "states": "power state",
    "set-tags": "tag to set",
    "label": "label",
    "count": "count",
    "containers": "container",
    "subnets": "subnet",
    "account": "storage account",
}


def bind(clause: Clause, text: str) -> Bound:
    bound = Bound(clause.action, clause.kind, text=text)
    _refuse(clause, bound)
    if bound.questions or clause.kind is None:
        return bound
    if clause.kind.family in ("storage", "networks"):
        bound.parameters["kind"] = clause.kind.name
    elif clause.kind.family == "resources" and clause.kind.name != "resource":
        bound.parameters["type"] = clause.kind.type
    if bound.creates:
        _Creation(clause, bound).bind()
    else:
        _Selection(clause, bound).bind()
    return bound


def _refuse(clause: Clause, bound: Bound) -> None:
    """What makes a clause a question whatever else it says."""
    what = clause.kind.plural if clause.kind else "that"
    if clause.negated:
        bound.ask(
            f"The request says not to {clause.said or 'do something'}, so that is not done. What should be done instead?"
        )
    elif clause.action is None:
        bound.ask(
            f"What should be done with {what}?",
            *(Candidate(text=f"{verb} {bound.text}", because="a verb is needed") for verb in ("list", "create")),
        )
    elif clause.kind is None:
        names = [name for phrase in clause.all_of("names") for name in phrase.value or ()]
        _ask_what(clause, bound, names)
    elif clause.action not in _ALWAYS | _ACTIONS[clause.kind.family] or (
        clause.action in ("allow", "deny") and clause.kind.name not in ("rule", "nsg")
    ):
        bound.ask(f"A {clause.kind.singular} cannot be the object of “{clause.said}”. What is meant?")
    elif clause.action == "create" and clause.kind.name not in TAKES:
        bound.ask(f"azlin does not yet create a {clause.kind.singular} from words. What else should be done?")


def _ask_what(clause: Clause, bound: Bound, names: list[str]) -> None:
    if clause.action in CREATIONS:
        bound.ask(f"What should be made (“{clause.said}” what)?")
    elif names:
        bound.ask(
            f"What is {names[0]}: a VM, a resource group, or something else?",
            *(
                Candidate(text=f"{clause.said} {kind} {names[0]}", because=f"if it is a {kind}")
                for kind in ("vm", "resource group", "storage account")
            ),
        )
    else:
        bound.ask(f"“{clause.said}” what? It has to be said exactly.")


class _Creation:
    """A clause about something new."""

    def __init__(self, clause: Clause, bound: Bound) -> None:
        assert clause.kind is not None
        self.clause, self.bound, self.kind = clause, bound, clause.kind
        self.takes = TAKES[clause.kind.name if clause.action == "create" else "rule"]

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
        self.bound.kind = kind_of_type("Microsoft.Network/networkSecurityGroups/securityRules")
        self.bound.parameters["access"] = "Deny" if self.clause.action == "deny" else "Allow"

    def _take(self, phrase: Phrase) -> None:
        slot, value = phrase.slot, phrase.value
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
        self.bound.ask(f"A new {self.kind.singular} has no {_WORDS.get(slot, slot)}. What is meant?")

    def _set(self, slot: str, value: Any) -> None:
        before = self.bound.parameters.get(slot)
        if before is not None and before != value:
            self.bound.ask(f"Two values were given for {_WORDS.get(slot, slot)}: {before} and {value}. Which counts?")
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
            self.bound.ask(f"It can be in one {_WORDS.get(slot, slot)} only, and {len(value)} were named. Which?")

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


class _Selection:
    """A clause about things that exist."""

    def __init__(self, clause: Clause, bound: Bound) -> None:
        assert clause.kind is not None
        self.clause, self.bound, self.kind = clause, bound, clause.kind
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
                f"“{self.clause.said}” is done as deallocate, so that billing for compute stops (“power off” would keep it running)"
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
        elif aimed and "names" not in aimed and not self.clause.plural and not self.clause.everything:
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
            self.bound.ask(f"{self.kind.plural} cannot be chosen by {_WORDS.get(slot, slot)}. Which are meant?")
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
            case "names" if value is None:
                self.bound.ask(
                    "The range of names does not run from a smaller to a larger number. Which names are meant?"
                )
            case "names" | "patterns" if negative:
                self._add("not_names", value)
            case "names" | "patterns":
                self._add(slot, value)
            case "tags":
                field_ = "not_tags" if negative else "tags"
                self.where[field_] = {**self.where.get(field_, {}), **value}
            case "group":
                self._add("not_groups" if negative else "groups", value)
            case "location" if isinstance(value, tuple):
                ask_region(self.bound, value[0])
            case "location":
                self._add("not_locations" if negative else "locations", (value,))
            case "states":
                self._add("not_states" if negative else "states", value)
            case "size":
                self._add("sizes", (value,))
            case "label":
                self._label(value)
            case "all":
                self._everything(value)
            case "type" | "id":
                self.bound.parameters[slot] = value
            case _:
                self.bound.ask(f"{self.kind.plural} cannot be chosen by {_WORDS.get(slot, slot)}. Which are meant?")

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


def ask_region(bound: Bound, said: str) -> None:
    near = regions.near(said)
    told = f" Nearest: {', '.join(near)}." if near else ""
    texts = [bound.text.replace(said, region) for region in near]
    bound.ask(
        f"There is no region {said!r}.{told}",
        *(Candidate(text=text, because=regions.display_name(region)) for text, region in zip(texts, near, strict=True)),
    )
