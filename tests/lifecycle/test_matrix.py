"""A sample of the matrix: every class of trouble at least once, the strategies in turn. All of it: `make matrix`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lifecycle.matrix.cells import STRATEGIES, Cell, cells, sample
from tests.lifecycle.story import Story

SAMPLE = sample()


@pytest.mark.parametrize("cell", SAMPLE, ids=[f"{cell.trouble.name}-{cell.name}" for cell in SAMPLE])
def test_whatever_goes_wrong_what_is_said_is_true(story: Story, tmp_path: Path, cell: Cell):
    cell.tell(story, tmp_path)
    assert cell.untrue == []


def test_the_sample_has_every_kind_of_trouble_and_every_strategy():
    kinds = {cell.trouble.kind for cell in cells()}
    assert kinds - {cell.trouble.kind for cell in SAMPLE} <= {"none", "hold", "tool", "unreachable"}
    assert {cell.strategy for cell in SAMPLE} == set(STRATEGIES)
    assert {name for cell in cells() for name in cell.trouble.sample} <= {cell.name for cell in cells()}
