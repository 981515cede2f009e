"""What can be asked for: one file per family, and what all of them promise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any, Protocol, runtime_checkable

import msgspec

from azlin.agentic.types import Intent, Operation, Plan
from azlin.agentic.world import World
from azlin.settings import Defaults


class IntentFamily(Protocol):
    """A kind of request that azlin can plan.

    `parameters` is the msgspec Struct that `Intent.parameters` converts to; `examples` are requests that work as they
    stand (documentation shows them and a test runs each of them).
    """

    @property
    def name(self) -> str: ...

    @property
    def examples(self) -> tuple[str, ...]: ...

    @property
    def parameters(self) -> type[msgspec.Struct]: ...

    def complete(self, intent: Intent, defaults: Defaults) -> Intent:
        """An Intent that says only what the request said, with the rest filled in: each default that is used becomes
        an assumption, what has no safe default a question with candidates. Asks nobody in Azure.

        Whoever proposes an Intent (the embedded parser, a language model) has it completed here.
        """
        ...

    def plan(self, intent: Intent, world: World) -> Plan:
        """The operations that make `intent` true, each with its full desired body.

        Reads only through `world`. Raises Undecided with a question when the world makes the intent ambiguous (two
        VMs of that name), NotFound when a named thing does not exist, UsageRefused when it can never work. With an
        unknown world a creation can still be planned; anything that needs to look raises WorldUnknown. What was found
        out on the way (what is kept, and why) is in `Plan.assumptions`.
        """
        ...

    def rows(self, intent: Intent, operation: Operation, raw: Any) -> Any:
        """What a read operation returned (`raw`: one resource, or a list of them), as rows for people: a list of flat
        dicts, or for a count `{"count": n}`. The intent's filter is applied here, the same as for acts."""
        ...


@runtime_checkable
class Answering(Protocol):
    """A family that knows the answer itself: its plans do nothing and read nothing."""

    def answer(self, intent: Intent) -> tuple[str, Any]:
        """The answer in a sentence, and as data (`Outcome.data`). Raises NotFound, UsageRefused."""
        ...


Body = dict[str, Any]
"""An ARM resource body as `Operation.desired` holds it."""


class PublicKey(msgspec.Struct, frozen=True):
    """An SSH public key in OpenSSH's one-line form, and where it comes from, in words (`~/.ssh/id_ed25519.pub`)."""

    text: str
    origin: str


Keys = Callable[[str | None], PublicKey]
"""A path to a public key (None: the user's own, or one made for azlin) → the key. Raises NotFound, UsageRefused."""

Sizes = Callable[[str], Mapping[str, Decimal]]
"""A region → the VM sizes azlin has a price for there, with USD a month; {} where it knows none."""


class Register(Mapping[str, IntentFamily]):
    """Families by name, made when the first of them is asked for."""

    def __init__(self, make: Callable[[], Mapping[str, IntentFamily]]) -> None:
        self._make = make

    @cached_property
    def _made(self) -> Mapping[str, IntentFamily]:
        return self._make()

    def __getitem__(self, name: str) -> IntentFamily:
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)


def every(keys: Keys, sizes: Sizes) -> dict[str, IntentFamily]:
    """All families by name."""
    from azlin.agentic.families.networks import Networks
    from azlin.agentic.families.providers import Providers
    from azlin.agentic.families.resource_groups import ResourceGroups
    from azlin.agentic.families.resources import Resources
    from azlin.agentic.families.several import Several
    from azlin.agentic.families.storage import Storage
    from azlin.agentic.families.virtual_machines import VirtualMachines

    families: dict[str, IntentFamily] = {}
    for family in (VirtualMachines(keys, sizes), Storage(), ResourceGroups(), Networks(), Resources(), Providers()):
        families[family.name] = family
    several = Several(families)
    return {**families, several.name: several}
