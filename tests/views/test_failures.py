from __future__ import annotations

import io
import re
from decimal import Decimal

import pytest

from azlin.agentic.explanation import Explanation, Reading, Suggestion
from azlin.views import failures
from azlin.views.pen import Pen

TOLD = Explanation(
    signature="abc",
    type="needs_change",
    code="SkuNotAvailable",
    status=409,
    said="The requested size is currently not available in location 'westeurope'. Please try another size.",
    cause="That size is not offered there to this subscription.",
    remedy="Take another size: az vm list-skus --location westeurope --size Standard_D2s_v3 --all --output table",
    command="az vm list-skus --location westeurope --size Standard_D2s_v3 --all --output table",
    before="size Standard_D2s_v5 instead of Standard_D2s_v3",
    seen=3,
    suggestions=(
        Suggestion(
            text="Standard_D2s_v5 is available",
            command="azlin objective resume 01234567 --with size=Standard_D2s_v5",
            monthly=Decimal("83.95"),
        ),
    ),
    pages=(Reading(title="Resolve errors", url="https://learn.microsoft.com/x", passage="The size\x1b[2J is gone"),),
    links=("https://learn.microsoft.com/y",),
    note="this is from 2026-11-01",
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def drawn(told: Explanation, stream: io.StringIO) -> str:
    failures.draw(Pen(stream), told, ["create VM web"])
    return stream.getvalue()


def test_all_that_is_known_is_said_in_plain_lines():
    text = drawn(TOLD, io.StringIO())
    for said in (
        "SkuNotAvailable (409) stopped create VM web",
        "Azure said  The requested size",
        "why         That size",
        "what to do  Take another size\n",
        "last time   solved by size Standard_D2s_v5",
        "1  Standard_D2s_v5 is available, $83.95 a month",
        "azlin objective resume 01234567 --with size=Standard_D2s_v5\n",
        "https://learn.microsoft.com/x",
        "https://learn.microsoft.com/y",
        "(this is from 2026-11-01)",
    ):
        assert said in text
    assert "\x1b" not in text


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_on_a_terminal_text_stays_beside_its_label_and_commands_stay_whole(
    monkeypatch: pytest.MonkeyPatch, columns: int
):
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in drawn(TOLD, Terminal()).splitlines()]
    assert any(line.strip() == TOLD.command for line in lines)
    for line in lines:
        if not any(word in line for word in ("az vm", "azlin objective", "https://")):
            assert len(line.rstrip()) <= columns
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", drawn(TOLD, Terminal()))


def test_what_is_not_known_takes_no_line():
    bare = Explanation(signature="a", type="unknown", code="X", said="no")
    assert drawn(bare, io.StringIO()).strip().splitlines() == ["X stopped create VM web", "  Azure said  no"]


def test_a_failure_that_was_never_solved_here_says_how_often_it_was_met():
    met = Explanation(signature="a", type="unknown", code="X", said="no", seen=4)
    assert "met 4 times" in drawn(met, io.StringIO())
