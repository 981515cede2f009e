"""Under which id a resource of a template goes: its deployment's scope, its own `scope`, or another deployment's.

Source: Microsoft, "Set scope for extension resources in ARM templates" and the pages on deploying to each scope.
"""

from __future__ import annotations

import re

from azlin.sandbox.arm.jsonc import Body
from azlin.sandbox.arm.templates.expressions import Functions, TemplateInvalid, evaluate_value
from azlin.sandbox.arm.templates.template_scope import Where

DEPLOYMENTS = "Microsoft.Resources/deployments"
GROUPS = "Microsoft.Resources/resourceGroups"
_MANAGEMENT_GROUP = re.compile(r"/?(?:providers/)?Microsoft\.Management/managementGroups/([^/]+)/?", re.IGNORECASE)


def refuse_lengths(kind: str, name: str) -> None:
    """Raise TemplateInvalid when a type and a name do not have as many segments as each other."""
    segments, names = kind.split("/"), name.split("/")
    if len(segments) != len(names) + 1:
        raise _refused(
            f"The template resource '{name}' for type '{kind}' has incorrect segment lengths. A nested resource type "
            "must have identical number of segments as its resource name. A root resource type must have segment "
            "length one greater than its resource name. Please see https://aka.ms/arm-syntax-resources for usage "
            "details."
        )


def id_of(kind: str, name: str, raw: Body, functions: Functions, where: Where) -> str:
    """The id of a resource of the template, which is no child of another there. Raises TemplateInvalid."""
    segments, names = kind.split("/"), name.split("/")
    base = _base_of(kind, name, raw, functions, where)
    if kind.casefold() == GROUPS.casefold():
        return f"{base}/resourceGroups/{name}"
    pairs = "/".join(f"{segment}/{part}" for segment, part in zip(segments[1:], names, strict=True))
    return f"{base}/providers/{segments[0]}/{pairs}"


def _base_of(kind: str, name: str, raw: Body, functions: Functions, where: Where) -> str:
    """Under what a resource goes: the deployment's scope, or what its own `scope` or the nested deployment says."""
    scope = evaluate_value(raw.get("scope"), functions)
    if isinstance(scope, str) and scope:
        return _scope(scope, where)
    if kind.casefold() == GROUPS.casefold():
        subscription = evaluate_value(raw.get("subscriptionId"), functions) or where.subscription_id
        if not subscription:
            raise _refused(
                f"The template resource '{name}' of type '{kind}' is not valid at this scope: it needs a subscription. "
                "Please see https://aka.ms/arm-syntax-resources for usage details."
            )
        return f"/subscriptions/{subscription}"
    if kind.casefold() == DEPLOYMENTS.casefold():
        return _nested_base(name, raw, functions, where)
    return where.base


def _scope(scope: str, where: Where) -> str:
    if scope == "/":
        return ""
    group = _MANAGEMENT_GROUP.fullmatch(scope)
    if group is not None:
        return f"/providers/Microsoft.Management/managementGroups/{group[1]}"
    return scope.rstrip("/") if scope.startswith("/") else f"{where.base}/providers/{scope}"


def _nested_base(name: str, raw: Body, functions: Functions, where: Where) -> str:
    asked = evaluate_value(raw.get("subscriptionId"), functions)
    group = evaluate_value(raw.get("resourceGroup"), functions)
    subscription = asked or where.subscription_id
    if group and subscription:
        return f"/subscriptions/{subscription}/resourceGroups/{group}"
    if asked and ("location" in raw or where.group is None):
        return f"/subscriptions/{asked}"
    if asked or group:
        missing, present = ("ResourceGroup", "SubscriptionId") if asked else ("SubscriptionId", "ResourceGroup")
        raise _refused(
            f"The template resource '{name}' at line '1' and column '1' is invalid. '{missing}' property must be "
            f"specified if '{present}' property is specified. Please see https://aka.ms/arm-template/#resources for "
            "usage details."
        )
    return where.base


def _refused(why: str) -> TemplateInvalid:
    return TemplateInvalid(f"Deployment template validation failed: '{why}'.")
