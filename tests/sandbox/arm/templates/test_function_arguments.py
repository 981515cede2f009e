"""Arguments are of the type a function wants, or refused with both types named."""

from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.templates.function_arguments import number_argument, text_argument


def test_what_fits_is_given_back():
    assert text_argument(["a", "b"], 1) == "b"
    assert number_argument([7]) == 7


@pytest.mark.parametrize(("value", "word"), [(True, "Boolean"), ("7", "String"), (None, "Null"), (1.5, "Float")])
def test_a_truth_or_a_text_is_no_number(value: Any, word: str):
    with pytest.raises(TypeError, match=f"'Integer' is expected, '{word}'"):
        number_argument([value])


def test_an_array_is_no_text():
    with pytest.raises(TypeError, match="'String' is expected, 'Array'"):
        text_argument([[]])
