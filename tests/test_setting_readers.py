"""Every reader returns what the code uses, or words that complete "it must be …"."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from azlin import setting_readers as readers

READERS: list[Callable[[Any], Any]] = [
    readers.text,
    readers.money,
    readers.seconds,
    readers.duration,
    readers.amounts,
    readers.percentages,
    readers.texts,
    readers.address,
    readers.command,
    readers.journal_url,
]


@pytest.mark.parametrize(
    ("reader", "given", "read"),
    [
        (readers.text, " westeurope ", "westeurope"),
        (readers.money, "99.50", Decimal("99.50")),
        (readers.money, 0, Decimal(0)),
        (readers.seconds, "0.5", Decimal("0.5")),
        (readers.duration, "600", 600.0),
        (readers.duration, 90, 90.0),
        (readers.duration, "10m", 600.0),
        (readers.duration, "1h30m", 5400.0),
        (readers.duration, "1.5 H", 5400.0),
        (readers.duration, "1d", 86400.0),
        (readers.amounts, {"web": 100, "lab": "1.5"}, {"web": Decimal(100), "lab": Decimal("1.5")}),
        (readers.amounts, {}, {}),
        (readers.percentages, "100, 50,100", (50, 100)),
        (readers.percentages, [1, 1000], (1, 1000)),
        (readers.percentages, [], ()),
        (readers.texts, "a, b", ("a", "b")),
        (readers.address, "https://example.org/x/", "https://example.org/x"),
        (readers.address, "http://[::1]:8443", "http://[::1]:8443"),
        (readers.address, "http://localhost", "http://localhost"),
        (readers.command, "azmcp --name 'two words'", ("azmcp", "--name", "two words")),
        (readers.command, ["azmcp", "server start"], ("azmcp", "server start")),
    ],
)
def test_a_value_is_read_as_the_code_uses_it(reader: Callable[[Any], Any], given: Any, read: Any):
    assert reader(given) == read


@pytest.mark.parametrize(
    ("reader", "given", "words"),
    [
        (readers.text, "  ", "a text in quotes"),
        (readers.money, 1.5, "an amount of money that is not negative"),
        (readers.money, Decimal("-0.01"), "an amount of money that is not negative"),
        (readers.seconds, 0, "a number of seconds above 0"),
        (readers.seconds, "soon", "a number of seconds above 0"),
        (readers.duration, "soon", "a time above 0"),
        (readers.duration, "10 m s", "a time above 0"),
        (readers.duration, "0s", "a time above 0"),
        (readers.duration, "-5m", "a time above 0"),
        (readers.duration, "inf", "a time above 0"),
        (readers.duration, True, "a time above 0"),
        (readers.amounts, ["web"], "a table such as"),
        (readers.percentages, "50, 1001", "a list of whole percentages"),
        (readers.percentages, [50.5], "a list of whole percentages"),
        (readers.percentages, "²", "a list of whole percentages"),
        (readers.texts, ["a", 3], "a text in quotes"),
        (readers.address, "http://localhost.example.org", "an https:// address"),
        (readers.address, "ftp://example.org", "an https:// address"),
        (readers.address, "https://", "an https:// address"),
        (readers.address, "https://[bad", "an https:// address"),
        (readers.address, "https://sam@example.org", "an address without a user name"),
        (readers.command, "", "a command"),
        (readers.command, [], "a command"),
        (readers.command, "azmcp 'half", "a command"),
        (readers.journal_url, "sqlite://", "left out"),
    ],
)
def test_what_cannot_be_read_is_told_as_what_it_must_be(reader: Callable[[Any], Any], given: Any, words: str):
    with pytest.raises(ValueError, match="^" + words):
        reader(given)


VALUES = (
    st.text(alphabet=st.sampled_from("aé²٣0159,.-+_e[]'\"\\/:@h tps"), max_size=12)
    | st.integers()
    | st.booleans()
    | st.floats()
    | st.decimals()
)


@given(
    reader=st.sampled_from(READERS), value=VALUES | st.lists(VALUES, max_size=3) | st.dictionaries(st.text(), VALUES)
)
@example(readers.address, "https://example.org:port")
@example(readers.percentages, "9" * 5000)
def test_whatever_is_written_is_read_or_told_in_words_of_ours(reader: Callable[[Any], Any], value: Any):
    told = ""
    try:
        reader(value)
    except ValueError as refused:
        told = str(refused)
    assert told.startswith(("a ", "an ", "left out")) or not told
