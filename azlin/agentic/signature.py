"""A failure's signature: the same for the same failure, whatever names, ids, times, numbers and places its words hold.

Kept are Azure's code and the words that Azure writes itself; what differs between two runs is taken out, not replaced
by what it is, because a message says the same with one id or with two.
"""

from __future__ import annotations

import hashlib
import re

LENGTH = 12
WORDS_MAX = 24
"""As many words say which failure it is; what follows is often a list of what is allowed, which grows."""

_QUOTED = re.compile(r"""'[^']*'|"[^"]*"|`[^`]*`|“[^”]*”|‘[^’]*’|<[^>]*>|\[[^\]]*\]|\{[^}]*\}""")
_ADDRESS = re.compile(r"https?://\S+|(?<!\w)/\S+/\S*")
_WORD = re.compile(r"(?<![\w.\-@/:+])[A-Za-z]+(?:n't)?(?![\w\-@/:+]|\.\w)")


def signature(type_: str, code: str, message: str) -> str:
    """12 hex digits. `type_` is the class, `code` Azure's own, `message` Azure's words."""
    said = "\n".join((type_, _nameless(code), " ".join(_plain_words(message))))
    return hashlib.sha256(said.encode()).hexdigest()[:LENGTH]


def _nameless(code: str) -> str:
    return re.sub(r"\d+", "0", code.casefold())


def _plain_words(message: str) -> list[str]:
    """The words of a message that are in a dictionary's form: no digits, no separators inside, none in quotes."""
    bare = _ADDRESS.sub(" ", _QUOTED.sub(" ", message))
    return [word.casefold() for word in _WORD.findall(bare)][:WORDS_MAX]
