"""The keyboard: asked only where a person sits, and a terminal that closes says no."""

import os
import pty
import signal
import subprocess
import sys

import pytest

from azlin.agentic.approver import Question
from azlin.cli.ask import Keyboard, prompt

CODE = """
import sys
from azlin.cli.ask import Keyboard
from azlin.agentic.approver import Question
kind, text = sys.argv[1], sys.argv[2]
answer = Keyboard().ask(Question(kind=kind, text=text, expected="Sam" if kind == "name" else "y"))
print(repr(answer), flush=True)
"""


class Terminal:
    """A process that sits at a terminal, and we at the other end."""

    def __init__(self, *arguments: str) -> None:
        self.ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-c", CODE, *arguments],
            stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, start_new_session=True, text=True,
        )  # fmt: skip
        os.close(theirs)

    def until(self, words: str) -> str:
        seen = ""
        while words not in seen:
            seen += os.read(self.ours, 1024).decode()
        return seen

    def type(self, keys: bytes) -> None:
        os.write(self.ours, keys)

    def end(self) -> str:
        out, _ = self.process.communicate(timeout=30)
        return out.strip()


@pytest.fixture
def terminal():
    opened: list[Terminal] = []

    def sit_down(*arguments: str) -> Terminal:
        opened.append(Terminal(*arguments))
        return opened[-1]

    yield sit_down
    for one in opened:
        os.close(one.ours)
        one.process.kill()
        one.process.wait()


@pytest.mark.parametrize(
    ("kind", "keys", "answer"),
    [
        ("yes-no", b"y\n", "'y'"),
        ("yes-no", b"\n", "''"),
        ("name", b"Sam\n", "'Sam'"),
        ("yes-no", b"\x04", "''"),
        ("yes-no", b"y\x04\x04", "''"),
        ("offer", b"\n", "''"),
        ("offer", b"\x04", "'n'"),
    ],
)
def test_the_answer_is_what_was_typed_and_an_end_is_a_no(terminal, kind, keys, answer):
    desk = terminal(kind, "Carry out?")
    desk.until("Carry out?")
    desk.type(keys)
    assert desk.end() == answer


def test_a_terminal_that_closes_says_no(terminal):
    desk = terminal("yes-no", "Carry out?")
    desk.until("Carry out?")
    desk.process.send_signal(signal.SIGHUP)
    assert desk.end() == "''"


def test_a_terminal_that_closes_takes_no_offer(terminal):
    desk = terminal("offer", "Use it?")
    desk.until("Use it?")
    desk.process.send_signal(signal.SIGHUP)
    assert desk.end() == "'n'"


def test_ctrl_c_is_an_interruption_not_an_answer(terminal):
    desk = terminal("yes-no", "Carry out?")
    desk.until("Carry out?")
    desk.process.send_signal(signal.SIGINT)
    assert desk.end() == ""
    assert desk.process.returncode != 0


def test_without_a_terminal_nobody_is_asked():
    done = subprocess.run(
        [sys.executable, "-c", CODE, "yes-no", "Carry out?"], input="y\n", capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "None"
    assert done.stderr == ""


def test_no_input_means_that_nobody_is_asked_even_at_a_terminal():
    assert Keyboard(no_input=True).ask(Question(kind="yes-no", text="Carry out?")) is None


def test_the_default_is_part_of_the_question():
    assert prompt(Question(kind="yes-no", text="Carry out?")) == "Carry out? [y/N] "
    assert prompt(Question(kind="offer", text="Use it?")) == "Use it? [Y/n] "
    assert prompt(Question(kind="offer", text="Use it?", choices=3)) == "Use it? [Y/n/2/3] "
    assert prompt(Question(kind="name", text="Type 'Sam'", expected="Sam")) == "Type 'Sam': "
