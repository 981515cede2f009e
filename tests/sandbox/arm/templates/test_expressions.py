"""The expression language, one expression at a time."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.sandbox.arm.templates.expression_parser import TemplateInvalid, is_expression
from azlin.sandbox.arm.templates.expressions import evaluate_text
from azlin.sandbox.arm.templates.template_functions import PURE
from azlin.sandbox.arm.templates.template_scope import Where, fixed_functions

S = "11111111-2222-3333-4444-555555555555"
WHERE = Where(subscription={"subscriptionId": S}, tenant_id="t", deployment={}, group={"name": "rg"})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[concat('a', 'b''c', 1)]", "ab'c1"),
        ("[concat(createArray(1), createArray(2, 3))]", [1, 2, 3]),
        ("[createArray('x', 'y')[1]]", "y"),
        ("[createObject('A', createObject('b', 3)).a.B]", 3),
        ("[if(equals(1, 1), 'yes', undefinedFunction())]", "yes"),
        ("[and(true(), not(false()))]", True),
        ("[or(false(), false())]", False),
        ("[format('{0}-{1:D3}-{{x}}', 'n', 7)]", "n-007-{x}"),
        ("[string(true())]", "True"),
        ("[string(createObject('a', 1))]", '{"a":1}'),
        ("[split('a,b;c', createArray(',', ';'))]", ["a", "b", "c"]),
        ("[join(createArray('a', 'b'), '-')]", "a-b"),
        ("[substring('abcdef', 2, 3)]", "cde"),
        ("[take('abc', 10)]", "abc"),
        ("[skip(createArray(1, 2, 3), 2)]", [3]),
        ("[first('abc')]", "a"),
        ("[last(createArray(1, 2))]", 2),
        ("[contains(createObject('Key', 1), 'key')]", True),
        ("[empty('')]", True),
        ("[union(createObject('a', 1), createObject('a', 2, 'b', 3))]", {"a": 2, "b": 3}),
        ("[union(createArray(1, 2), createArray(2, 3))]", [1, 2, 3]),
        ("[intersection(createArray(1, 2), createArray(2, 3))]", [2]),
        ("[div(-7, 2)]", -3),
        ("[mod(-7, 2)]", -1),
        ("[add(mul(2, 3), sub(1, 4))]", 3),
        ("[range(3, 3)]", [3, 4, 5]),
        ("[max(1, 9, 3)]", 9),
        ("[int('42')]", 42),
        ("[bool('TRUE')]", True),
        ("[json('{\"a\": [1]}').a[0]]", 1),
        ("[base64ToString(base64('hé'))]", "hé"),
        ("[coalesce(null(), 'x')]", "x"),
        ("[toUpper(trim('  a '))]", "A"),
        ("[replace('a-b-c', '-', '')]", "abc"),
        ("[padLeft('7', 3, '0')]", "007"),
        ("[indexOf('abcABC', 'C')]", 2),
        ("[startsWith('Abc', 'aB')]", True),
        ("[uriComponent('a b/c')]", "a%20b%2Fc"),
        ("[uri('http://h/a/', 'b')]", "http://h/a/b"),
        ("[map(range(0, 3), lambda('i', mul(lambdaVariables('i'), 2)))]", [0, 2, 4]),
        ("[filter(range(0, 4), lambda('i', greater(lambdaVariables('i'), 1)))]", [2, 3]),
        ("[reduce(range(1, 4), 0, lambda('a', 'b', add(lambdaVariables('a'), lambdaVariables('b'))))]", 10),
        ("[createObject('a', null()).a.?b]", None),
        ("[tryGet(createObject('a', 1), 'b')]", None),
        ("[items(createObject('b', 2, 'a', 1))]", [{"key": "a", "value": 1}, {"key": "b", "value": 2}]),
        ("[[not evaluated]", "[not evaluated]"),
        ("plain", "plain"),
        ("[resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', 's')]",
         f"/subscriptions/{S}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/s"),
        ("[resourceId('other', 'Microsoft.Storage/storageAccounts', 'x')]",
         f"/subscriptions/{S}/resourceGroups/other/providers/Microsoft.Storage/storageAccounts/x"),
        ("[subscriptionResourceId('Microsoft.Resources/resourceGroups', 'g')]", f"/subscriptions/{S}/resourceGroups/g"),
        ("[extensionResourceId('/a', 'Ns.X/locks', 'l')]", "/a/providers/Ns.X/locks/l"),
        ("[environment().suffixes.storage]", "core.windows.net"),
        ("[equals(guid('a', 'b'), guid('a-b'))]", True),
    ],
)  # fmt: skip
def test_an_expression_has_its_documented_value(text: str, value: Any) -> None:
    found = evaluate_text(text, fixed_functions(WHERE))
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[uniqueString('tyeth')]", "zcztcwvu6iyg6"),
        ("[uniqueString('hello', 'world')]", "a7wkljktk6wne"),
        ("[uniqueString('/subscriptions/31e9f9a0-9fd2-4294-a0a3-0101246d9700/resourceGroups/rg-modm201-20230913120256"
         "/providers/Microsoft.Compute/virtualMachines/bobjacmodm201')]", "yvjxno3je5on2"),
    ],
)  # fmt: skip
def test_unique_string_gives_the_values_that_others_published(text: str, value: str) -> None:
    assert evaluate_text(text, PURE) == value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[nope()]", "The template function 'nope' is not valid"),
        ("[concat('a'", ""),
        ("[concat('a',)]", "expected token 'Identifier'"),
        ("[createObject('a', 1).b]", "property 'b' doesn't exist, available properties are 'a'"),
        ("[createArray(1)[4]]", "index '4' is out of bounds"),
        ("[add('a', 1)]", "first parameter to be of type 'Integer'"),
        ("[div(1, 0)]", "cannot take"),
        ("[reference('x')]", "is not expected at this location"),
        ("[substring('abc', 2, 5)]", "within the string"),
        ("[if('a', 1, 2)]", "to be of type 'Boolean'"),
        ("[resourceId('Microsoft.Network/virtualNetworks', 'a', 'b')]", "requires '1' resource name argument(s)"),
        ("[§]", "is not expected"),
    ],
)
def test_what_cannot_be_evaluated_is_refused_in_words(text: str, words: str) -> None:
    if not is_expression(text):
        assert evaluate_text(text, PURE) == text
        return
    with pytest.raises(TemplateInvalid) as refused:
        evaluate_text(text, fixed_functions(WHERE))
    assert words in refused.value.message


@given(st.text(max_size=60))
def test_any_text_is_a_value_or_a_refusal_and_nothing_else(text: str) -> None:
    with suppress(TemplateInvalid):
        evaluate_text(f"[{text}]", fixed_functions(WHERE))


@given(st.text(max_size=40), st.text(max_size=40))
def test_text_survives_quoting_and_base_64(left: str, right: str) -> None:
    quoted = [part.replace("'", "''") for part in (left, right)]
    assert evaluate_text(f"[concat('{quoted[0]}', '{quoted[1]}')]", PURE) == left + right
    assert evaluate_text(f"[base64ToString(base64('{quoted[0]}'))]", PURE) == left


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "[toUpper(1)]",
            "'toUpper' expects its parameter to be of type 'String'. The provided value is of type 'Integer'",
        ),
        ("[substring('a', 'b')]", "expects its second parameter to be of type 'Integer'"),
    ],
)
def test_an_argument_of_the_wrong_type_is_refused_in_arms_words(text: str, words: str):
    with pytest.raises(TemplateInvalid) as refused:
        evaluate_text(text, PURE)
    assert words in refused.value.message
