"""Which policies hold for a resource: the assignments at its scopes, set by set, with their parameters filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from azlin.sandbox.arm.authorization.scopes import above, reaches
from azlin.sandbox.arm.behaviour import Call
from azlin.sandbox.arm.ids import GROUP
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.policy.conditions import holds
from azlin.sandbox.arm.policy.definitions import DEFINITIONS, properties_of
from azlin.sandbox.arm.policy.fields import Candidate, values_of
from azlin.sandbox.arm.store import Resource
from azlin.sandbox.arm.templates.expressions import Function, Functions, Layered, evaluate_value
from azlin.sandbox.arm.templates.template_scope import Where, fixed_functions

ASSIGNMENTS = "Microsoft.Authorization/policyAssignments"
_EXEMPTIONS = "Microsoft.Authorization/policyExemptions"
_SETS = "/policysetdefinitions/"


@dataclass(frozen=True, slots=True)
class Policy:
    """One definition as one assignment has it."""

    assignment: Resource
    definition: str
    """The definition's id."""
    reference: str | None
    """Which part of a set it is."""
    properties: Body
    parameters: Mapping[str, Any]
    """Values by casefolded name."""

    @property
    def enforced(self) -> bool:
        return str(self.assignment.properties.get("enforcementMode", "Default")).casefold() == "default"

    @property
    def then(self) -> Body:
        return object_of(object_of(self.properties.get("policyRule")).get("then"))

    def functions(self, candidate: Candidate, call: Call) -> Functions:
        """What its expressions may use, for one resource."""

        def parameter(arguments: Any) -> Any:
            return self.parameters.get(str(arguments[0]).casefold())

        def field(arguments: Any) -> Any:
            found = values_of(str(arguments[0]), candidate)
            return found[0] if len(found) == 1 else found

        def request(_arguments: Any) -> Any:
            return {"apiVersion": call.api_version}

        own: dict[str, Function] = {"parameters": parameter, "field": field, "requestcontext": request}
        return Layered(own, _Fixed(fixed_functions(_where(candidate, call))))

    def applies(self, candidate: Candidate, call: Call) -> bool:
        """Whether its `if` is met."""
        rule = object_of(self.properties.get("policyRule"))
        return holds(rule.get("if"), candidate, self.functions(candidate, call))

    def effect(self, candidate: Candidate, call: Call) -> str:
        """deny, audit, modify…, casefolded."""
        return str(evaluate_value(self.then.get("effect"), self.functions(candidate, call))).casefold()


class _Fixed:
    def __init__(self, functions: Mapping[str, Any]) -> None:
        self._functions = functions

    def get(self, name: str, /) -> Any:
        return self._functions.get(name)


def policies_for(candidate: Candidate, call: Call) -> Iterator[Policy]:
    """Every policy that is assigned at the resource's scopes, unless it is left out or exempt there."""
    store = call.plane.store
    for scope in above(candidate.rid.id)[1:]:
        for assignment in store.all(parent=store.parse(scope, call.tenant), type=ASSIGNMENTS):
            left_out = [str(one) for one in array_of(assignment.properties.get("notScopes"))]
            if any(reaches(one, candidate.rid.id) for one in left_out) or _exempt(assignment, candidate, call):
                continue
            for policy in _policies(assignment, call):
                if _is_in_mode(policy, candidate):
                    yield policy


def _exempt(assignment: Resource, candidate: Candidate, call: Call) -> bool:
    store, wanted = call.plane.store, assignment.id.id.casefold()
    for scope in above(candidate.rid.id):
        for one in store.all(parent=store.parse(scope, call.tenant), type=_EXEMPTIONS):
            if str(one.properties.get("policyAssignmentId", "")).casefold() == wanted:
                return True
    return False


def _policies(assignment: Resource, call: Call) -> Iterator[Policy]:
    given = _values(object_of(assignment.properties.get("parameters")))
    wanted = str(assignment.properties.get("policyDefinitionId", ""))
    if _SETS not in wanted.casefold():
        yield from _one(assignment, wanted, None, given, call)
        return
    found = properties_of(wanted, call)
    for member in array_of(object_of(found).get("policyDefinitions")):
        part = object_of(member)
        inherited = _with_defaults(given, object_of(found))
        passed = Layered({"parameters": lambda a, known=inherited: known.get(str(a[0]).casefold())}, _Fixed({}))
        values = _values(evaluate_value(object_of(part.get("parameters")), passed))
        reference = str(part.get("policyDefinitionReferenceId") or "") or None
        yield from _one(assignment, str(part.get("policyDefinitionId", "")), reference, values, call)


def _one(
    assignment: Resource, definition: str, reference: str | None, given: Mapping[str, Any], call: Call
) -> Iterator[Policy]:
    properties = properties_of(definition, call)
    if properties is not None:
        yield Policy(assignment, definition, reference, properties, _with_defaults(given, properties))


def _values(parameters: Body) -> dict[str, Any]:
    return {name.casefold(): object_of(one).get("value") for name, one in parameters.items()}


def _with_defaults(given: Mapping[str, Any], properties: Body) -> dict[str, Any]:
    declared = object_of(properties.get("parameters"))
    defaults = {name.casefold(): object_of(one).get("defaultValue") for name, one in declared.items()}
    return {**defaults, **given}


def _is_in_mode(policy: Policy, candidate: Candidate) -> bool:
    """`Indexed` is about what has tags and a location, `All` about groups too; other modes are of data planes."""
    mode = str(policy.properties.get("mode", "Indexed")).casefold()
    if mode == "all":
        return True
    return mode == "indexed" and candidate.rid.type != GROUP and "location" in candidate.body


def _where(candidate: Candidate, call: Call) -> Where:
    store, rid = call.plane.store, candidate.rid
    group = store.get(rid.group_key) if rid.group_key is not None and rid.type != GROUP else None
    subscription = call.plane.directory.subscription(rid.subscription, call.tenant) if rid.subscription else None
    return Where(
        subscription=None if subscription is None else subscription.body(),
        tenant_id=call.tenant,
        deployment={},
        group=None if group is None else {"tags": {}, **group.body},
    )


__all__ = ["ASSIGNMENTS", "DEFINITIONS", "Policy", "policies_for"]
