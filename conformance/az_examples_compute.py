"""The examples of az's virtual machines and of what belongs to them, run verbatim (how: `az_examples.py`)."""

from __future__ import annotations

from conformance import az_examples
from conformance.figure import Figure

NAME = "examples-compute"
FIRST_WORDS = (
    "vm",
    "vmss",
    "disk",
    "disk-access",
    "disk-encryption-set",
    "image",
    "identity",
    "group",
    "snapshot",
    "sig",
    "ppg",
    "restore-point",
)


def measure(sample: bool) -> Figure:
    chosen = az_examples.examples(("identity", "ppg") if sample else FIRST_WORDS)
    return az_examples.measure(chosen)
