"""The only reader of the keyboard."""

from __future__ import annotations

import getpass
import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

from azlin.agentic.approver import Question

NO = ""
"""What a terminal that has gone away answers. To an offer, where that would be a yes, it is `n`."""


class TerminalClosed(BaseException):
    """The terminal went away while a question was open."""


class Keyboard:
    """An Asker. Asks on stderr and reads stdin, and only if both are a terminal that a person sits at."""

    def __init__(self, *, no_input: bool = False) -> None:
        self._no_input = no_input

    @property
    def attended(self) -> bool:
        return not self._no_input and _is_terminal(sys.stdin) and _is_terminal(sys.stderr)

    def ask(self, question: Question) -> str | None:
        """The answer as typed, without its line end; None when nobody is there to ask.

        A terminal that closes (end of input, SIGHUP) is a no. Ctrl-C raises KeyboardInterrupt.
        """
        if not self.attended:
            return None
        try:
            with _closing_is_told():
                if question.kind == "secret":
                    return getpass.getpass(prompt(question), sys.stderr)
                sys.stderr.write(prompt(question))
                sys.stderr.flush()
                line = sys.stdin.readline()
        except KeyboardInterrupt:
            sys.stderr.write("\n")
            raise
        except (OSError, EOFError, TerminalClosed):
            return _no(question)
        if not line.endswith("\n"):
            return _no(question)
        return line.rstrip("\r\n")


def prompt(question: Question) -> str:
    """A yes-no question and an offer say which answer is the default; a name has none."""
    if question.kind == "offer":
        others = "".join(f"/{number}" for number in range(2, question.choices + 1))
        return f"{question.text} [Y/n{others}] "
    return f"{question.text} [y/N] " if question.kind == "yes-no" else f"{question.text}: "


def _no(question: Question) -> str:
    return "n" if question.kind == "offer" else NO


def _is_terminal(stream: object) -> bool:
    try:
        return bool(stream is not None and stream.isatty())  # type: ignore[attr-defined]
    except ValueError:
        return False


@contextmanager
def _closing_is_told() -> Generator[None]:
    """SIGHUP raises TerminalClosed while the question is open, and does what it did before afterwards."""
    hangup = getattr(signal, "SIGHUP", None)
    if hangup is None:
        yield
        return

    def close(_number: int, _frame: FrameType | None) -> None:
        raise TerminalClosed

    before = signal.signal(hangup, close)
    try:
        yield
    finally:
        signal.signal(hangup, before)
