from __future__ import annotations

from pathlib import Path

import pytest

from conformance import ratchet, sweeps
from conformance.figure import Failure, Figure
from conformance.ratchet import Mark


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "figures.toml"
    file.write_text("# what this is\n\n[lists]\npassed = 3\nof = 4\n")
    return file


def test_a_figure_that_is_written_in_leaves_the_rest_of_the_file_alone(file: Path):
    ratchet.write("pairs", Figure(7, 9), file=file)
    ratchet.write("pairs", Figure(1, 2), sample=True, file=file)
    assert file.read_text().startswith("# what this is\n\n[lists]\npassed = 3\nof = 4\n")
    assert ratchet.marks(file=file) == {"lists": Mark(3, 4), "pairs": Mark(7, 9)}
    assert ratchet.marks(sample=True, file=file) == {"lists": Mark(None, None), "pairs": Mark(1, 2)}


def test_a_figure_falls_when_less_is_right_and_by_its_share_when_the_material_changed():
    mark = Mark(3, 4)
    assert mark.fell(Figure(2, 4))
    assert not mark.fell(Figure(3, 4))
    assert mark.fell(Figure(5, 8))
    assert not mark.fell(Figure(6, 8))
    assert not Mark().fell(Figure(0, 4))
    assert not mark.fell(Figure(0, 0))
    assert not Mark().rose(Figure(0, 0))
    assert mark.rose(Figure(4, 4))
    assert not mark.rose(Figure(3, 4))


def test_a_figure_that_was_not_measured_is_not_shown_as_nothing_of_nothing():
    assert str(Figure(3, 4)) == "3/4"
    assert str(Figure(0, 0, note="not measured: there is no material")) == "-"


def test_failures_are_counted_by_cause():
    figure = Figure(0, 3, (Failure("a", "x"), Failure("b", "y"), Failure("c", "y")))
    assert figure.causes() == [("y", 2), ("x", 1)]


def test_every_sweep_that_is_named_is_there_and_every_figure_has_its_sweep():
    names = [one.NAME for one in sweeps.find()]
    assert len(set(names)) == len(names)
    assert set(ratchet.marks()) <= set(names)
    with pytest.raises(KeyError):
        sweeps.find(["no-such"])
