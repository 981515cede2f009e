"""Who wrote what, when, and what came of it."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from azlin.sandbox.arm.activity_log import ActivityLog
from azlin.sandbox.arm.behaviour import Registry, load
from tests.sandbox.conftest import Azure

LOG = "/providers/Microsoft.Insights/eventtypes/management/values"


@pytest.fixture
def registry() -> Registry:
    return load()


def told(azure: Azure, text: str = "") -> list[tuple[str, str]]:
    query = f"?$filter={quote(text)}" if text else ""
    found = azure.values(f"{azure.subscription}{LOG}{query}")
    return [(one["operationName"]["value"], one["status"]["value"]) for one in found]


def test_what_was_written_refused_and_removed_is_told_newest_first(azure: Azure):
    network = f"{azure.group()}/providers/Microsoft.Network/virtualNetworks/v"
    azure.clock.advance(60)
    assert azure.ask("PUT", network, {"location": "atlantis"}).status == 400
    azure.put(network, {"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}})
    azure.ask("DELETE", network)
    kind = "Microsoft.Network/virtualNetworks"
    mine = [(f"{kind}/delete", "Succeeded"), (f"{kind}/write", "Succeeded"), (f"{kind}/write", "Failed")]
    group = ("Microsoft.Resources/resourceGroups/write", "Succeeded")
    assert told(azure) == [*mine, group]
    assert told(azure, "resourceProvider eq 'Microsoft.Network'") == mine
    assert told(azure, f"resourceId eq '{network.upper()}' and status eq 'Failed'") == mine[2:]
    assert told(azure, "eventTimestamp ge 2001-09-09T01:46:41Z and eventTimestamp le 2001-09-10T00:00:00Z") == mine
    assert told(azure, "eventTimestamp ge 2001-09-10") == []
    failed = azure.values(f"{azure.subscription}{LOG}")[2]
    assert failed["caller"]
    assert failed["properties"]["statusMessage"].startswith("LocationNotAvailable")
    asked = f"{azure.subscription}{LOG}?$filter={quote('color eq 5')}"
    assert azure.code("GET", asked) == (400, "BadRequest")


def test_a_read_is_no_entry_and_each_subscription_has_its_own(azure: Azure):
    azure.get(azure.group())
    assert len(told(azure)) == 1
    assert azure.ask("GET", f"/subscriptions/{azure.tenant.id}{LOG}").status == 404


def test_the_log_outlives_the_sandbox_and_goes_with_what_it_tells_of(azure: Azure):
    azure.group()
    azure.plane.activity.write_down()
    again = ActivityLog(azure.plane.store, azure.clock)
    assert [one.verb for one in again.of(azure.subscription.rpartition("/")[2], lambda _: True)] == ["write"]
    azure.plane.store.clear()
    assert told(azure) == []
    assert not ActivityLog(azure.plane.store, azure.clock).of(azure.subscription.rpartition("/")[2], lambda _: True)


def test_only_the_last_are_kept(azure: Azure, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("azlin.sandbox.arm.activity_log._KEPT", 3)
    azure.plane.activity = ActivityLog(azure.plane.store, azure.clock)
    monkeypatch.setattr("azlin.sandbox.arm.activity_log._WRITTEN_AT_ONCE", 1)
    for at in range(5):
        azure.group(f"g{at}")
    assert len(told(azure)) == 3
    assert len(azure.plane.store.recall_all("about/activity/")) == 3
    again = ActivityLog(azure.plane.store, azure.clock)
    names = [one.group for one in again.of(azure.subscription.rpartition("/")[2], lambda _: True)]
    assert names == ["g4", "g3", "g2"]
