"""Verbs: what people say for the few things that can be done, and the words that mean nothing by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from azlin.agentic.language.tokens import Token

VERBS = {
    "create": "create,make,build,provision,launch,deploy,spin up,stand up,set up,bring up,spawn,add",
    "list": "list,show,show me,display,get,get me,find,see,enumerate,ls,list out,what,what are,which,what kind of,"
    "what's,what is,tell me about,are there,do i have,have i got,look up,give me a list of,give me a list",
    "show": "describe,inspect,details of,show details of,show me details of,status of,show the status of,"
    "show me the status of,what is the status of,what's the status of,is,details for,show details for",
    "count": "how many,count,number of,what is the number of,show the number of",
    "start": "start,power on,turn on,switch on,boot,boot up,start up",
    "deallocate": "stop,deallocate,shut down,shutdown,turn off,switch off,halt,stop and deallocate",
    "power-off": "power off,poweroff",
    "restart": "restart,reboot",
    "resize": "resize,change the size of,change size of,rescale",
    "delete": "delete,remove,destroy,tear down,get rid of,drop,terminate,kill,erase",
    "tag": "tag,label",
    "untag": "untag",
    "allow": "allow,open,permit",
    "deny": "deny,block",
}
"""Our action → what people say for it."""

STOP_MEANS = frozenset({"stop", "shut down", "shutdown", "turn off", "switch off", "halt"})
"""Words that Azure would take as power-off (which is billed on) and people mean as deallocate."""

WISHES = [
    "i want you to",
    "i would like you to",
    "i'd like you to",
    "i want to",
    "i would like to",
    "i'd like to",
    "i need to",
    "i need you to",
    "we need to",
    "let's",
    "lets",
    "can you",
    "could you",
    "would you",
    "will you",
    "please",
    "kindly",
    "go ahead and",
    "hey",
    "hello",
    "hi",
    "ok",
    "okay",
    "azlin",
    "now",
    "just",
    "for me",
    "right now",
    "thanks",
    "thank you",
    "can i",
    "help me",
    "try to",
    "do",
]
"""Said around a request; they change nothing."""
SOFT_CREATE = [
    "i need",
    "i want",
    "i would like",
    "i'd like",
    "give me",
    "we need",
    "we want",
    "can i have",
    "could i have",
    "can i get",
]
"""A wish for a thing: a creation, unless another verb follows."""
EVERYWHERE = [
    "in my subscription",
    "in this subscription",
    "in the subscription",
    "in azure",
    "in my account",
    "in the cloud",
    "in my azure subscription",
    "in my azure account",
    "in total",
    "do i have",
    "do we have",
    "have i got",
    "are there",
    "i have",
    "we have",
    "that i have",
    "there are",
    "of mine",
    "exist",
    "that exist",
    "currently",
    "at the moment",
]
"""What people add to a question about what exists; the subscription is all there is."""
NEGATIONS = [
    "don't",
    "do not",
    "dont",
    "never",
    "please don't",
    "please do not",
    "must not",
    "should not",
    "shouldn't",
    "not",
    "doesn't",
    "cannot",
]

Form = tuple[str, ...]


class Spoken(NamedTuple):
    """A phrase of the vocabulary that was found: its meaning, what was said, and the index after it."""

    meaning: str
    said: str
    end: int


def _table(entries: Iterable[tuple[str, str]]) -> dict[Form, str]:
    return {tuple(said.split()): meaning for meaning, said in entries}


_VERB_FORMS = _table((action, said) for action, sayings in VERBS.items() for said in sayings.split(","))
_SOFT_FORMS = _table(("create", said) for said in SOFT_CREATE)
_WISH_FORMS = _table(("wish", said) for said in WISHES)
_EVERYWHERE_FORMS = _table(("everywhere", said) for said in EVERYWHERE)
_NEGATION_FORMS = _table(("not", said) for said in NEGATIONS)


def read_verb(tokens: Sequence[Token], start: int) -> Spoken | None:
    return longest(_VERB_FORMS, tokens, start)


def read_soft_create(tokens: Sequence[Token], start: int) -> Spoken | None:
    return longest(_SOFT_FORMS, tokens, start)


def read_wish(tokens: Sequence[Token], start: int) -> Spoken | None:
    return longest(_WISH_FORMS, tokens, start)


def read_everywhere(tokens: Sequence[Token], start: int) -> Spoken | None:
    return longest(_EVERYWHERE_FORMS, tokens, start)


def read_negation(tokens: Sequence[Token], start: int) -> Spoken | None:
    return longest(_NEGATION_FORMS, tokens, start)


def longest(forms: dict[Form, str], tokens: Sequence[Token], start: int) -> Spoken | None:
    """The longest phrase of a table that begins at `start`."""
    for end in range(min(start + 6, len(tokens)), start, -1):
        if any(token.kind != "word" for token in tokens[start:end]):
            continue
        form = tuple(token.low for token in tokens[start:end])
        if form in forms:
            return Spoken(forms[form], " ".join(form), end)
    return None


def words() -> frozenset[str]:
    """Every single word of the verbs: what a misspelt one may have been."""
    return frozenset(word for form in _VERB_FORMS for word in form)
