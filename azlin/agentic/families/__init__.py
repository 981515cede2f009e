"""What can be asked for: one file per family, and what all of them promise."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from azlin.agentic.types import Intent, Plan
from azlin.agentic.world import World


class IntentFamily(Protocol):
    """A kind of request that azlin can plan.

    `parameters` is the msgspec Struct that `Intent.parameters` converts to; `examples` are requests that work as they
    stand (documentation shows them and a test runs each of them).
    """

    name: str
    examples: tuple[str, ...]
    parameters: type[msgspec.Struct]

    def plan(self, intent: Intent, world: World) -> Plan:
        """The operations that make `intent` true, each with its full desired body.

        Reads only through `world`. Raises Undecided with a question when the world makes the intent ambiguous (two
        VMs of that name), NotFound when a named thing does not exist, UsageRefused when it can never work. With an
        unknown world a creation can still be planned; anything that needs to look raises WorldUnknown.
        """
        ...


Body = dict[str, Any]
"""An ARM resource body as `Operation.desired` holds it."""
