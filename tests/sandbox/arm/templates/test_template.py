"""What a template means: parameters, variables, copies, conditions, order."""

from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.templates.expressions import TemplateInvalid
from azlin.sandbox.arm.templates.template import Template, open_template
from azlin.sandbox.arm.templates.template_scope import Where, running

SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
WHERE = Where(
    subscription={"id": f"/subscriptions/{SUBSCRIPTION}", "subscriptionId": SUBSCRIPTION},
    tenant_id="99999999-2222-3333-4444-555555555555",
    deployment={"name": "main"},
    group={"id": f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg", "name": "rg", "location": "westeurope"},
)
BASE = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers"


def opened(given: dict[str, Any] | None = None, **parts: Any) -> Template:
    raw = {"$schema": "s", "contentVersion": "1.0.0.0", "resources": [], **parts}
    return open_template(raw, {name: {"value": value} for name, value in (given or {}).items()}, WHERE)


def resource(name: str, kind: str = "Microsoft.Network/publicIPAddresses", **more: Any) -> dict[str, Any]:
    return {"type": kind, "apiVersion": "2024-05-01", "name": name, "location": "westeurope", **more}


def bodies(template: Template) -> list[dict[str, Any]]:
    return [one.body(one.functions) for one in template.resources]


def test_a_default_may_use_another_parameter_and_the_group() -> None:
    template = opened(
        {"a": "x"},
        parameters={
            "b": {"type": "string", "defaultValue": "[concat(parameters('a'), resourceGroup().location)]"},
            "a": {"type": "string"},
        },
    )
    assert template.parameters["b"].value == "xwesteurope"


def test_a_secure_parameter_is_never_shown() -> None:
    template = opened({"p": "canary"}, parameters={"p": {"type": "secureString"}})
    assert template.parameters["p"].shown() == {"type": "SecureString"}


@pytest.mark.parametrize(
    ("declared", "given", "words"),
    [
        ({"p": {"type": "string"}}, {}, "is not provided"),
        ({"p": {"type": "string"}}, {"p": "x", "q": 1}, "'q' in the parameters file are not valid"),
        ({"p": {"type": "int"}}, {"p": "x"}, "of type 'Integer', but received a value of type 'String'"),
        ({"p": {"type": "string", "allowedValues": ["a", "b"]}}, {"p": "c"}, "allowed value(s): 'a,b'"),
        ({"p": {"type": "string", "maxLength": 2}}, {"p": "abc"}, "less than or equal to '2'"),
        ({"p": {"type": "int", "minValue": 2}}, {"p": 1}, "is not in the range"),
        ({"p": {"type": "string", "defaultValue": "[parameters('p')]"}}, {}, "cannot reference itself"),
    ],
)
def test_a_parameter_that_does_not_fit_is_refused(declared: Any, given: Any, words: str) -> None:
    with pytest.raises(TemplateInvalid) as refused:
        opened(given, parameters=declared)
    assert words in refused.value.message
    assert refused.value.code == "InvalidTemplate"


def test_a_refused_secure_value_is_not_repeated() -> None:
    with pytest.raises(TemplateInvalid) as refused:
        opened({"p": "canary"}, parameters={"p": {"type": "securestring", "allowedValues": ["a"]}})
    assert "canary" not in refused.value.message


def test_a_copy_loop_makes_each_and_can_be_waited_for_by_its_name() -> None:
    template = opened(
        resources=[
            resource("last", dependsOn=["ips"]),
            resource("[concat('ip', copyIndex(1))]", copy={"name": "ips", "count": 3}),
        ]
    )
    assert [one.name for one in template.resources] == ["ip1", "ip2", "ip3", "last"]
    assert len(template.resources[-1].after) == 3


def test_a_serial_copy_waits_for_the_one_before() -> None:
    template = opened(
        resources=[resource("[format('n{0}', copyIndex())]", copy={"name": "c", "count": 3, "mode": "serial"})]
    )
    assert [sorted(one.after) for one in template.resources] == [
        [],
        [template.resources[0].id.casefold()],
        [template.resources[1].id.casefold()],
    ]


def test_a_property_and_a_variable_can_be_copied() -> None:
    template = opened(
        variables={"copy": [{"name": "luns", "count": 2, "input": "[copyIndex('luns', 5)]"}]},
        resources=[
            resource(
                "a",
                properties={
                    "copy": [{"name": "disks", "count": 2, "input": {"lun": "[copyIndex('disks')]"}}],
                    "luns": "[variables('luns')]",
                },
            )
        ],
    )
    assert bodies(template)[0]["properties"] == {"disks": [{"lun": 0}, {"lun": 1}], "luns": [5, 6]}


def test_what_a_condition_leaves_out_is_not_waited_for() -> None:
    template = opened(resources=[resource("b", dependsOn=["a"]), resource("a", condition="[equals(1, 2)]")])
    assert [one.name for one in template.resources] == ["b"]
    assert template.resources[0].after == frozenset()


def test_a_reference_makes_its_reader_wait() -> None:
    template = opened(
        resources=[
            resource("reader", properties={"x": "[reference('made').ipAddress]"}),
            resource("made"),
        ]
    )
    assert [one.name for one in template.resources] == ["made", "reader"]


def test_a_child_follows_its_parent_and_has_the_whole_name() -> None:
    template = opened(
        resources=[
            resource(
                "v",
                "Microsoft.Network/virtualNetworks",
                resources=[{"type": "subnets", "name": "s", "apiVersion": "1"}],
            )
        ]
    )
    assert [one.id for one in template.resources] == [
        f"{BASE}/Microsoft.Network/virtualNetworks/v",
        f"{BASE}/Microsoft.Network/virtualNetworks/v/subnets/s",
    ]


def test_an_extension_hangs_on_its_scope() -> None:
    lock = resource("l", "Microsoft.Authorization/locks", scope="Microsoft.Network/virtualNetworks/v")
    old = resource("v/Microsoft.Authorization/l2", "Microsoft.Network/virtualNetworks/providers/locks")
    template = opened(resources=[lock, old])
    assert [one.id for one in template.resources] == [
        f"{BASE}/Microsoft.Network/virtualNetworks/v/providers/Microsoft.Authorization/locks/l",
        f"{BASE}/Microsoft.Network/virtualNetworks/v/providers/Microsoft.Authorization/l2".replace("/l2", "/locks/l2"),
    ]


@pytest.mark.parametrize(
    ("resources", "words"),
    [
        ([resource("a", dependsOn=["b"])], "The resource 'b' is not defined in the template"),
        ([resource("a", dependsOn=["b"]), resource("b", dependsOn=["a"])], "Circular dependency"),
        ([resource("a"), resource("A")], "is defined multiple times"),
        ([resource("a/b")], "incorrect segment lengths"),
        ([resource("[foo()]")], "The template function 'foo' is not valid"),
    ],
)
def test_a_template_that_cannot_be_is_refused(resources: Any, words: str) -> None:
    with pytest.raises(TemplateInvalid) as refused:
        opened(resources=resources)
    assert words in refused.value.message


def test_the_symbolic_form_waits_by_symbol_and_reads_by_symbol() -> None:
    template = opened(
        languageVersion="2.0",
        resources={
            "reader": resource("r", dependsOn=["first"], properties={"x": "[reference('first').id2]"}),
            "first": resource("f"),
        },
        outputs={"o": {"type": "string", "value": "[reference('first', '2024-01-01').id2]"}},
    )
    live = running(
        template.functions,
        lambda path, version: {"properties": {"id2": f"{path}!"}},
        lambda *call: None,
        template.ids,
        template.loops,
    )
    assert [one.symbol for one in template.resources] == ["first", "reader"]
    assert template.resources[1].body(live)["properties"] == {"x": f"{template.resources[0].id}!"}
    assert template.outputs_of(live)["o"] == {"type": "String", "value": f"{template.resources[0].id}!"}


def test_an_inner_deployment_keeps_its_own_expressions() -> None:
    inner = {"resources": [], "outputs": {"a": {"type": "string", "value": "[parameters('p')]"}}}
    template = opened(
        {"p": "outer"},
        parameters={"p": {"type": "string"}},
        resources=[
            resource(
                "d",
                "Microsoft.Resources/deployments",
                properties={
                    "mode": "Incremental",
                    "expressionEvaluationOptions": {"scope": "inner"},
                    "parameters": {"p": {"value": "[parameters('p')]"}},
                    "template": inner,
                },
            )
        ],
    )
    made = bodies(template)[0]["properties"]
    assert made["template"] == inner
    assert made["parameters"] == {"p": {"value": "outer"}}


def test_a_function_of_the_template_sees_only_its_arguments() -> None:
    space = {
        "namespace": "my",
        "members": {"f": {"parameters": [{"name": "x"}], "output": {"value": "[toUpper(parameters('x'))]"}}},
    }
    template = opened(functions=[space], variables={"v": "[my.f('ab')]"}, resources=[resource("[variables('v')]")])
    assert template.resources[0].name == "AB"
