"""The fixed sample of every sweep that has one, against what figures.toml says of it."""

from __future__ import annotations

import pytest

from conformance import ratchet, sweeps

SAMPLED = {name: mark for name, mark in ratchet.marks(sample=True).items() if mark.passed is not None}


@pytest.mark.parametrize("name", SAMPLED)
def test_the_sample_has_not_fallen(name: str):
    (sweep,) = sweeps.find([name])
    figure = sweep.measure(sample=True)
    assert figure.of, f"a sample must be measurable everywhere: {figure.note}"
    told = "\n".join(f"{one.what}: {one.cause} {one.detail}" for one in figure.failures)
    assert not SAMPLED[name].fell(figure), f"{figure.passed} of {figure.of}, was {SAMPLED[name]}\n{told}"
