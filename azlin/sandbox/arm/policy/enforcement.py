"""What policies do to a write: first they change it (modify, append), then they may refuse it (deny).

Audits leave it alone; they are told by `states.py`. What a policy would deploy by itself (deployIfNotExists) is not
deployed here: its resources are found non-compliant. The refusal's shape: "RequestDisallowedByPolicy", Azure's
troubleshooting pages.
"""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from azlin.sandbox.arm.behaviour import Call, Registry
from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.locations import location_name
from azlin.sandbox.arm.policy.assignments import ASSIGNMENTS, Policy, policies_for
from azlin.sandbox.arm.policy.changes import Change, apply
from azlin.sandbox.arm.policy.fields import Candidate
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.templates.expressions import evaluate_value

_UNTOUCHED = frozenset(("microsoft.authorization", "microsoft.policyinsights", "microsoft.management"))
"""Namespaces that no policy is about."""


def govern(rid: ResourceId, body: Body, call: Call) -> Body:
    """The body as policies let it be written. Raises ArmRefusal 403 RequestDisallowedByPolicy."""
    if rid.namespace.casefold() in _UNTOUCHED or rid.type.casefold() == "microsoft.resources/deployments":
        return body
    if not call.plane.store.has(type=ASSIGNMENTS, tenant=call.tenant):
        return body
    candidate = Candidate(rid, deepcopy(body))
    if "location" in body:
        candidate.body["location"] = location_name(body["location"])
    policies = [one for one in policies_for(candidate, call) if one.enforced]
    for policy in policies:
        if policy.effect(candidate, call) in ("modify", "append") and policy.applies(candidate, call):
            for change in _changes(policy, candidate, call):
                apply(change, candidate)
    denying = [one for one in policies if one.effect(candidate, call) == "deny" and one.applies(candidate, call)]
    if denying:
        raise _disallowed(rid, denying)
    return candidate.body


def _changes(policy: Policy, candidate: Candidate, call: Call) -> list[Change]:
    functions = policy.functions(candidate, call)
    details: Any = policy.then.get("details")
    if isinstance(details, list):
        return [Change("append", **_field(one, functions)) for one in array_of(details)]
    made: list[Change] = []
    for one in array_of(object_of(details).get("operations")):
        asked = object_of(one)
        if evaluate_value(asked.get("condition", True), functions) is not False:
            made.append(Change(str(asked.get("operation", "")).casefold(), **_field(asked, functions)))
    return made


def _field(asked: Any, functions: Any) -> dict[str, Any]:
    fields = object_of(asked)
    return {
        "field": str(evaluate_value(fields.get("field"), functions)),
        "value": evaluate_value(fields.get("value"), functions),
    }


def _disallowed(rid: ResourceId, policies: list[Policy]) -> ArmRefusal:
    named: list[Body] = []
    violations: list[Body] = []
    for one in policies:
        assignment = one.assignment
        title = one.properties.get("displayName") or one.definition.rpartition("/")[2]
        shown = assignment.properties.get("displayName") or assignment.id.name
        named.append(
            {
                "policyAssignment": {"name": shown, "id": assignment.id.id},
                "policyDefinition": {"name": title, "id": one.definition},
            }
        )
        violations.append(
            {
                "type": "PolicyViolation",
                "info": {
                    "policyDefinitionDisplayName": title,
                    "policyDefinitionId": one.definition,
                    "policyDefinitionName": one.definition.rpartition("/")[2],
                    "policyDefinitionEffect": "deny",
                    "policyAssignmentId": assignment.id.id,
                    "policyAssignmentName": assignment.id.name,
                    "policyAssignmentDisplayName": shown,
                    "policyAssignmentScope": assignment.id.scope,
                    "policyAssignmentParameters": object_of(assignment.properties.get("parameters")),
                    **({"policyDefinitionReferenceId": one.reference} if one.reference else {}),
                },
            }
        )
    name = rid.id.split("/providers/")[-1].split("/", 2)[-1] if "/providers/" in rid.id else rid.name
    return ArmRefusal(
        403,
        "RequestDisallowedByPolicy",
        f"Resource '{name.rpartition('/')[2]}' was disallowed by policy. Policy identifiers: "
        f"'{json.dumps(named, separators=(',', ':'))}'.",
        target=name.rpartition("/")[2],
        additional=violations,
    )


def register(registry: Registry) -> None:
    registry.gate = govern
