"""What was asked for and allowed at first holds for whoever takes the work up, in the background or later."""

from __future__ import annotations

import os
import time
from decimal import Decimal
from pathlib import Path

from azlin.gateways.journal import Journal
from azlin.settings import Budget, Settings
from tests.lifecycle.story import Story
from tests.lifecycle.test_secrets import CANARY, leaks

REQUEST = f"create a windows server 2022 vm called bg with password {CANARY} in group bg"


def test_a_yes_that_passed_the_budget_passes_it_when_it_is_resumed(story: Story):
    story.settings = Settings(budget=Budget(monthly_limit=Decimal(20)))
    story.fault(type="Microsoft.Compute/virtualMachines", method="PUT", code="SkuNotAvailable", status=409, times=1)
    first = story.doit("create a vm called dear", yes=True, allow=("over-budget",), strategy="arm")
    assert first.outcome is not None
    assert first.outcome.verdict == "partly"
    ended = story.resume(first, no_input=True, strategy="arm")
    assert ended.outcome is not None
    assert ended.outcome.verdict == "achieved", ended.outcome.summary


def test_a_process_in_the_background_knows_the_secret_and_shows_it_to_nobody(story: Story):
    story.fault(path="*/networkInterfaces/*", method="PUT", hold_s=0.5)
    begun = story.doit(REQUEST, yes=True, strategy="arm", no_wait=True)
    assert begun.outcome is not None
    assert (begun.outcome.verdict, begun.outcome.exit_code) == ("running", 8), begun.outcome.summary
    with Journal.read(story.paths) as journal:
        holder = journal.holder(begun.id)
        assert holder is not None
        assert holder.pid != os.getpid()
        shown = Path(f"/proc/{holder.pid}")
        assert CANARY.encode() not in (shown / "cmdline").read_bytes() + (shown / "environ").read_bytes()
        until = time.monotonic() + 60
        while (now := journal.holder(begun.id)) is not None and now.alive:
            assert time.monotonic() < until
            time.sleep(0.05)
        ended = journal.load(begun.id)
    assert ended.outcome is not None
    assert ended.outcome.verdict == "achieved", ended.outcome.summary
    assert leaks(story) == []
    assert "handed-over" in story.audit(begun)
