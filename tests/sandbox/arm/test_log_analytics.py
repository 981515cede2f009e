"""What Log Analytics tells of a subscription."""

from __future__ import annotations

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from tests.sandbox.conftest import Azure


@pytest.fixture
def registry() -> Registry:
    return load()


def test_link_targets_are_a_bare_array(azure: Azure):
    answer = azure.ask("GET", f"{azure.subscription}/providers/Microsoft.OperationalInsights/linkTargets")
    assert (answer.status, answer.body) == (200, [])
