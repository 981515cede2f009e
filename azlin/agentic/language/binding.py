"""Clause → parameters: every phrase finds its parameter, or becomes a question."""

from __future__ import annotations

from azlin.agentic.language.bound import CREATIONS, TAKES, Bound
from azlin.agentic.language.clauses import Clause
from azlin.agentic.language.creating import Creation
from azlin.agentic.language.kinds import Kind
from azlin.agentic.language.selecting import Selection
from azlin.agentic.types import Candidate

_ACTIONS: dict[str, frozenset[str]] = {
    "virtual-machines": frozenset({"start", "deallocate", "power-off", "restart", "resize", "tag", "untag", "create"}),
    "networks": frozenset({"create", "allow", "deny", "tag", "untag"}),
    "storage": frozenset({"create", "tag", "untag"}),
    "resource-groups": frozenset({"create", "tag", "untag"}),
    "resources": frozenset({"tag", "untag"}),
}
_ALWAYS = frozenset({"list", "show", "count", "delete"})


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
        Creation(clause, clause.kind, bound).bind()
    else:
        Selection(clause, clause.kind, bound).bind()
    return bound


def _refuse(clause: Clause, bound: Bound) -> None:
    """What makes a clause a question whatever else it says."""
    what = clause.kind.plural if clause.kind else "that"
    if clause.negated:
        bound.ask(
            f"The request says not to {clause.said or 'do it'}, so that is not done. What should be done instead?"
        )
    elif clause.action is None:
        bound.ask(
            f"What should be done with {what}?",
            *(Candidate(text=f"{verb} {bound.text}", because="a verb is needed") for verb in ("list", "create")),
        )
    elif clause.kind is None:
        names = [name for phrase in clause.all_of("names") for name in phrase.value or ()]
        _ask_what(clause, bound, names)
    elif clause.action == "create" and clause.kind.name not in TAKES:
        bound.ask(f"azlin does not create {clause.kind.plural} from words yet. What else should be done?")
    elif not _can(clause.action, clause.kind):
        bound.ask(f"“{clause.said}” cannot be done with {clause.kind.plural}. What is meant?")


def _can(action: str, kind: Kind) -> bool:
    if action in ("allow", "deny"):
        return kind.name in ("rule", "nsg")
    return action in _ALWAYS | _ACTIONS[kind.family]


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
    elif clause.everything:
        bound.ask(f"“{clause.said}” everything is too much for one request. Which things are meant?")
    else:
        bound.ask(f"“{clause.said}” what? It has to be said exactly.")
