"""Functions that know where a template is deployed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.sandbox.arm.templates.expressions import TemplateInvalid, evaluate_text
from azlin.sandbox.arm.templates.template_scope import Loops, Where, fixed_functions, running, user_functions

S, OTHER = "11111111-2222-3333-4444-555555555555", "22222222-2222-3333-4444-555555555555"
THERE = f"/subscriptions/{OTHER}/resourceGroups/h"
GROUP = Where({"subscriptionId": S}, "t", {"name": "d"}, {"name": "rg", "location": "westeurope"})
ABOVE = Where({"subscriptionId": S}, "t", {"name": "d"})
NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)


def value(text: str, where: Where = GROUP) -> Any:
    return evaluate_text(text, fixed_functions(where))


@pytest.mark.parametrize(
    ("where", "text", "found"),
    [
        (GROUP, "resourceId('A.B/c', 'n')", f"/subscriptions/{S}/resourceGroups/rg/providers/A.B/c/n"),
        (GROUP, "resourceId('A.B/c/d', 'n', 'm')", f"/subscriptions/{S}/resourceGroups/rg/providers/A.B/c/n/d/m"),
        (GROUP, "resourceId('h', 'A.B/c', 'n')", f"/subscriptions/{S}/resourceGroups/h/providers/A.B/c/n"),
        (GROUP, f"resourceId('{OTHER}', 'h', 'A.B/c', 'n')", f"{THERE}/providers/A.B/c/n"),
        (ABOVE, "resourceId('A.B/c', 'n')", f"/subscriptions/{S}/providers/A.B/c/n"),
        (ABOVE, f"resourceId('{OTHER}', 'A.B/c', 'n')", f"/subscriptions/{OTHER}/providers/A.B/c/n"),
        (ABOVE, "resourceId('Microsoft.Resources/resourceGroups', 'g')", f"/subscriptions/{S}/resourceGroups/g"),
        (GROUP, "subscriptionResourceId('A.B/c', 'n')", f"/subscriptions/{S}/providers/A.B/c/n"),
        (GROUP, f"subscriptionResourceId('{OTHER}', 'A.B/c', 'n')", f"/subscriptions/{OTHER}/providers/A.B/c/n"),
        (GROUP, "tenantResourceId('A.B/c', 'n')", "/providers/A.B/c/n"),
        (GROUP, "extensionResourceId('/x/y', 'A.B/c', 'n')", "/x/y/providers/A.B/c/n"),
        (GROUP, "resourceGroup().location", "westeurope"),
        (GROUP, "subscription().subscriptionId", S),
        (GROUP, "deployment().name", "d"),
        (GROUP, "environment().suffixes.storage", "core.windows.net"),
        (GROUP, "pickZones('A.B', 'c', 'l', 2, 1)", ["2", "3"]),
    ],
)  # fmt: skip
def test_a_function_of_the_scope_has_its_documented_value(where: Where, text: str, found: Any):
    assert value(f"[{text}]", where) == found


@given(st.lists(NAMES, min_size=1, max_size=3))
def test_a_resource_id_has_every_type_with_its_name(names: list[str]):
    kinds = [f"k{at}" for at in range(len(names))]
    told = ", ".join(f"'{name}'" for name in names)
    pairs = "/".join(f"{kind}/{name}" for kind, name in zip(kinds, names, strict=True))
    assert value(f"[resourceId('A.B/{'/'.join(kinds)}', {told})]") == f"{GROUP.base}/providers/A.B/{pairs}"
    with pytest.raises(TemplateInvalid, match=r"requires '\d' resource name"):
        value(f"[resourceId('A.B/{'/'.join(kinds)}', {told}, 'one-too-many')]")


def test_there_is_no_group_above_the_groups():
    with pytest.raises(TemplateInvalid, match="RESOURCEGROUP"):
        value("[resourceGroup().name]", ABOVE)
    with pytest.raises(TemplateInvalid, match="fully qualified"):
        value("[resourceId('n')]")


@pytest.mark.parametrize("text", ["[reference('a')]", "[list('a')]", "[copyIndex()]"])
def test_what_needs_something_deployed_is_refused_before_that(text: str):
    with pytest.raises(TemplateInvalid, match="not expected at this location"):
        value(text)


def test_a_reference_reads_properties_or_all_and_knows_symbols():
    asked: list[tuple[str, str | None]] = []

    def read(path: str, version: str | None) -> dict[str, Any] | None:
        asked.append((path, version))
        return {"id": path, "properties": {"x": 1}} if path == "/subscriptions/s/a" else None

    live = running(fixed_functions(GROUP), read, lambda *_: None, {"sym": "/subscriptions/s/a"}, {})
    assert evaluate_text("[reference('SYM').x]", live) == 1
    assert evaluate_text("[reference('sym', '2024', 'FULL').apiVersion]", live) == "2024"
    assert asked == [("/subscriptions/s/a", None), ("/subscriptions/s/a", "2024")]
    with pytest.raises(TemplateInvalid, match=r"'A\.B/c/n' under resource group 'g'") as refused:
        evaluate_text("[reference('/subscriptions/s/resourceGroups/g/providers/A.B/c/n')]", live)
    assert refused.value.code == "ResourceNotFound"


def test_every_list_function_is_a_post_of_its_name():
    def post(name: str, path: str, version: str, body: Any) -> Any:
        return {"asked": [name, path, version, body]}

    live = running(fixed_functions(GROUP), lambda *_: None, post, {}, {})
    assert evaluate_text("[listKeys('/a', 'v').asked]", live) == ["listkeys", "/a", "v", None]
    assert evaluate_text("[listAnything('/a', 'v', createObject('k', 1)).asked[3]]", live) == {"k": 1}
    with pytest.raises(TemplateInvalid):
        evaluate_text("[listKeys('/a')]", live)


def test_loops_know_their_own_index_and_those_around_them():
    outer = Loops().entered("Outer", 2, current=True)
    inner = outer.entered("inner", 5)
    assert inner.copy_index([]) == inner.copy_index(["OUTER"]) == 2
    assert inner.copy_index(["inner", 10]) == 15
    assert inner.copy_index([1]) == 3
    for loops, arguments in ((Loops(), []), (outer, ["inner"])):
        with pytest.raises(TemplateInvalid, match="copyIndex"):
            loops.copy_index(arguments)


def test_a_function_of_the_template_sees_its_arguments_and_its_neighbours():
    declared = [
        {
            "namespace": "my",
            "members": {
                "twice": {"parameters": [{"name": "N"}], "output": {"value": "[mul(2, parameters('n'))]"}},
                "four": {"output": {"value": "[my.twice(2)]"}},
            },
        }
    ]
    functions = fixed_functions(GROUP)
    made = user_functions(declared, functions)
    assert made["my.twice"]([21]) == 42
    assert made["my.four"]([]) == 4
    assert user_functions(None, functions) == {}
