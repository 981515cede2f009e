"""Phrases → clauses: one verb, one kind of thing, and everything said about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from azlin.agentic.language.kinds import BY_NAME, Kind
from azlin.agentic.language.phrase import Phrase, Tokens

MACHINE_ACTIONS = frozenset({"start", "deallocate", "power-off", "restart", "resize"})
"""Verbs that only a machine can be the object of, so that `stop web1` needs no `vm`."""
_SILENT = frozenset({"article", "wish", "relative", "preposition"})


@dataclass
class Clause:
    """`action` None: no verb was said. `said` is the verb as spoken. `phrases` are the modifiers, in order."""

    action: str | None = None
    said: str = ""
    soft: bool = False
    negated: bool = False
    kind: Kind | None = None
    plural: bool = False
    definite: bool = True
    phrases: list[Phrase] = field(default_factory=list[Phrase])
    unknown: list[Phrase] = field(default_factory=list[Phrase])

    def all_of(self, slot: str) -> list[Phrase]:
        return [phrase for phrase in self.phrases if phrase.slot == slot]

    @property
    def everything(self) -> bool:
        return bool(self.all_of("all"))


def read_clauses(phrases: Sequence[Phrase], tokens: Tokens) -> list[Clause]:
    """The clauses of a request. Every phrase is in one of them; what fits nowhere is in `unknown`."""
    assembly = _Assembly(tokens)
    for phrase in phrases:
        assembly.take(phrase)
    return list(_merged(assembly.close()))


class _Assembly:
    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.clauses: list[Clause] = []
        self.pending: list[Phrase] = []
        self.boundary = False
        self.negated = False
        self.before: list[Phrase] = []

    def take(self, phrase: Phrase) -> None:
        if phrase.slot in ("and", "end"):
            self.boundary = True
        elif phrase.slot == "not-verb":
            self._end_pending()
            self.negated = True
        elif phrase.slot == "verb":
            self._verb(phrase)
        elif phrase.slot == "kind":
            self._kind(phrase)
        elif phrase.slot == "unknown":
            self._current().unknown.append(phrase)
        elif phrase.slot not in _SILENT:
            (self.pending if self.boundary else self._current().phrases).append(phrase)
        elif phrase.value in ("new", "another") and phrase.slot == "article":
            self._current().definite = False
        self.before.append(phrase)

    def close(self) -> list[Clause]:
        self._end_pending()
        if self.negated:
            self._current().negated = True
        return self.clauses

    def _current(self) -> Clause:
        if not self.clauses:
            self.clauses.append(Clause())
        return self.clauses[-1]

    def _end_pending(self) -> None:
        if self.pending:
            self._current().phrases.extend(self.pending)
        self.pending = []
        self.boundary = False

    def _verb(self, phrase: Phrase) -> None:
        self._end_pending()
        last = self.clauses[-1] if self.clauses else None
        spoken = phrase.value
        soft = phrase.slot == "verb" and spoken.said.startswith(("i ", "i'd", "we ", "give", "can", "could"))
        soft = soft and spoken.meaning == "create"
        if last is not None and last.kind is None and not last.phrases and (last.soft or last.action is None):
            last.action, last.said, last.soft, last.negated = spoken.meaning, spoken.said, soft, self.negated
        else:
            self.clauses.append(Clause(spoken.meaning, spoken.said, soft, self.negated))
        self.negated = False

    def _kind(self, phrase: Phrase) -> None:
        clause = self._current()
        preposition = self._preposition_before()
        aims = {"of", "from", "on", "to", "for"} if clause.action in ("tag", "untag") else {"of"}
        if preposition is not None and not (preposition.value in aims and clause.kind is None):
            start = preposition.start
            clause.unknown.append(Phrase("unknown", self.tokens.said(start, phrase.end), start, phrase.end))
        elif clause.kind is None and not (self.boundary and clause.all_of("names")):
            clause.kind, clause.plural = phrase.value.kind, phrase.value.plural
            clause.phrases.extend(self.pending)
        elif self.boundary:
            following = Clause(clause.action, clause.said, clause.soft, clause.negated)
            following.kind, following.plural = phrase.value.kind, phrase.value.plural
            following.phrases.extend(self.pending)
            self.clauses.append(following)
        else:
            clause.unknown.append(phrase._replace(slot="unknown", value=self.tokens.said(phrase.start, phrase.end)))
        self.pending, self.boundary = [], False

    def _preposition_before(self) -> Phrase | None:
        for phrase in reversed(self.before):
            if phrase.slot == "preposition":
                return phrase
            if phrase.slot not in ("article", "all"):
                return None
        return None


def _merged(clauses: list[Clause]) -> Iterator[Clause]:
    """`create a vm … and open port 22 from …` says one thing about one VM; `stop web1` is about a VM."""
    kept: Clause | None = None
    for clause in clauses:
        only_openings = clause.kind is None and {phrase.slot for phrase in clause.phrases} == {"openings"}
        if clause.action == "allow" and only_openings and kept is not None and kept.action == "create":
            kept.phrases.extend(clause.phrases)
            kept.unknown.extend(clause.unknown)
            kept.negated = kept.negated or clause.negated
            continue
        if kept is not None:
            yield kept
        if clause.kind is None:
            clause.kind = _implied_kind(clause)
        kept = clause
    if kept is not None:
        yield kept


def _implied_kind(clause: Clause) -> Kind | None:
    if clause.action in MACHINE_ACTIONS and (clause.all_of("names") or clause.all_of("patterns")):
        return BY_NAME["vm"]
    if clause.action in ("allow", "deny") and clause.all_of("openings"):
        return BY_NAME["rule"]
    if clause.action in ("list", "show", "count", "delete") and (clause.all_of("type") or clause.all_of("id")):
        return BY_NAME["resource"]
    if clause.action in ("list", "count") and (clause.everything or clause.all_of("group")):
        return BY_NAME["resource"]
    return None
