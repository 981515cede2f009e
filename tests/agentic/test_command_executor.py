from __future__ import annotations

import stat
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from azlin.agentic import command_executor
from azlin.agentic.command_executor import Command, CommandExecutor
from azlin.errors import AnswerLost, AzureRefused, TimedOut, UsageRefused
from azlin.gateways.az import Acceptance, AzResult
from azlin.gateways.az_refusal import Http

SECRET = "hunter2-Very-Secret-77"


class Scripted:
    """An az that answers as it is told, and remembers what it was asked."""

    def __init__(self, result: AzResult | Exception | None = None, accepts: bool = True) -> None:
        self.result = result or AzResult(("az",), 0, '{"name": "x"}', "", 0.25)
        self.accepts = accepts
        self.ran: list[tuple[list[str], float, dict[str, str]]] = []

    def missing(self) -> str | None:
        return None

    def accept(self, argv: Sequence[str]) -> Acceptance:
        return Acceptance(True) if self.accepts else Acceptance(False, "unknown-argument", "--sausage")

    def run(
        self,
        argv: Sequence[str],
        timeout_s: float = 1.0,
        *,
        files: Mapping[str, str] | None = None,
        repeatable: bool = False,
        mark: str = "",
    ) -> AzResult:
        self.ran.append((list(argv), timeout_s, dict(files or {})))
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


def executor(az: Scripted, home: Path, **named: Any) -> CommandExecutor:
    return CommandExecutor(az, home / "commands.jsonl", **named)


def test_a_command_may_take_600_seconds_unless_told_otherwise(tmp_path: Path):
    az = Scripted()
    run = executor(az, tmp_path)
    assert run.execute(Command(("az", "vm", "list"))).data == {"name": "x"}
    run.execute(Command(("az", "vm", "list")), 5.0)
    assert [timeout_s for _, timeout_s, _ in az.ran] == [600.0, 5.0]


def test_a_body_is_lent_as_a_file_and_is_in_no_argument(tmp_path: Path):
    az = Scripted()
    executor(az, tmp_path).execute(Command(("az", "rest", "--method", "put"), {"password": SECRET}))
    [(argv, _, files)] = az.ran
    assert argv[-2:] == ["--body", "@body.json"]
    assert SECRET not in " ".join(argv)
    assert files == {"body.json": f'{{"password": "{SECRET}"}}'}


def test_a_secret_is_filled_in_for_az_alone(tmp_path: Path):
    failed = AzResult(("az",), 1, "", f"ERROR: (BadTag) {SECRET} is too long", 0.1, Http(400, body=f'"{SECRET}"'))
    az = Scripted(failed)
    run = executor(az, tmp_path)
    command = Command(("az", "rest", "-x", "{secret:one}"), {"tags": {"a": "{secret:one}"}})
    with pytest.raises(AzureRefused) as refused:
        run.execute(command, secrets={"one": SECRET})
    [(argv, _, files)] = az.ran
    assert argv[3] == SECRET
    assert files == {"body.json": f'{{"tags": {{"a": "{SECRET}"}}}}'}
    assert refused.value.message == "{secret:one} is too long"
    assert SECRET not in (tmp_path / "commands.jsonl").read_text()
    assert SECRET not in refused.value.body


def test_a_secret_is_not_in_what_az_says_of_its_arguments(tmp_path: Path):
    run = executor(Scripted(UsageRefused(f"'{SECRET}' is not a value of -x", why=SECRET)), tmp_path)
    with pytest.raises(UsageRefused) as refused:
        run.execute(Command(("az", "vm", "list", "-x", "{secret:one}")), secrets={"one": SECRET})
    assert SECRET not in f"{refused.value} {refused.value.what} {refused.value.why}"
    assert SECRET not in (tmp_path / "commands.jsonl").read_text()


def test_a_dry_run_asks_the_parser_and_runs_nothing(tmp_path: Path):
    az = Scripted()
    dry = executor(az, tmp_path, dry_run=True)
    assert dry.execute(Command(("az", "vm", "delete"))).data is None
    assert dry.preview(Command(("az", "vm", "create", "-n", "a b"))) == "az vm create -n 'a b'"
    assert az.ran == []
    assert dry.history() == []


