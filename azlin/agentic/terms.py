"""How the user wants it done: what the flags of one command say, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from azlin.agentic.types import Value

Allowed = Literal["destroys", "over-budget", "unpriced"]
OnFailure = Literal["undo", "keep", "ask"]


class Terms(Value, frozen=True):
    """The terms of one run. `timeout_s` bounds one operation, `deadline_s` the run: after it nothing new starts.

    `no_wait`: once there is a yes, a process of its own carries it out. `chaos`: the seed of trouble that the sandbox
    makes on purpose while it runs.
    """

    dry_run: bool = False
    exit_code: bool = False
    yes: bool = False
    allow: tuple[Allowed, ...] = ()
    read_only: bool = False
    strategy: str | None = None
    group: str | None = None
    location: str | None = None
    subscription: str | None = None
    max_operations: int | None = None
    skip_cost_check: bool = False
    sandbox: bool = False
    no_input: bool = False
    on_failure: OnFailure = "keep"
    save_path: Path | None = None
    plan_path: Path | None = None
    timeout_s: float = 600.0
    deadline_s: float | None = None
    no_wait: bool = False
    changes: dict[str, str] = {}  # noqa: RUF012 - msgspec copies it
    chaos: int | None = None

    def kept(self) -> dict[str, Any]:
        """What holds for every run of the objective, as plain JSON; what was left at its default is left out.

        A yes is not in it, nor what it allows: those are in the Approval, bound to one plan at one price.
        """
        return {name: getattr(self, name) for name in KEPT if getattr(self, name) != getattr(Terms(), name)}


KEPT = (
    "strategy",
    "group",
    "location",
    "subscription",
    "max_operations",
    "read_only",
    "skip_cost_check",
    "on_failure",
    "timeout_s",
    "deadline_s",
)


def agreed(said: Mapping[str, Any]) -> Terms:
    """The Terms of what was said; None is what was not said. Names that terms do not have, which a newer azlin may have
    remembered, are left out."""
    return Terms(
        **{name: value for name, value in said.items() if value is not None and name in Terms.__struct_fields__}
    )
