"""A server on standard streams, well-behaved or not. What the real one says is proved in test_schema.py."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from azlin.errors import TimedOut, ToolMissing
from azlin.gateways import schema_server
from azlin.gateways.schema_server import SchemaServer, edition, find_azmcp

THING = "Contoso.Things/things"
RESOURCE = {"$type": "Resource", "name": f"{THING}@2024-01-01", "bodyType": {"$type": "Object", "name": "b"}}
FOUND = {"results": {"BicepSchemaResult": [RESOURCE]}}

PROGRAM = """\
import json, os, sys
with open({diary!r}, "a") as diary:
    print(os.getpid(), os.getcwd(), os.environ["HTTPS_PROXY"], file=diary)
print("a log line that strayed onto stdout", flush=True)
for line in sys.stdin:
    message = json.loads(line)
    if message["method"] == "initialize":
        print(json.dumps({{"jsonrpc": "2.0", "id": message["id"], "result": {{}}}}), flush=True)
    if message["method"] == "tools/call":
{does}
"""

Program = Callable[[str], SchemaServer]


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    return tmp_path / "diary"


@pytest.fixture
def serving(tmp_path: Path, diary: Path) -> Iterator[Program]:
    """What it does with a `tools/call` (Python statements that have `message`) → the server."""
    made: list[SchemaServer] = []

    def of(does: str) -> SchemaServer:
        program = tmp_path / "azmcp"
        indented = "\n".join(f"        {line}" for line in does.splitlines())
        program.write_text(f"#!{sys.executable}\n" + PROGRAM.format(diary=str(diary), does=indented))
        program.chmod(0o755)
        made.append(SchemaServer(program))
        return made[-1]

    yield of
    for server in made:
        server.close()


def saying(envelope: Any) -> str:
    text = envelope if isinstance(envelope, str) else json.dumps(envelope)
    result = {"content": [{"type": "text", "text": text}]}
    return f"print(json.dumps({{'id': message['id'], 'result': {result!r}}}), flush=True)"


def test_one_process_answers_every_question_and_is_gone_when_closed(serving: Program, diary: Path):
    server = serving(saying(FOUND))
    for _ in range(3):
        found = server.ask(THING)
        assert found is not None
        assert (found.type, found.api_version) == (THING, "2024-01-01")
    server.close()
    ((pid, folder, proxy),) = (line.split() for line in diary.read_text().splitlines())
    assert proxy == "http://127.0.0.1:9"
    assert not Path(folder).exists()
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)


def test_an_answer_to_another_question_is_not_taken_for_ours(serving: Program):
    server = serving("print(json.dumps({'id': -1, 'result': {}}), flush=True)\n" + saying(FOUND))
    assert server.ask(THING) is not None


def test_a_server_that_ended_is_said_and_started_anew_at_the_next_question(serving: Program, diary: Path):
    server = serving(f"if open({str(diary)!r}).read().count(chr(10)) == 1: sys.exit()\n" + saying(FOUND))
    with pytest.raises(ToolMissing, match="azmcp ended"):
        server.ask(THING)
    assert server.ask(THING) is not None


def test_a_type_that_is_not_found_is_none_and_one_with_only_a_version_is_opaque(serving: Program):
    assert serving(saying({"results": {"message": "Resource type x was not found."}})).ask(THING) is None
    only = f"Resource type {THING} with apiVersion 2024-02-02 not supported"
    found = serving(saying({"results": {"message": only}})).ask(THING)
    assert found is not None
    assert (found.type, found.api_version, found.opaque) == (THING, "2024-02-02", True)


@pytest.mark.parametrize(
    ("envelope", "what"),
    [
        ("no json", "form that is not known"),
        ({"results": None}, "form that is not known"),
        ({"results": {"BicepSchemaResult": []}}, "form that is not known"),
        ({"results": {"message": "try again later"}}, "could not say"),
    ],
)
def test_an_answer_that_says_nothing_is_no_answer(serving: Program, envelope: Any, what: str):
    with pytest.raises(ToolMissing, match=what):
        serving(saying(envelope)).ask(THING)


def test_a_silent_server_is_not_waited_for_without_end(serving: Program, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(SchemaServer._call, "__defaults__", (0.05,))
    with pytest.raises(TimedOut, match="did not answer tools/call"):
        serving("pass").ask(THING)


def test_a_program_that_is_not_there_is_said(tmp_path: Path):
    with pytest.raises(ToolMissing, match="cannot run"):
        SchemaServer(tmp_path / "gone").ask(THING)


def test_closing_what_was_never_started_does_nothing(tmp_path: Path):
    SchemaServer(tmp_path / "gone").close()


def test_the_edition_changes_with_the_program(tmp_path: Path):
    program = tmp_path / "azmcp"
    assert edition(program) == "azmcp"
    program.touch()
    before = edition(program)
    os.utime(program, ns=(1, 1))
    assert edition(program) == "azmcp of 1" != before


def test_a_program_on_the_path_is_found_where_there_is_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(schema_server.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_azmcp() is None
    program = tmp_path / "azmcp"
    program.touch(0o755)
    assert find_azmcp() == program