def test_a_dry_run_of_what_az_does_not_accept_says_so(tmp_path: Path):
    dry = executor(Scripted(accepts=False), tmp_path, dry_run=True)
    with pytest.raises(UsageRefused) as refused:
        dry.execute(Command(("az", "vm", "list", "--sausage")))
    assert "--sausage" in refused.value.why


def test_a_command_can_be_pasted_and_shows_no_secret():
    command = Command(("az", "vm", "user", "update", "--password", SECRET, "-n", "it's"), {"adminPassword": SECRET})
    assert SECRET not in str(command)
    assert str(command).startswith("az vm user update --password ")
    assert """'it'"'"'s'""" in str(command)


def test_the_history_says_what_ran_and_holds_no_secret(tmp_path: Path):
    az = Scripted()
    run = executor(az, tmp_path)
    run.execute(Command(("az", "vm", "list")))
    run.execute(Command(("az", "rest", "--method", "put"), {"adminPassword": SECRET}))
    az.result = TimedOut("too late")
    with pytest.raises(TimedOut):
        run.execute(Command(("az", "vm", "start")))
    first, second, third = run.history()
    assert (first.command, first.rc, first.duration_s) == ("az vm list", 0, 0.25)
    assert second.command.startswith("az rest --method put --body")
    assert (third.rc, third.error) == (None, "too late")
    path = tmp_path / "commands.jsonl"
    assert SECRET not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_history_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(command_executor, "HISTORY_MAX", 10)
    monkeypatch.setattr(command_executor, "HISTORY_BYTES_MAX", 2_000)
    run = executor(Scripted(), tmp_path)
    for number in range(100):
        run.execute(Command(("az", "vm", "show", "-n", str(number))))
    kept = run.history()
    assert kept[-1].command == "az vm show -n 99"
    assert len(kept) < 40
    assert (tmp_path / "commands.jsonl").stat().st_size < 4_000


def test_many_at_once_lose_no_line(tmp_path: Path):
    run = executor(Scripted(), tmp_path)
    with ThreadPoolExecutor(8) as hands:
        list(hands.map(lambda n: run.execute(Command(("az", "vm", "show", "-n", str(n)))), range(40)))
    assert len({ran.command for ran in run.history()}) == 40


def test_a_damaged_line_of_the_history_is_left_out(tmp_path: Path):
    run = executor(Scripted(), tmp_path)
    run.execute(Command(("az", "vm", "list")))
    with (tmp_path / "commands.jsonl").open("a") as file:
        file.write("half a li")
    assert [ran.command for ran in run.history()] == ["az vm list"]


def test_a_history_that_cannot_be_written_does_not_hide_what_was_done(tmp_path: Path):
    (tmp_path / "commands.jsonl").mkdir()
    assert executor(Scripted(), tmp_path).execute(Command(("az", "vm", "list"))).rc == 0


def test_a_refusal_of_azures_is_raised(tmp_path: Path):
    failed = AzResult(("az",), 3, "", "ERROR: (ResourceNotFound) gone", 0.1, Http(404, "GET", "u"))
    with pytest.raises(AzureRefused, match="ResourceNotFound") as refused:
        executor(Scripted(failed), tmp_path).execute(Command(("az", "vm", "show")))
    assert refused.value.status == 404


@pytest.mark.parametrize("repeatable", [True, False])
def test_a_lost_answer_says_whether_the_command_may_be_repeated(repeatable: bool, tmp_path: Path):
    lost = AzResult(("az",), 1, "", "ERROR: ('Connection aborted.', ...)", 0.1)
    with pytest.raises(AnswerLost) as raised:
        executor(Scripted(lost), tmp_path).execute(Command(("az", "vm", "start"), repeatable=repeatable))
    assert raised.value.repeatable is repeatable


def test_a_result_can_be_had_whatever_its_exit_code(tmp_path: Path):
    failed = AzResult(("az",), 1, "", "ERROR: no", 0.1)
    assert executor(Scripted(failed), tmp_path).run(Command(("az", "vm", "list"))).rc == 1
