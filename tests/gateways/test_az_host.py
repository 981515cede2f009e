"""The host's messages and the files that it lends to az. The running host is proved in test_az.py."""

from __future__ import annotations

import json
from pathlib import Path

from azlin.gateways import az_host


def test_a_message_is_one_line_whatever_it_holds():
    message = {"stdout": "two\nlines é", "rc": 0}
    assert az_host.line(message).count(b"\n") == 1
    assert json.loads(az_host.line(message)) == message


def test_a_lent_file_can_be_read_under_the_name_that_az_is_given():
    request = {"argv": ["az", "rest", "--body", "@body.json", "@other"], "files": {"body.json": "c4n4ry é"}}
    (lent,) = az_host.lend_files(request)
    path = request["argv"][3].removeprefix("@")  # type: ignore[union-attr]
    assert request["argv"][4] == "@other"
    assert Path(path).read_text(encoding="utf-8") == "c4n4ry é"
    lent.close()


def test_what_runs_inside_az_is_found_beside_the_host():
    assert az_host.inside().kind_of("is required") == "missing-required"
