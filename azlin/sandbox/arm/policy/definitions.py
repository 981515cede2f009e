"""Policy definitions: those that a subscription or management group holds, and built-in ones that people assign most.

`built_in_definitions.json` maps a definition's GUID in Azure to its mode, parameters and rule, written after what the
page "Azure Policy built-in definitions" says that it does. Azure has thousands; of the others the sandbox says
`PolicyDefinitionNotFound`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from azlin.sandbox.arm.behaviour import Call
from azlin.sandbox.arm.jsonc import Body, object_of
from azlin.sandbox.arm.policy.conditions import ConditionInvalid, check
from azlin.sandbox.arm.refusals import ArmRefusal

DEFINITIONS = "Microsoft.Authorization/policyDefinitions"
EFFECTS = frozenset(
    ("deny", "audit", "modify", "append", "disabled", "auditifnotexists", "deployifnotexists", "denyaction", "manual")
)
_FILE = Path(__file__).with_name("built_in_definitions.json")


@cache
def _built_in() -> Mapping[str, Body]:
    return json.loads(_FILE.read_text(encoding="utf-8"))


def built_in(guid: str) -> Body | None:
    """The whole body of a built-in definition as a GET shows it, or None."""
    found = _built_in().get(guid.casefold())
    if found is None:
        return None
    properties: Body = {**found, "policyType": "BuiltIn", "version": "1.0.0", "metadata": {"version": "1.0.0"}}
    return {
        "id": f"/providers/{DEFINITIONS}/{guid.casefold()}",
        "name": guid.casefold(),
        "type": DEFINITIONS,
        "properties": properties,
    }


def all_built_in() -> list[Body]:
    """Every one of them, as a list shows it."""
    return [body for guid in _built_in() if (body := built_in(guid)) is not None]


def properties_of(definition: str, call: Call) -> Body | None:
    """The properties of a definition by its id; None when there is none."""
    if definition.casefold().startswith(f"/providers/{DEFINITIONS}/".casefold()):
        found = built_in(definition.rpartition("/")[2])
        return None if found is None else object_of(found["properties"])
    try:
        resource = call.plane.store.get(call.plane.store.parse(definition, call.tenant))
    except ValueError:
        return None
    return None if resource is None else resource.properties


def refuse_invalid(rule: Any, name: str) -> None:
    """Raise ArmRefusal 400 InvalidPolicyRule for a rule that could not be decided."""
    asked = object_of(rule)
    effect = str(object_of(asked.get("then")).get("effect") or "")
    try:
        if "if" not in asked or not effect:
            raise ConditionInvalid("The policy rule must have an 'if' and a 'then' with an 'effect'")
        if not effect.startswith("[") and effect.casefold() not in EFFECTS:
            raise ConditionInvalid(f"The policy effect '{effect}' is not one of {', '.join(sorted(EFFECTS))}")
        check(asked["if"])
    except ConditionInvalid as invalid:
        raise ArmRefusal(
            400, "InvalidPolicyRule", f"Failed to parse policy rule of policy definition '{name}': {invalid}."
        ) from None
