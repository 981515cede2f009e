"""“Why did my last request fail?”: questions about what azlin itself did, told from requests to do something.

A question is one of these only as a whole. Whatever else is said in it makes it a request like any other.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_ID = r"(?P<id>[0-9a-f]{4,8}(?:-?[0-9a-f]+)*)"
_THING = r"(?:request|command|objective|run|attempt|try|job|deployment|operation|one)"
_LAST = r"(?:my |the |our )?(?:(?:very )?(?:last|latest|previous|most recent) )?"
_IT = rf"(?:that|this|it|everything|the last|last time|{_LAST}{_THING}|(?:the )?(?:{_THING} )?{_ID})"
_ERROR = r"(?:failure|error|problem|refusal)"
_BAD = r"(?:fail|not work|break|go wrong|stop|get refused|not succeed)"
_BADLY = r"(?:failed|broke|went wrong|stopped|did not work|didn't work|was refused|did not succeed)"
_LATELY = r"(?: (?:last time|just now|there|before|earlier|again))?"
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"(?:tell me |explain )?why (?:did|does|has|would) {_IT} {_BAD}{_LATELY}",
        rf"(?:tell me |explain )?why did(?: not|n't) {_IT} work{_LATELY}",
        rf"(?:tell me |explain |show me )?why {_IT} {_BADLY}{_LATELY}",
        rf"(?:tell me |explain )?why (?:has|was|is) {_IT} (?:failed|refused|rejected|failing|not working){_LATELY}",
        rf"(?:tell me |explain |show me )?what (?:went|has gone|goes) wrong(?: (?:with|in) {_IT})?{_LATELY}",
        rf"(?:explain|show|show me|describe|tell me about) {_LAST}{_ERROR}(?: (?:of|in|with) {_IT})?",
        rf"what (?:was|is) {_LAST}{_ERROR}(?: (?:of|in|with) {_IT})?{_LATELY}",
        rf"what failed{_LATELY}",
    )
)
_AROUND = re.compile(r"^(?:please |hey |ok |okay |so |and |but |can you |could you )+|(?: please)+$")


class FailureQuestion(NamedTuple):
    """`objective` is the beginning of an id, if one was said; `any_failure`: the last failure is meant, whichever
    request it was of, and not the last request."""

    objective: str | None
    any_failure: bool


LENGTH_MAX = 200
"""Nobody asks this in more letters."""


def read_failure_question(text: str) -> FailureQuestion | None:
    """The question that a text is, as a whole; None for every other text."""
    if len(text) > LENGTH_MAX:
        return None
    said = re.sub(r"[?!.,\s]+", " ", text.casefold().replace("’", "'")).strip()
    said = _AROUND.sub("", said)
    for form in _FORMS:
        if found := form.fullmatch(said):
            id_ = next((value for value in found.groupdict().values() if value), None)
            return FailureQuestion(id_, any_failure=re.search(rf"\b{_ERROR}\b|^what failed", said) is not None)
    return None
