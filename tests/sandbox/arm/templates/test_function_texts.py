"""Composite formatting as .NET does it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azlin.sandbox.arm.templates.function_texts import formatted, text_of


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["{0}, {1}!", "Hello", "World"], "Hello, World!"),
        (["{0:N0}", 8175133], "8,175,133"),
        (["{0:D3}-{1:x4}", 7, 255], "007-00ff"),
        (["{0:F1}|{0:P0}", 2], "2.0|200 %"),
        (["{0:000}|{0:#,##0.00}", 1234], "1234|1,234.00"),
        (["{0,5}|{0,-5}|", 42], "   42|42   |"),
        (["{{{0}}}", True], "{True}"),
        (["{0}", {"a": [1, None]}], '{"a":[1,null]}'),
        (["{0:D2}", "7"], "7"),
        (["{0:E2}", 12345], "1.23E+004"),
        (["{0:D4}", -5], "-0005"),
    ],
)
def test_a_text_is_put_together_as_dotnet_does(arguments: list[Any], text: str):
    assert formatted(arguments) == text


@pytest.mark.parametrize("arguments", [["{1}", "a"], ["{", "a"], ["}", "a"], ["{0:D}", 1.5], ["{0:Q}", 1]])
def test_a_format_that_dotnet_does_not_take_is_refused(arguments: list[Any]):
    with pytest.raises(ValueError):  # noqa: PT011 - each has words of its own
        formatted(arguments)


@settings(max_examples=40)
@given(st.integers(-(10**12), 10**12), st.integers(1, 15))
def test_a_number_with_digits_reads_back_and_is_as_long_as_asked(number: int, digits: int):
    text = formatted([f"{{0:D{digits}}}", number])
    assert int(text) == number
    assert len(text.removeprefix("-")) == max(digits, len(str(abs(number))))


def test_a_whole_float_is_written_without_a_point():
    assert [text_of(one) for one in (2.0, 2.5, True, None)] == ["2", "2.5", "True", ""]
