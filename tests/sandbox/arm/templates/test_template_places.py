"""Under which id a resource of a template goes."""

from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.templates.expressions import TemplateInvalid
from azlin.sandbox.arm.templates.template_places import DEPLOYMENTS, GROUPS, id_of, refuse_lengths
from azlin.sandbox.arm.templates.template_scope import Where, fixed_functions

S = "/subscriptions/s"
MG = "/providers/Microsoft.Management/managementGroups/m"
GROUP = Where({"subscriptionId": "s"}, "t", {}, {"name": "g"})
SUBSCRIPTION = Where({"subscriptionId": "s"}, "t", {})
MANAGEMENT = Where(None, "t", {}, management_group={"id": MG, "name": "m"})
TENANT = Where(None, "t", {})
NESTED = f"providers/{DEPLOYMENTS}/n"
HERE, ELSEWHERE = f"{S}/resourceGroups/g", "/subscriptions/z"
BOTH = {"resourceGroup": "h", "subscriptionId": "z"}
BELOW = {"subscriptionId": "z", "location": "l"}
SISTER = {"scope": "Microsoft.Management/managementGroups/k"}


@pytest.mark.parametrize(
    ("where", "kind", "raw", "found"),
    [
        (GROUP, "A.B/c", {}, f"{S}/resourceGroups/g/providers/A.B/c/n"),
        (GROUP, "A.B/c", {"scope": "C.D/e/x"}, f"{S}/resourceGroups/g/providers/C.D/e/x/providers/A.B/c/n"),
        (GROUP, "A.B/c", {"scope": "[subscription().subscriptionId]"}, f"{HERE}/providers/s/providers/A.B/c/n"),
        (GROUP, "A.B/c", {"scope": "/"}, "/providers/A.B/c/n"),
        (SUBSCRIPTION, GROUPS, {}, f"{S}/resourceGroups/n"),
        (MANAGEMENT, GROUPS, {"subscriptionId": "z"}, "/subscriptions/z/resourceGroups/n"),
        (GROUP, DEPLOYMENTS, {}, f"{S}/resourceGroups/g/providers/{DEPLOYMENTS}/n"),
        (GROUP, DEPLOYMENTS, {"resourceGroup": "h"}, f"{S}/resourceGroups/h/providers/{DEPLOYMENTS}/n"),
        (GROUP, DEPLOYMENTS, BOTH, f"{ELSEWHERE}/resourceGroups/h/{NESTED}"),
        (GROUP, DEPLOYMENTS, BELOW, f"{ELSEWHERE}/{NESTED}"),
        (MANAGEMENT, "A.B/c", {}, f"{MG}/providers/A.B/c/n"),
        (MANAGEMENT, DEPLOYMENTS, SISTER, f"{MG[:-1]}k/providers/{DEPLOYMENTS}/n"),
        (MANAGEMENT, DEPLOYMENTS, BELOW, f"{ELSEWHERE}/{NESTED}"),
        (TENANT, DEPLOYMENTS, {"scope": MG}, f"{MG}/providers/{DEPLOYMENTS}/n"),
        (TENANT, "A.B/c", {}, "/providers/A.B/c/n"),
    ],
)  # fmt: skip
def test_a_resource_goes_where_its_deployment_or_its_scope_says(where: Where, kind: str, raw: Any, found: str):
    assert id_of(kind, "n", raw, fixed_functions(where), where) == found


@pytest.mark.parametrize(
    ("where", "kind", "raw", "words"),
    [
        (MANAGEMENT, DEPLOYMENTS, {"resourceGroup": "h"}, "'SubscriptionId' property must be specified"),
        (GROUP, DEPLOYMENTS, {"subscriptionId": "z"}, "'ResourceGroup' property must be specified"),
        (TENANT, GROUPS, {}, "needs a subscription"),
    ],
)
def test_half_an_address_is_refused(where: Where, kind: str, raw: Any, words: str):
    with pytest.raises(TemplateInvalid, match=words):
        id_of(kind, "n", raw, fixed_functions(where), where)


def test_a_type_and_a_name_have_as_many_segments_as_each_other():
    refuse_lengths("A.B/c/d", "n/m")
    with pytest.raises(TemplateInvalid, match="incorrect segment lengths"):
        refuse_lengths("A.B/c", "n/m")
