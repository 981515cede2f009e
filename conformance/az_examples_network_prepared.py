"""The examples of `az_examples_network.py` again, where their placeholders are made first: a separate, weaker figure.

Before the examples, the common subscription gets what they speak of and none of them makes (`prepared_network.py`),
made with az itself. It shows what az does with things that are there; that they have to be there is why the main figure
is another one. Nothing else differs. There is no sample: what is made first takes longer than a sample may.
"""

from __future__ import annotations

from conformance import az_examples
from conformance.az_examples_network import chosen
from conformance.figure import Figure
from conformance.prepared_network import FILES, PREPARED

NAME = "examples-network-prepared"


def measure(sample: bool) -> Figure:
    if sample:
        return Figure(0, 0, note="not sampled")
    return az_examples.measure(chosen(sample), PREPARED, FILES)
