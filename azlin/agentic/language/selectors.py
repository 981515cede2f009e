"""Phrases that say which: names, patterns, tags, power states, and their opposites."""

from __future__ import annotations

from azlin.agentic.language.kinds import read_kind
from azlin.agentic.language.names import is_pattern, read_names
from azlin.agentic.language.numbers import read_number
from azlin.agentic.language.phrase import FUNCTION_WORDS, Phrase, Tokens
from azlin.agentic.language.placement import read_group, read_location
from azlin.agentic.language.tags import read_tags
from azlin.agentic.language.verbs import read_verb

LABELS = {
    "test": "test",
    "testing": "test",
    "dev": "dev",
    "development": "dev",
    "prod": "prod",
    "production": "prod",
    "staging": "staging",
    "qa": "qa",
    "demo": "demo",
    "uat": "uat",
}
_STATES = {
    "running": "running",
    "powered on": "running",
    "turned on": "running",
    "switched on": "running",
    "up and running": "running",
    "stopped": "stopped",
    "not running": "stopped",
    "turned off": "stopped",
    "switched off": "stopped",
    "shut down": "stopped",
    "deallocated": "deallocated",
    "powered off": "powered-off",
}
_NOT = (
    "that are not",
    "which are not",
    "that is not",
    "who are not",
    "but not",
    "other than",
    "apart from",
    "except for",
)
_OPPOSITES = (*_NOT, "except", "excluding", "not", "aren't", "isn't", "but", "that aren't", "without", "outside")
_OUTSIDE = frozenset({"without", "outside"})
_PATTERN_FORMS = {
    "starting with": "{}*",
    "starts with": "{}*",
    "start with": "{}*",
    "beginning with": "{}*",
    "begins with": "{}*",
    "begin with": "{}*",
    "prefixed with": "{}*",
    "ending with": "*{}",
    "ending in": "*{}",
    "ends with": "*{}",
    "ends in": "*{}",
    "end with": "*{}",
    "end in": "*{}",
    "containing": "*{}*",
    "contains": "*{}*",
    "contain": "*{}*",
}
_BEFORE_PATTERN = frozenset({"whose", "with", "that", "which", "having", "a", "the", "name", "names"})


def begins_something(tokens: Tokens, at: int) -> bool:
    """Whether something other than a further name begins here (in a list of names after `and` or a comma)."""
    word = tokens.low(at)
    if word in FUNCTION_WORDS or read_number(tokens.tokens, at) is not None:
        return True
    return bool(
        read_kind(tokens.tokens, at)
        or read_verb(tokens.tokens, at)
        or read_location(tokens, at)
        or read_tagging(tokens, at)
        or (word in LABELS and read_kind(tokens.tokens, at + 1))
    )


def read_named(tokens: Tokens, start: int) -> Phrase | None:
    """`called Sam`, `named web1 and web2`, `with the names n01..n30`, `--name x`. The value is a tuple of names, or
    None for a range that makes no sense."""
    at = tokens.after(
        start,
        *(
            "by the name of",
            "with the names",
            "with the name",
            "with names",
            "with name",
            "with a name of",
            "whose name is",
        ),
        *("called", "named", "titled", "names", "name", "--name", "-n"),
    )
    if at is None:
        return None
    at = tokens.skip(at, {"is", "are", "of"})
    if at < len(tokens) and is_pattern(tokens.tokens[at]):
        return Phrase("patterns", (tokens.text(at),), start, at + 1)
    found = read_names(tokens.tokens, at, lambda i: begins_something(tokens, i))
    return Phrase("names", found.names, start, found.end) if found else None


def read_pattern(tokens: Tokens, start: int) -> Phrase | None:
    """`starting with n`, `whose names end in 1`, `containing web`, `web*`."""
    if start < len(tokens) and is_pattern(tokens.tokens[start]):
        return Phrase("patterns", (tokens.text(start),), start, start + 1)
    at = tokens.skip(start, _BEFORE_PATTERN)
    for form, glob in _PATTERN_FORMS.items():
        end = tokens.after(at, form)
        if end is not None and end < len(tokens) and tokens.tokens[end].kind in ("word", "quoted"):
            if not tokens.text(end).replace("-", "").replace("_", "").replace(".", "").isalnum():
                return None
            return Phrase("patterns", (glob.format(tokens.text(end)),), start, end + 1)
    return None


def read_tagging(tokens: Tokens, start: int) -> Phrase | None:
    """`tagged env=test`, `with tags a=b and c=d`, `tag env: test`, `tagged owner` (any value)."""
    at = tokens.after(
        start,
        *(
            "that are tagged with",
            "that are tagged",
            "which are tagged",
            "that have the tag",
            "tagged with",
            "tagged as",
        ),
        *("tagged", "and tag it", "with the tags", "with the tag", "with tags", "with tag", "with a tag", "having tag"),
        *("having the tag", "labelled", "tags", "tag", "--tags"),
    )
    if at is None:
        return None
    found = read_tags(tokens.tokens, at, bare=tokens.low(at) not in FUNCTION_WORDS)
    return Phrase("tags", found.tags, start, found.end) if found else None


def read_state(tokens: Tokens, start: int) -> Phrase | None:
    """`running`, `that are stopped`, `powered off`."""
    at = tokens.skip(start, {"that", "which", "are", "is", "currently", "still", "who"})
    for form in sorted(_STATES, key=len, reverse=True):
        end = tokens.after(at, form)
        if end is not None:
            return Phrase("states", (_STATES[form],), start, end)
    return None


def read_label(tokens: Tokens, start: int) -> Phrase | None:
    """`test` in `stop all test vms`: only right before a kind, else it is a name."""
    if tokens.low(start) not in LABELS or read_kind(tokens.tokens, start + 1) is None:
        return None
    return Phrase("label", LABELS[tokens.low(start)], start, start + 1)


def read_opposite(tokens: Tokens, start: int) -> Phrase | None:
    """`except web1`, `not tagged env=prod`, `not in westeurope`, `without tag env`; the value is what it negates."""
    for form in _OPPOSITES:
        at = tokens.after(start, form)
        if at is None:
            continue
        if form in _OUTSIDE:
            return _without(tokens, start, at)
        for read in (read_tagging, read_state, read_group, read_location, read_pattern, read_named):
            inner = read(tokens, at)
            if inner is not None:
                return Phrase("not", inner, start, inner.end)
        if form in ("except", "except for", "excluding", "but not", "other than", "apart from"):
            at = tokens.skip(at, {"the", "for"})
            mention = read_kind(tokens.tokens, at)
            found = read_names(tokens.tokens, mention.end if mention else at, lambda i: begins_something(tokens, i))
            if found and found.names and tokens.low(at) not in FUNCTION_WORDS:
                return Phrase("not", Phrase("names", found.names, at, found.end), start, found.end)
        return None
    return None


def _without(tokens: Tokens, start: int, at: int) -> Phrase | None:
    """`without tag env=prod`, `outside westeurope`."""
    readers = (read_tagging,) if tokens.low(start) == "without" else ()
    at = tokens.skip(at, {"a", "the", "any"})
    for read in readers:
        if inner := read(tokens, at):
            return Phrase("not", inner, start, inner.end)
    if tokens.low(start) == "outside" and (inner := read_location(tokens, tokens.skip(at, {"of"}))):
        return Phrase("not", inner, start, inner.end)
    return None
