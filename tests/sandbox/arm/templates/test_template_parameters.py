"""The parameters of a template, one at a time."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.sandbox.arm.templates.expressions import TemplateInvalid
from azlin.sandbox.arm.templates.template_functions import PURE
from azlin.sandbox.arm.templates.template_parameters import SPELLED, read_parameters


def read(declared: dict[str, Any], *value: Any) -> Any:
    given = {"p": {"value": value[0]}} if value else {}
    return read_parameters({"p": declared}, given, PURE)["p"].value


@given(st.integers(-(2**62), 2**62), st.booleans())
def test_numbers_and_booleans_may_be_written_as_text(number: int, truth: bool):
    assert read({"type": "int"}, str(number)) == read({"type": "int"}, number) == number
    assert read({"type": "bool"}, str(truth).upper()) is truth


@pytest.mark.parametrize("text", ["", "-", "--5", "1.5", " 5", "²", "٣", "9" * 5000])
def test_a_text_that_is_no_whole_number_is_refused(text: str):
    with pytest.raises(TemplateInvalid, match="of type 'Integer', but received a value of type 'String'"):
        read({"type": "int"}, text)


def test_a_whole_float_is_an_int_and_another_is_not():
    assert read({"type": "int"}, 3.0) == 3
    with pytest.raises(TemplateInvalid):
        read({"type": "int"}, 3.5)
    with pytest.raises(TemplateInvalid):
        read({"type": "int"}, True)


def test_types_and_names_have_no_case():
    found = read_parameters({"Size": {"type": "STRING"}}, {"sIZE": {"value": "x"}}, PURE)
    assert (found["Size"].type, found["Size"].value) == ("String", "x")


def test_only_the_value_of_a_secure_parameter_is_hidden():
    samples = {"string": "x", "int": 1, "bool": True, "object": {"a": 1}, "array": [1]}
    for kind, spelled in SPELLED.items():
        value = samples[kind.removeprefix("secure")]
        found = read_parameters({"p": {"type": kind}}, {"p": {"value": value}}, PURE)["p"]
        assert found.shown() == ({"type": spelled} if found.secure else {"type": spelled, "value": value})
        assert found.secure is kind.startswith("secure")


def test_a_nullable_parameter_may_be_left_out_and_another_may_not():
    assert read({"type": "string", "nullable": True}) is None
    with pytest.raises(TemplateInvalid, match="is not provided"):
        read({"type": "string"})


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        ({"type": "string", "allowedValues": ["a", "B"]}, "b"),
        ({"type": "array", "allowedValues": ["a", "b"]}, ["a"]),
        ({"type": "array", "allowedValues": [["a"], ["b"]]}, ["b"]),
        ({"type": "int", "minValue": 1, "maxValue": 3}, 3),
        ({"type": "array", "minLength": 1, "maxLength": 1}, [0]),
        ({"type": "string", "minLength": 0, "maxLength": 2}, ""),
    ],
)
def test_a_value_on_the_limit_is_taken(declared: dict[str, Any], value: Any):
    assert read(declared, value) == value


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        ({"type": "int", "minValue": 1, "maxValue": 3}, 4),
        ({"type": "int", "minValue": 1}, 0),
        ({"type": "array", "minLength": 1}, []),
        ({"type": "string", "maxLength": 2}, "abc"),
        ({"type": "array", "allowedValues": ["a"]}, ["a", "z"]),
    ],
)
def test_a_value_beyond_the_limit_is_refused(declared: dict[str, Any], value: Any):
    with pytest.raises(TemplateInvalid, match="is not valid"):
        read(declared, value)


def test_defaults_use_each_other_in_any_order_but_never_in_a_circle():
    declared = {
        "a": {"type": "string", "defaultValue": "[concat(parameters('B'), '!')]"},
        "b": {"type": "string", "defaultValue": "x"},
    }
    assert read_parameters(declared, {}, PURE)["a"].value == "x!"
    declared["b"]["defaultValue"] = "[parameters('a')]"
    with pytest.raises(TemplateInvalid, match="cannot reference itself"):
        read_parameters(declared, {}, PURE)


def test_what_the_template_does_not_declare_is_named():
    with pytest.raises(TemplateInvalid, match=r"'strange'.*supported parameters for this template are 'p'"):
        read_parameters({"p": {"type": "int"}}, {"p": {"value": 1}, "strange": {"value": 2}}, PURE)
