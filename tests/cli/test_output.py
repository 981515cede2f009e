"""-o, --query, --to: refused before anything is done when they could only fail afterwards."""

import json

import pytest


@pytest.mark.parametrize(
    "flags",
    [
        ["--query", "[]"],
        ["-o", "jsonl", "--query", "[]"],
        ["-o", "json", "--query", "[["],
        ["--to", "file.json"],
        ["-o", "json", "--to", "no/such/directory/file.json"],
        ["-o", "xml"],
    ],
)
def test_what_can_only_fail_is_refused_with_exit_2(azlin, flags):
    done = azlin("config", "show", *flags)
    assert done.returncode == 2
    assert "fix" in done.stderr


def test_a_device_is_no_file(azlin):
    assert azlin("config", "show", "-o", "json", "--to", "/dev/null").returncode == 2


@pytest.mark.parametrize("form", ["json", "jsonl", "yaml", "table", "tsv"])
def test_every_form_goes_to_stdout_or_into_a_file(azlin, tmp_path, form):
    shown = azlin("config", "show", "-o", form)
    target = tmp_path / "out"
    done = azlin("config", "show", "-o", form, "--to", str(target))
    assert "budget.monthly_limit" in shown.stdout
    assert done.stdout == ""
    assert target.read_text() == shown.stdout


def test_a_query_cuts_what_is_shown(azlin):
    done = azlin("config", "show", "-o", "json", "--query", "[?from=='default'] | [0].setting")
    assert json.loads(done.stdout) == "defaults.location"


def test_a_log_level_that_does_not_exist_is_refused(azlin):
    done = azlin("config", "show", AZLIN_LOG_LEVEL="LOUD")
    assert done.returncode == 2
    assert "DEBUG" in done.stderr
