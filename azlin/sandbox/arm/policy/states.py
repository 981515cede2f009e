"""Microsoft.PolicyInsights: which resources comply. Nothing is evaluated in the background: whoever asks gets the
states as they are at that moment, whatever was there before the policy was assigned included.

Shapes: "Policy States - List Query Results" and "… Summarize" of the Azure REST reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from azlin.sandbox.arm.authorization.scopes import reaches
from azlin.sandbox.arm.behaviour import Answer, Call, Registry
from azlin.sandbox.arm.jsonc import Body
from azlin.sandbox.arm.policy.assignments import ASSIGNMENTS, Policy, policies_for
from azlin.sandbox.arm.policy.fields import Candidate
from azlin.sandbox.arm.refusals import ArmRefusal, not_done_here
from azlin.sandbox.arm.times import iso

_JUDGED = frozenset(("deny", "audit", "modify", "append"))
"""Effects whose `if` alone tells whether a resource complies."""


def states(scope: str, call: Call) -> Iterator[Body]:
    """One per resource below the scope and policy that holds for it. Raises ArmRefusal for effects that look for other
    resources, which the sandbox does not judge."""
    store = call.plane.store
    subscription = scope.split("/")[2]
    if not store.has(type=ASSIGNMENTS, tenant=call.tenant):
        return
    for one in store.all(subscription=subscription):
        if not reaches(scope, one.id.id) or one.id.namespace == "Microsoft.Authorization":
            continue
        candidate = Candidate(one.id, call.plane.show(one, call))
        for policy in policies_for(candidate, call):
            effect = policy.effect(candidate, call)
            if effect == "disabled":
                continue
            if effect not in _JUDGED:
                raise not_done_here(f"the compliance of policies with the effect {effect}")
            yield _state(candidate, policy, effect, not policy.applies(candidate, call), call)


def _state(candidate: Candidate, policy: Policy, effect: str, complies: bool, call: Call) -> Body:
    rid, assignment = candidate.rid, policy.assignment
    return {
        "@odata.id": None,
        "@odata.context": None,
        "timestamp": iso(call.plane.now()),
        "resourceId": rid.id.casefold(),
        "policyAssignmentId": assignment.id.id.casefold(),
        "policyDefinitionId": policy.definition.casefold(),
        "policyDefinitionReferenceId": policy.reference or "",
        "isCompliant": complies,
        "complianceState": "Compliant" if complies else "NonCompliant",
        "subscriptionId": rid.subscription,
        "resourceType": candidate.type,
        "resourceLocation": candidate.body.get("location", ""),
        "resourceGroup": (rid.group or "").casefold(),
        "policyAssignmentName": assignment.id.name,
        "policyAssignmentScope": assignment.id.scope,
        "policyDefinitionName": policy.definition.rpartition("/")[2],
        "policyDefinitionAction": effect,
    }


def _results(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    if groups["kind"].casefold() == "policyevents":
        if call.plane.store.has(type=ASSIGNMENTS, tenant=call.tenant):
            raise not_done_here(f"{groups['scope']}/providers/Microsoft.PolicyInsights/policyEvents")
        return Answer(200, {"@odata.count": 0, "value": []})
    found = list(states(groups["scope"], call))
    text = call.query.get("$filter", "").casefold().replace(" ", "")
    if text in ("compliancestateeq'noncompliant'", "iscomplianteqfalse"):
        found = [one for one in found if not one["isCompliant"]]
    elif text:
        raise ArmRefusal(400, "InvalidFilterInQueryString", f"The sandbox does not know the filter {text!r} here.")
    top = call.query.get("$top", "")
    shown = found[: int(top)] if top.isdigit() else found
    return Answer(200, {"@odata.context": None, "@odata.count": len(shown), "value": shown})


def _summary(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    failing = [one for one in states(groups["scope"], call) if not one["isCompliant"]]
    by_assignment: dict[str, list[Body]] = {}
    for one in failing:
        by_assignment.setdefault(one["policyAssignmentId"], []).append(one)
    summary = {
        "results": _counted(failing),
        "policyAssignments": [
            {"policyAssignmentId": name, "results": _counted(some)} for name, some in by_assignment.items()
        ],
    }
    return Answer(200, {"@odata.count": 1, "value": [summary]})


def _counted(failing: list[Body]) -> Body:
    return {
        "nonCompliantResources": len({one["resourceId"] for one in failing}),
        "nonCompliantPolicies": len({(one["policyDefinitionId"], one["policyAssignmentId"]) for one in failing}),
    }


def register(registry: Registry) -> None:
    scope = r"(?P<scope>/subscriptions/[^/]+(?:/resourceGroups/[^/]+)?(?:/providers/.+)?)"
    insights = r"/providers/Microsoft\.PolicyInsights/"
    results = scope + insights + r"(?P<kind>policyStates|policyEvents)/(?:latest|default)/queryResults"
    registry.route("POST", "*", results, _results)
    registry.route("POST", "*", scope + insights + r"policyStates/latest/summarize", _summary)
