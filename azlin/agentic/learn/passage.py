"""What a page of documentation says about a failure: markup and control characters out, the sentences around a word
found, and how well the page fits.

The text comes from outside and is shown in a terminal, so that nothing in it may move the cursor, change the direction
of writing or look like a line of ours.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence

PASSAGE_MAX = 300
TITLE_MAX = 120

_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_].*?(?:\x07|\x1b\\|$)|\x1b.", re.DOTALL)
_TAGS = re.compile(r"<!--.*?-->|</?[A-Za-z][^<>]*>", re.DOTALL)
_INLINE_TAGS = re.compile(r"</?(?:a|b|i|u|em|strong|code|span|mark|kbd|var|sub|sup)(?:\s[^<>]*)?>", re.IGNORECASE)
_LINKS = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)")
_LINE_MARKS = re.compile(
    r"^[ \t]*(?:#{1,6}[ \t]|>[> \t]*(?:\[![A-Z]+\])?|[-*+][ \t]|\|?(?:[ \t]*:?-{3,}:?[ \t]*\|)+.*$|```.*$)", re.M
)
_INLINE_MARKS = re.compile(r"\*\*|__|`+|\|")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'(])")
_PLURAL = re.compile(r"(?<=ss)es$|(?<=x)es$|ies$|s$")


def readable(text: str) -> str:
    """One line of plain text from a piece of HTML or Markdown."""
    text = _TAGS.sub(" ", _INLINE_TAGS.sub("", _ESCAPES.sub("", text)))
    text = _LINKS.sub(r"\1", _LINE_MARKS.sub("", text))
    text = html.unescape(_INLINE_MARKS.sub("", text))
    kept = (" " if char.isspace() else char for char in _ESCAPES.sub("", text))
    shown = (char for char in kept if unicodedata.category(char)[0] != "C")
    return " ".join("".join(shown).split())


def passage(texts: Sequence[str], code: str) -> str:
    """The sentence that names the code, and those after it that fit into `PASSAGE_MAX` characters; where none does,
    how the first text begins. `texts` are `readable`."""
    for text in texts:
        sentences = _SENTENCE_END.split(text)
        for place, sentence in enumerate(sentences):
            if _stands_in(code, sentence):
                return _from(sentences[place:], code)
    return _from(_SENTENCE_END.split(texts[0]), code) if texts else ""


def shortened(text: str, limit: int) -> str:
    """The text, or as many of its words as fit with an ellipsis after them."""
    if len(text) <= limit:
        return text
    return text[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def squeezed(text: str) -> str:
    """Letters and digits alone, case-folded: `SKU not available` is `SkuNotAvailable`."""
    return "".join(char for char in text.casefold() if char.isalnum())


def names(code: str, text: str) -> bool:
    """Whether a text names a code, in whatever spelling: as one word, in words, or in an address."""
    return squeezed(code) in squeezed(text)


def about_type(resource_type: str, text: str) -> bool:
    """Whether a title or an address is about a type (`Microsoft.Compute/virtualMachines`), by the words of its name."""
    _, _, name = resource_type.partition("/")
    stem = _PLURAL.sub("", squeezed(name))
    return bool(stem) and stem in squeezed(text)


def is_troubleshooting(title: str, url: str) -> bool:
    """Whether a page says that it solves a problem."""
    folded = title.casefold()
    return "/troubleshoot" in url.casefold() or any(word in folded for word in ("error", "troubleshoot", "resolve"))


def _from(sentences: Sequence[str], code: str) -> str:
    found = sentences[0]
    if len(found) > PASSAGE_MAX:
        start = found.casefold().find(code.casefold())
        begin = max(0, start - PASSAGE_MAX // 3) if start >= 0 else 0
        lead = "…" + found[begin:].partition(" ")[2] if begin else found
        return shortened(lead, PASSAGE_MAX)
    for sentence in sentences[1:]:
        if len(found) + 1 + len(sentence) > PASSAGE_MAX:
            break
        found = f"{found} {sentence}"
    return found


def _stands_in(code: str, sentence: str) -> bool:
    return re.search(rf"(?<![A-Za-z0-9]){re.escape(code)}(?![A-Za-z0-9])", sentence, re.I) is not None
