"""The story as lines: every one is JSON, the last is the Objective."""

import io
import json

from azlin.views.jsonl import JsonLinesView


def test_every_event_is_a_line_and_the_last_line_is_the_objective(made):
    events, objective = made
    out = io.StringIO()
    view = JsonLinesView(out)
    for event in events:
        view.show(event)
        assert out.getvalue().endswith("\n")
    view.finish(objective)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["kind"] for line in lines] == [event.kind for event in events] + ["objective"]
    assert lines[-1]["outcome"]["verdict"] == "achieved"
    assert lines[2]["about"]["plan"]["operations"][0]["id"] == "vnet"


def test_into_a_file_the_lines_go_together(made, tmp_path):
    events, objective = made
    out, target = io.StringIO(), tmp_path / "run.jsonl"
    view = JsonLinesView(out, to_path=target)
    for event in events:
        view.show(event)
    assert not target.exists()
    view.finish(objective)
    assert len(target.read_text().splitlines()) == len(events) + 1
    assert out.getvalue() == ""
