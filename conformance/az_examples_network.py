"""The examples of `az network`, run verbatim (how: `az_examples.py`)."""

from __future__ import annotations

from conformance import az_examples
from conformance.az_commands import Example
from conformance.figure import Figure

NAME = "examples-network"
SAMPLE = frozenset(("network vnet", "network nsg"))


def chosen(sample: bool) -> list[Example]:
    found = az_examples.examples(("network",))
    return [one for one in found if " ".join(one.command.split()[:2]) in SAMPLE] if sample else found


def measure(sample: bool) -> Figure:
    return az_examples.measure(chosen(sample))
