"""The examples of `az network`, run verbatim (how: `az_examples.py`)."""

from __future__ import annotations

from conformance import az_examples
from conformance.figure import Figure

NAME = "examples-network"
SAMPLE = frozenset(("network vnet", "network nsg"))


def measure(sample: bool) -> Figure:
    chosen = az_examples.examples(("network",))
    if sample:
        chosen = [one for one in chosen if " ".join(one.command.split()[:2]) in SAMPLE]
    return az_examples.measure(chosen)
