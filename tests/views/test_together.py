"""Several views of one run: one whose reader went away does not silence the others."""

import io

import pytest

from azlin.errors import StateUnwritable
from azlin.views.jsonl import JsonLinesView
from azlin.views.together import Together


class Gone(io.StringIO):
    def write(self, text: str) -> int:
        raise BrokenPipeError


def test_a_reader_that_went_away_does_not_stop_the_run_or_the_others(made):
    events, objective = made
    heard = io.StringIO()
    views = Together([JsonLinesView(Gone()), JsonLinesView(heard)])
    for event in events:
        views.show(event)
    views.finish(objective)
    assert len(heard.getvalue().splitlines()) == len(events) + 1


def test_every_view_hears_the_end_before_a_failure_is_raised(made, tmp_path):
    _, objective = made
    heard = io.StringIO()
    (tmp_path / "file").mkdir()
    views = Together([JsonLinesView(io.StringIO(), to_path=tmp_path / "file"), JsonLinesView(heard)])
    with pytest.raises(StateUnwritable):
        views.finish(objective)
    assert heard.getvalue().count("\n") == 1
