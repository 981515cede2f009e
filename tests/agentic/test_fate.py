from __future__ import annotations

import time
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

import pytest

from azlin.agentic.fate import Inquest
from azlin.agentic.types import Operation, ResourceRef
from azlin.errors import AzureRefused, OutcomeUnknown, TimedOut
from azlin.gateways.journal import Entry

VM = ResourceRef(type="Microsoft.Compute/virtualMachines", name="sam", group="g", subscription="s")
STARTED = datetime(2026, 11, 21, tzinfo=UTC)


class Azure:
    """What it answers to each question, one after the other; the last answer stays."""

    def __init__(
        self, *there: dict[str, Any] | None, log: tuple[str | None, ...] = (None,), follow: Any = None
    ) -> None:
        self.there = list(there) or [None]
        self.log = list(log)
        self.follow_says = follow
        self.followed: list[str] = []
        self.asked_since: list[datetime] = []

    def get(self, resource_id: str, *, expand: str | None = None) -> dict[str, Any] | None:
        return self.there.pop(0) if len(self.there) > 1 else self.there[0]

    def follow(self, async_url: str, resource_id: str | None = None, **_: Any) -> Any:
        self.followed.append(async_url)
        if isinstance(self.follow_says, Exception):
            raise self.follow_says
        return self.follow_says

    def acted(self, resource_id: str, since: datetime, marks: Collection[str]) -> str | None:
        self.asked_since.append(since)
        assert list(marks) == ["mark-1"]
        return self.log.pop(0) if len(self.log) > 1 else self.log[0]


def fate(
    azure: Azure, operation: Operation, *, async_url: str | None = None, settle_s: float = 0.0, left: bool = True
) -> str:
    inquest = Inquest(
        azure,
        lambda wanted, there: there is None if wanted.verb == "delete" else there is not None and "tags" in there,
        marks=lambda operation, entry: ["mark-1"],
        left=lambda operation: left,
        deadline_s=0.2,
        settled_at=time.monotonic() + settle_s,
        wait=lambda seconds: bool(time.sleep(0.01)),
    )
    state = "submitted" if async_url else "started"
    entry = Entry(objective="o", operation="one", state=state, async_url=async_url, started_at=STARTED, attempts=1)
    return inquest.fate(operation, entry)


def operation(verb: Any, effect: Any = "changes", **desired: Any) -> Operation:
    return Operation(id="one", verb=verb, effect=effect, target=VM, desired=desired)


def power(state: str) -> dict[str, Any]:
    return {"properties": {"instanceView": {"statuses": [{"code": f"PowerState/{state}"}]}}}


RESTART = operation("act", action="restart")
NEW_KEY = operation("act", action="regenerateKey")
START = operation("act", action="start")


def test_a_resource_that_is_as_wanted_was_made():
    assert fate(Azure({"tags": {}}), operation("ensure", "creates")) == "done"


def test_a_resource_in_progress_is_waited_for():
    assert fate(Azure({"properties": {"provisioningState": "Creating"}}, {"tags": {}}), operation("ensure")) == "done"


def test_what_is_absent_may_still_be_on_its_way_and_counts_as_absent_only_later():
    late = Azure(None, None, {"tags": {}})
    assert fate(late, operation("ensure"), settle_s=1.0) == "done"
    assert fate(Azure(None, None, {"tags": {}}), operation("ensure"), settle_s=0.0) == "not-done"


def test_what_is_for_ever_in_progress_is_left_to_azure():
    with pytest.raises(TimedOut):
        fate(Azure({"properties": {"provisioningState": "Creating"}}), operation("ensure"))


def test_what_keeps_an_act_or_a_command_waiting_for_ever_is_left_to_azure_too():
    busy = {"properties": {"provisioningState": "Updating"}}
    with pytest.raises(TimedOut):
        fate(Azure(busy), START)
    with pytest.raises(TimedOut):
        fate(Azure(busy), operation("command", "creates", argv=["az", "thing", "create"]))


def test_a_deletion_is_done_when_it_is_gone():
    assert fate(Azure(None), operation("delete", "destroys")) == "done"
    assert fate(Azure({"tags": {}}), operation("delete", "destroys")) == "not-done"


@pytest.mark.parametrize("state", ["running", "deallocated"])
def test_a_start_shows_in_the_power_state_and_may_be_done_again(state: str):
    assert fate(Azure(power(state)), START) == ("done" if state == "running" else "not-done")


@pytest.mark.parametrize("act", [RESTART, NEW_KEY], ids=["restart", "regenerateKey"])
def test_what_does_something_each_time_is_found_in_the_activity_log_or_is_unknown_but_never_to_be_done_again(
    act: Operation,
):
    assert fate(Azure(power("running"), log=("Accepted",)), act) == "done"
    azure = Azure(power("running"))
    with pytest.raises(OutcomeUnknown, match="is unknown"):
        fate(azure, act)
    assert azure.asked_since[0] == STARTED


def test_an_act_that_had_not_come_as_far_as_leaving_was_not_done():
    azure = Azure(power("running"))
    assert fate(azure, RESTART, left=False) == "not-done"
    assert azure.asked_since == []
    command = operation("command", "changes", argv=["az", "thing", "poke"])
    assert fate(azure, command, left=False) == "not-done"


def test_the_log_is_asked_until_what_is_on_its_way_would_have_arrived():
    assert fate(Azure(log=(None, None, "Succeeded")), RESTART, settle_s=1.0) == "done"


def test_an_action_that_the_log_says_failed_has_failed():
    with pytest.raises(AzureRefused, match="Failed"):
        fate(Azure(log=("Failed",)), RESTART)


def test_an_action_that_azure_took_is_followed_to_its_end():
    azure = Azure()
    assert fate(azure, RESTART, async_url="https://arm/op/1") == "done"
    assert azure.followed == ["https://arm/op/1"]
    with pytest.raises(AzureRefused, match="Conflict"):
        fate(Azure(follow=AzureRefused("Conflict", "no", status=409)), RESTART, async_url="https://arm/op/1")


def test_an_action_that_azure_no_longer_knows_is_looked_up_in_the_log():
    forgotten = Azure(follow=AzureRefused("NotFound", "no", status=404), log=("Succeeded",))
    assert fate(forgotten, RESTART, async_url="https://arm/op/1") == "done"


def test_an_action_that_only_reads_may_be_asked_again():
    assert fate(Azure(), operation("act", "reads", action="listKeys")) == "not-done"


def test_an_az_command_is_known_only_by_the_coming_or_going_of_its_target():
    command = {"argv": ["az", "thing", "create"]}
    assert fate(Azure({"tags": {}}), operation("command", "creates", **command)) == "done"
    assert fate(Azure(None), operation("command", "destroys", **command)) == "done"
    assert fate(Azure(None), operation("command", "creates", **command)) == "not-done"
    with pytest.raises(OutcomeUnknown):
        fate(Azure({"tags": {}}), operation("command", "changes", **command))
