"""The list of functions is what is implemented, and the number of arguments is held to it."""

from __future__ import annotations

from contextlib import suppress

import pytest

from azlin.sandbox.arm.templates.expressions import TemplateInvalid, evaluate_text
from azlin.sandbox.arm.templates.function_signatures import MANY, SIGNATURES, argument_counts, names
from azlin.sandbox.arm.templates.template_functions import DEFAULTS_ONLY, PURE
from azlin.sandbox.arm.templates.template_scope import Where, fixed_functions

WHERE = Where({"subscriptionId": "s"}, "t", {"name": "d"})
BY_THE_LANGUAGE = {"and", "or", "if", "lambda", "lambdavariables"}
WHILE_DEPLOYED = {"reference", "references", "list*", "copyindex", "parameters", "variables"}


def test_every_function_of_the_list_is_there_and_no_other():
    listed = {name.casefold() for name in names()}
    there = {*fixed_functions(WHERE), *DEFAULTS_ONLY, *BY_THE_LANGUAGE, *WHILE_DEPLOYED}
    assert listed == there


def test_no_function_is_listed_twice_and_none_without_a_group():
    assert len(set(names())) == len(names()) == sum(len(group) for group in SIGNATURES.values())


@pytest.mark.parametrize(
    ("name", "counts"),
    [("padleft", (2, 3)), ("createobject", (0, MANY)), ("union", (2, MANY)), ("utcnow", (0, 1)), ("true", (0, 0))],
)
def test_the_number_of_arguments_comes_from_the_signature(name: str, counts: tuple[int, int]):
    assert argument_counts()[name] == counts


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[toLower()]", "'tolower': function requires 1 argument(s) while 0 were provided"),
        ("[toLower('a', 'b')]", "function requires 1 argument(s) while 2 were provided"),
        ("[environment(1)]", "function requires 0 argument(s) while 1 were provided"),
    ],
)
def test_a_wrong_number_of_arguments_is_refused_in_arms_words(text: str, words: str):
    with pytest.raises(TemplateInvalid) as refused:
        evaluate_text(text, fixed_functions(WHERE))
    assert words in refused.value.message


@pytest.mark.parametrize("arguments", ["", "createObject(), true(), 1", "null(), null()"])
def test_nonsense_is_answered_or_refused_and_never_breaks(arguments: str):
    answered = 0
    for name in PURE:
        with suppress(TemplateInvalid):
            evaluate_text(f"[{name}({arguments})]", PURE)
            answered += 1
    assert 0 < answered < len(PURE)
