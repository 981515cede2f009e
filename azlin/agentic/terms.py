"""How the user wants it done: what the flags of one command say, as one value."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from azlin.agentic.types import Value

Allowed = Literal["destroys", "over-budget", "unpriced"]
OnFailure = Literal["undo", "keep", "ask"]


class Terms(Value, frozen=True):
    """The terms of one run. `timeout_s` bounds one operation, `deadline_s` the run: after it nothing new starts.

    `no_wait`: once there is a yes, a process of its own carries it out.
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
