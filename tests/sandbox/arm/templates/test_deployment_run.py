"""One deployment on its way, turn by turn."""

from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Call
from azlin.sandbox.arm.faults import Fault
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.templates.deployment_run import Run
from azlin.sandbox.arm.templates.template import open_template
from azlin.sandbox.arm.templates.template_scope import Where
from tests.sandbox.conftest import Azure

KIND = "Microsoft.Sandbox/things"


def thing(name: str, *after: str, **more: Any) -> dict[str, Any]:
    return {"type": KIND, "apiVersion": "2024-01-01", "name": name, "location": "l", "dependsOn": list(after), **more}


def run_of(azure: Azure, *resources: dict[str, Any], outputs: dict[str, Any] | None = None) -> Run:
    path = azure.group()
    where = Where(azure.plane.directory.default_subscription.body(), azure.tenant.id, {"name": "d"}, azure.get(path))
    raw = {"$schema": "s", "contentVersion": "1.0.0.0", "resources": list(resources), "outputs": outputs or {}}
    call = Call(azure.plane, "PUT", "2024-01-01", azure.tenant.id, azure.tenant.principal_oid)
    return Run(open_template(raw, {}, where), call, lambda *_: None)


def states(run: Run) -> dict[str, str]:
    return {unit.deployable.name: unit.state for unit in run.units}


def test_a_failed_resource_stops_what_waits_for_it_and_nothing_else(azure: Azure):
    azure.plane.faults.add(Fault(id="", name="a", code="QuotaExceeded", status=409))
    run = run_of(azure, thing("a"), thing("b", "a"), thing("c", "b"), thing("free"))
    assert run.advance() is None
    assert states(run) == {"a": "failed", "b": "skipped", "c": "skipped", "free": "done"}
    assert [one["code"] for one in run.error()["details"]] == ["QuotaExceeded"]
    shown = {one["properties"]["targetResource"]["resourceName"] for one in run.operations("/d")}
    assert shown == {"a", "free"}


def test_a_slow_resource_is_waited_for_until_its_time(azure: Azure):
    azure.plane.faults.add(Fault(id="", name="a", latency_s=30))
    run = run_of(azure, thing("a"), thing("b", "a"))
    left = run.advance()
    assert left == pytest.approx(30)
    assert states(run)["b"] == "todo"
    azure.clock.advance(31)
    azure.plane.operations.settle(azure.plane)
    assert run.advance() is None
    assert states(run) == {"a": "done", "b": "done"}


def test_what_was_there_is_told_apart_from_what_was_made(azure: Azure):
    azure.put(f"{azure.group()}/providers/{KIND}/a", {"location": "l"})
    run = run_of(azure, thing("a"), thing("b"))
    run.advance()
    told = {one["properties"]["targetResource"]["resourceName"]: one["properties"] for one in run.operations("/d")}
    assert (told["a"]["statusCode"], told["b"]["statusCode"]) == ("OK", "Created")
    assert len(run.output_resources()) == 2


def test_an_output_that_cannot_be_read_is_refused_as_a_whole(azure: Azure):
    run = run_of(azure, outputs={"x": {"type": "string", "value": "[reference('/subscriptions/s/none').x]"}})
    assert run.advance() is None
    with pytest.raises(ArmRefusal) as refused:
        run.outputs()
    assert refused.value.code == "DeploymentOutputEvaluationFailed"


def test_an_empty_template_is_done_at_once(azure: Azure):
    run = run_of(azure)
    assert run.advance() is None
    assert (run.outputs(), run.failed, run.operations("/d")) == ({}, [], [])


def test_outputs_that_cannot_be_are_told_by_name(azure: Azure):
    run = run_of(
        azure,
        thing("a"),
        outputs={
            "fine": {"type": "int", "value": "[add(1, 2)]"},
            "hole": {"type": "int", "value": "[first(createArray())]"},
            "none": {"type": "string", "value": "[reference('a').nothing]"},
            "maybe": {"type": "string", "nullable": True, "value": "[null()]"},
        },
    )
    assert run.advance() is None
    with pytest.raises(ArmRefusal) as refused:
        run.outputs()
    error = refused.value.error()
    assert error["code"] == "DeploymentOutputEvaluationFailed"
    assert "Unable to evaluate template outputs: 'hole,none'." in error["message"]
    assert [one["target"] for one in error["details"]] == ["hole", "none"]
    assert "Expected 'Integer'. Actual 'Null'" in error["details"][0]["message"]
