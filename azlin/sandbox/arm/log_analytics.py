"""What Log Analytics tells of a subscription as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from azlin.sandbox.arm.behaviour import Answer, Call, Registry


def _link_targets(_call: Call, _groups: Mapping[str, str], _body: Any) -> Answer:
    """Workspaces from before there were subscriptions, which nobody has here. A bare array, as the service answers
    ("Workspaces - List Link Targets")."""
    return Answer(200, [])


def register(registry: Registry) -> None:
    targets = r"/subscriptions/[^/]+/providers/Microsoft\.OperationalInsights/linkTargets"
    registry.route("GET", "Microsoft.OperationalInsights", targets, _link_targets)
