"""User-defined types: `definitions`, `$ref`, and what does not fit them."""

from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.templates.expressions import TemplateInvalid
from azlin.sandbox.arm.templates.template_types import Definitions

DEFINED = Definitions(
    {
        "port": {"type": "int", "minValue": 1, "maxValue": 65535},
        "rule": {
            "type": "object",
            "properties": {"port": {"$ref": "#/definitions/port"}, "name": {"type": "string", "nullable": True}},
            "additionalProperties": False,
        },
        "rules": {"type": "array", "items": {"$ref": "#/definitions/rule"}, "maxLength": 2},
        "pair": {"type": "array", "prefixItems": [{"type": "int"}, {"type": "string"}], "items": False},
        "shape": {
            "type": "object",
            "discriminator": {
                "propertyName": "kind",
                "mapping": {
                    "disc": {"type": "object", "properties": {"kind": {"type": "string"}, "r": {"type": "int"}}},
                    "box": {"type": "object", "properties": {"kind": {"type": "string"}, "w": {"type": "int"}}},
                },
            },
        },
        "circle": {"$ref": "#/definitions/circle"},
    }
)


def fit(name: str, value: Any) -> Any:
    return DEFINED.fitting("p", {"$ref": f"#/definitions/{name}"}, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", 22),
        ("rule", {"port": 1, "name": None}),
        ("rules", [{"port": 1}, {"port": 2, "name": "x"}]),
        ("pair", [1, "a"]),
        ("shape", {"kind": "box", "w": 3}),
    ],
)
def test_what_fits_is_taken_as_it_is(name: str, value: Any):
    assert fit(name, value) == value


def test_a_number_written_as_text_becomes_one_at_any_depth():
    assert fit("rules", [{"port": "22"}]) == [{"port": 22}]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("port", 0, "not in the range from '1' to '65535'"),
        ("rules", [{"port": 1}, {}], "'p[1].port' was provided an invalid value. Expected a value of type 'Integer'"),
        ("rules", [{"port": 1}] * 3, "less than or equal to '2'"),
        ("rule", {"port": 1, "colour": "red"}, "not permitted in template parameter 'p': 'colour'"),
        ("pair", [1, "a", 2], "an array of at most 2 items"),
        ("pair", ["a", "a"], "'p[0]'"),
        ("shape", {"kind": "line"}, "allowed value(s): 'disc,box'"),
        ("shape", {"kind": "disc", "r": "wide"}, "'p.r'"),
        ("circle", 1, "is not found"),
        ("nothing", 1, "'#/definitions/nothing' is not found"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(name: str, value: Any, words: str):
    with pytest.raises(TemplateInvalid) as refused:
        fit(name, value)
    assert words in refused.value.message


def test_one_and_true_are_not_the_same_allowed_value():
    with pytest.raises(TemplateInvalid):
        DEFINED.fitting("p", {"type": "array", "allowedValues": [True]}, [1])


def test_a_secret_that_is_not_allowed_is_not_told():
    with pytest.raises(TemplateInvalid) as refused:
        DEFINED.fitting("p", {"type": "secureString", "allowedValues": ["a"]}, "canary")
    assert "canary" not in refused.value.message
