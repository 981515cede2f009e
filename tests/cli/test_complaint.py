"""The words of an error."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.cli.complaint import as_document, as_text, keep_traceback, usage
from azlin.errors import NotFound

GONE = NotFound("gone", why="because", fix="look again")
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


def test_what_is_empty_is_left_out_and_the_link_never_is():
    assert as_text(GONE) == f"azlin: gone\n  why  because\n  fix  look again\n  see  {GONE.link}"
    bare = NotFound("gone", fix="look again")
    assert "why" not in as_text(bare)
    assert as_text(bare).endswith(f"  see  {bare.link}")


@pytest.mark.parametrize(
    ("arguments", "is_json"),
    [
        (["-o", "json"], True),
        (["-o=json"], True),
        (["--output", "jsonl"], True),
        (["doit", "x", "-ojson"], True),
        (["-o", "json", "-o", "table"], False),
        (["-o", "table", "--output=json"], True),
        (["--", "-o", "json"], False),
        (["-o"], False),
        (["--option", "json"], False),
        (["json"], False),
        ([], False),
    ],
)
def test_the_output_is_read_from_bare_arguments_and_the_last_one_counts(arguments: list[str], is_json: bool):
    assert (as_document(GONE, arguments) is not None) is is_json


@given(WORDS, WORDS, WORDS)
def test_any_words_are_one_line_of_json(what: str, why: str, fix: str):
    document = as_document(NotFound(what, why=why, fix=fix), ["-o", "json"])
    assert document is not None
    assert "\n" not in document
    error = json.loads(document)["error"]
    assert (error["what"], error["why"], error["fix"]) == (what, why, fix)
    assert (error["ref"], error["exit_code"], error["link"]) == (GONE.ref, GONE.exit_code, GONE.link)


def test_a_usage_error_names_the_help_of_the_command_that_was_typed():
    command = click.Command("show")
    context = click.Context(command, info_name="show", parent=click.Context(click.Group("azlin"), info_name="azlin"))
    assert usage(click.UsageError("no", ctx=context)) == "azlin show --help"
    assert usage(click.ClickException("no")) == "azlin --help"


def test_a_kept_traceback_holds_no_secret_and_survives_odd_characters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AZLIN_HOME", str(tmp_path / "home"))
    try:
        raise RuntimeError("client_secret=hunter2hunter2 \udcff")
    except RuntimeError as raised:
        told = keep_traceback(raised)
    crash = tmp_path / "home" / "crash.log"
    assert str(crash) in (told.why or "")
    text = crash.read_text()
    assert "RuntimeError" in text
    assert "hunter2hunter2" not in text
    assert "\\udcff" in text
