"""The examples of `az_examples_compute.py` again, where their placeholders are made first: a separate, weaker figure.

Before the examples, the common subscription gets what they speak of and none of them makes (`prepared_compute.py`),
made with az itself. It shows what az does with things that are there; that they have to be there is why the main figure
is another one. Nothing else differs.
"""

from __future__ import annotations

from conformance import az_examples
from conformance.az_examples_compute import FIRST_WORDS
from conformance.figure import Figure
from conformance.prepared_compute import FILES, PREPARED

NAME = "examples-prepared"


def measure(sample: bool) -> Figure:
    chosen = az_examples.examples(("ppg",) if sample else FIRST_WORDS)
    return az_examples.measure(chosen, PREPARED, FILES)
