"""A failure, explained to a person: what Azure said, why, what to do, what worked before, what to read."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from azlin.agentic.explanation import Explanation
from azlin.views.pen import Part, Pen
from azlin.views.words import clean, money

LABEL_WIDTH = 12
PASSAGE_MAX = 200


def draw(pen: Pen, failure: Explanation, stopped: Sequence[str]) -> None:
    """`stopped` names the operations that it stopped (`create VM web`)."""
    status = f" ({failure.status})" if failure.status else ""
    what = ", ".join(stopped[:3]) + (f" and {len(stopped) - 3} more" if len(stopped) > 3 else "")
    pen.line()
    pen.line((f"{clean(failure.code)}{status}", "bold red"), f" stopped {clean(what)}" if what else "", indent=2)
    _told(pen, "Azure said", failure.said, "dim")
    _told(pen, "why", failure.cause)
    _remedy(pen, failure)
    if failure.before:
        _told(pen, "last time", f"solved by {failure.before}")
    elif failure.seen > 1:
        _told(pen, "last time", f"met {failure.seen} times on this machine, never solved here")
    for number, suggestion in enumerate(failure.suggestions, 1):
        price = f", {money(suggestion.monthly)} a month" if suggestion.monthly is not None else ""
        _told(pen, "you can" if number == 1 else "", f"{number}  {suggestion.text}{price}")
        pen.command(clean(suggestion.command), indent=2 + LABEL_WIDTH + 3)
    _read(pen, failure)
    pen.line()


def _remedy(pen: Pen, failure: Explanation) -> None:
    """The words, and the command by itself on a line of its own, where a terminal does not break it."""
    words = failure.remedy.removesuffix(failure.command).rstrip(": ") if failure.command else failure.remedy
    _told(pen, "what to do", words)
    if failure.command:
        pen.command(clean(failure.command), indent=2 + LABEL_WIDTH)


def _read(pen: Pen, failure: Explanation) -> None:
    label = "Learn"
    for page in failure.pages:
        _told(pen, label, page.title, "bold")
        if page.passage:
            _told(pen, "", textwrap.shorten(page.passage, PASSAGE_MAX, placeholder="…"), "dim")
        pen.command(clean(page.url), indent=2 + LABEL_WIDTH)
        label = ""
    known = {page.url for page in failure.pages}
    for link in failure.links:
        if link not in known:
            pen.command(f"{label:<{LABEL_WIDTH}}{clean(link)}", indent=2)
            label = ""
    if failure.note:
        _told(pen, "", f"({failure.note})", "dim")


def _told(pen: Pen, label: str, text: str, style: str = "") -> None:
    """A label and its text beside it, which stays beside it when it is wrapped."""
    if not text:
        return
    room = None if pen.width is None else max(20, pen.width - 2 - LABEL_WIDTH)
    lines = [clean(text)] if room is None else textwrap.wrap(clean(text), room, break_on_hyphens=False) or [""]
    for number, line in enumerate(lines):
        head: Part = (f"{label if number == 0 else '':<{LABEL_WIDTH}}", "bold")
        pen.line(head, (line, style) if style else line, indent=2)
