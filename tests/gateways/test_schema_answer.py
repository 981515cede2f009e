"""The words of the Azure MCP server, read as shapes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.gateways.schema_answer import definition_from
from azlin.gateways.schema_shape import (
    ANYTHING,
    DEPLOY_TIME_CONSTANT,
    READ_ONLY,
    REQUIRED,
    SCOPES,
    Definition,
    Shape,
    scope_names,
)

TEXT = Shape(kind="string")


def item(type_: str, **more: str) -> dict[str, Any]:
    return {"name": "it", "type": type_, **more}


def answer(*properties: dict[str, Any], named: dict[str, list[dict[str, Any]]] | None = None, **more: Any) -> Any:
    body = {"$type": "Object", "name": "body", "properties": list(properties)}
    return [
        *({"$type": "Object", "name": name, "properties": inner} for name, inner in (named or {}).items()),
        {"$type": "Resource", "name": "Contoso.Things/things@2024-01-01", "bodyType": body, **more},
    ]


def it(words: str, modifiers: str = "", named: tuple[str, ...] = ()) -> Shape:
    heard = definition_from(answer(item(words, modifiers=modifiers), named={name: [] for name in named}))
    return heard.body.properties["it"].shape


@pytest.mark.parametrize(
    ("words", "shape"),
    [
        ("string", TEXT),
        ("int", Shape(kind="int")),
        ("bool", Shape(kind="bool")),
        ("any", ANYTHING),
        ("array", Shape(kind="list", of=ANYTHING)),
        ("string[]", Shape(kind="list", of=TEXT)),
        ("int[][]", Shape(kind="list", of=Shape(kind="list", of=Shape(kind="int")))),
        ("Part", Shape(kind="ref", ref="Part")),
        ("Part[]", Shape(kind="list", of=Shape(kind="ref", ref="Part"))),
        ("Red", Shape(kind="choice", values=("Red",))),
        ("Red | Green", Shape(kind="choice", values=("Red", "Green"))),
        ("Red | Green | null", Shape(kind="choice", values=("Red", "Green"))),
        ("Red | string", Shape(kind="choice", values=("Red",), open=True)),
        ("Red | Green[]", Shape(kind="list", of=Shape(kind="choice", values=("Red", "Green")))),
        ("Red | int", ANYTHING),
        ("Red | Part", ANYTHING),
        ("Part | string[]", ANYTHING),
        ("string | null", ANYTHING),
    ],
)
def test_words_for_a_shape_are_read(words: str, shape: Shape):
    assert it(words, named=("Part",)) == shape


@pytest.mark.parametrize(
    ("modifiers", "shape"),
    [
        ("sensitive", Shape(kind="string", secret=True)),
        ("minLength: 3, maxLength: 24", Shape(kind="string", low=3, high=24)),
        ("sensitive, minLength: 3", Shape(kind="string", secret=True, low=3)),
        ("pattern: ^a, sensitive, minLength: 9$", Shape(kind="string", pattern="^a, sensitive, minLength: 9$")),
        ("maxLength: 4, pattern: ^a$", Shape(kind="string", high=4, pattern="^a$")),
    ],
)
def test_modifiers_are_read_and_a_pattern_is_left_as_it_is(modifiers: str, shape: Shape):
    assert it("string", modifiers) == shape


def test_a_bound_below_zero_is_read():
    assert it("int", "minValue: -1, maxValue: 30") == Shape(kind="int", low=-1, high=30)


def test_flags_are_read_and_words_that_are_new_are_passed_over():
    heard = definition_from(
        answer(
            item("string", flags="Required, ReadOnly"),
            {"name": "new", "type": "int", "flags": "DeployTimeConstant, Sparkling"},
        )
    )
    assert heard.body.properties["it"].flags == REQUIRED | READ_ONLY
    assert heard.body.properties["new"].flags == DEPLOY_TIME_CONSTANT


def test_only_the_shapes_that_are_reached_are_kept():
    named = {"Part": [item("Deep[]")], "Deep": [item("Part")], "Other": []}
    assert set(definition_from(answer(item("Part"), named=named)).shapes) == {"Part", "Deep"}


def test_a_shape_that_would_directly_hold_its_namesake_holds_anything():
    heard = definition_from(answer(item("Part"), named={"Part": [item("Part"), {"name": "a", "type": "int"}]}))
    told = heard.shapes["Part"].properties
    assert (told["it"].shape, told["a"].shape) == (ANYTHING, Shape(kind="int"))


def test_a_discriminated_body_has_a_variant_for_each_value():
    steam = {"$type": "Object", "name": "s", "properties": [{"name": "kind", "type": "Steam"}, item("int")]}
    nameless = {"$type": "Object", "name": "n", "properties": [item("int")]}
    body = {
        "$type": "DiscriminatedObject",
        "name": "body",
        "discriminator": "kind",
        "baseProperties": [{"name": "label", "type": "string"}],
        "elements": [steam, nameless],
    }
    heard: Definition = definition_from([{"$type": "Resource", "name": "A.B/c@1", "bodyType": body}])
    assert heard.body.discriminator == "kind"
    assert set(heard.body.variants) == {"Steam"}
    assert set(heard.properties_of(heard.body, "Steam")) == {"label", "kind", "it"}


def test_additional_properties_make_a_map():
    tags = {"$type": "Object", "name": "Tags", "additionalPropertiesType": "string"}
    heard = definition_from([tags, *answer(item("Tags"))])
    assert heard.shapes["Tags"].is_map


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("ResourceGroup", {"ResourceGroup"}),
        ("Subscription, ResourceGroup", {"Subscription", "ResourceGroup"}),
        ("All", set(SCOPES.values())),
        ("AllExceptExtension", set(SCOPES.values()) - {"Extension"}),
        ("None", set()),
    ],
)
def test_the_words_for_scopes_are_read(words: str, names: set[str]):
    assert scope_names(definition_from(answer(writableScopes=words)).scopes) == names


def test_an_answer_without_a_resource_is_no_definition():
    with pytest.raises(ValueError, match="names no resource"):
        definition_from([{"$type": "Object", "name": "Tags"}])


@given(st.text(alphabet=st.sampled_from("aB |[]string,:"), max_size=20))
def test_words_of_any_form_are_read_as_some_shape(words: str):
    assert it(words).kind in ("any", "choice", "list", "string", "int", "bool")
