"""Microsoft.PolicyInsights: what the evaluation of policies has found.

The sandbox evaluates no compliance. Where nothing is assigned nothing can be found, and the answer is an empty list;
where something is assigned the sandbox does not know what would be found, and says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from azlin.sandbox.arm.behaviour import Answer, Call, Registry
from azlin.sandbox.arm.refusals import not_done_here

_ASSIGNMENTS = "Microsoft.Authorization/policyAssignments"


def _results(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    for _ in call.plane.store.all(type=_ASSIGNMENTS, subscription=groups["subscription"]):
        raise not_done_here(f"{groups['scope']}/providers/Microsoft.PolicyInsights/{groups['kind']}/queryResults")
    return Answer(200, {"@odata.count": 0, "value": []})


def register(registry: Registry) -> None:
    registry.route(
        "POST",
        "Microsoft.PolicyInsights",
        r"(?P<scope>/subscriptions/(?P<subscription>[^/]+)(/resourceGroups/[^/]+)?)/providers/Microsoft\.PolicyInsights"
        r"/(?P<kind>policyStates|policyEvents)/(latest|default)/queryResults",
        _results,
    )
