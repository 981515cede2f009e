"""Running one az command for the engine: accepted by az's own parser, bounded in time, and remembered.

The history (`paths.command_history`, one JSON object per line, 0600, at most 2 MB) is for people who want to
see what was run; nothing depends on it. It holds no secrets and nothing of what Azure answered.
"""

from __future__ import annotations

import json
import os
import shlex
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import msgspec

from azlin.errors import AnswerLost, AzlinError, StateUnwritable, UsageRefused
from azlin.gateways.az import Acceptance, AzResult, refusal
from azlin.gateways.files import locked, write_all, write_whole
from azlin.redaction import fill, redact

TIMEOUT_S = 600.0
HISTORY_MAX = 1000
HISTORY_BYTES_MAX = 2_000_000
NO_SECRETS: Mapping[str, str] = MappingProxyType({})
BODY = "body.json"
"""The name under which a command's body is lent to az: `--body @body.json`."""


class Runner(Protocol):
    """What is asked of az (`gateways.az.Az` is one)."""

    def missing(self) -> str | None: ...
    def accept(self, argv: Sequence[str]) -> Acceptance: ...
    def run(
        self,
        argv: Sequence[str],
        timeout_s: float = ...,
        *,
        files: Mapping[str, str] | None = ...,
        repeatable: bool = ...,
        mark: str = ...,
    ) -> AzResult: ...


class Command(msgspec.Struct, frozen=True):
    """An argument list that starts with "az". A `body` is given to `az rest` as a file: it is never an argument.

    `repeatable`: running it twice leaves the same as running it once. `mark` is the client request id of the requests
    with which it changes something (az's own if empty).
    """

    argv: tuple[str, ...]
    body: Any = None
    repeatable: bool = False
    mark: str = ""

    def __str__(self) -> str:
        """As it can be pasted into a shell, secrets masked."""
        words: list[str] = list(redact(list(self.argv)))
        if self.body is not None:
            words += ["--body", json.dumps(redact(self.body), ensure_ascii=False)]
        return shlex.join(words)


class Ran(msgspec.Struct, frozen=True):
    """A line of the history. `rc` is None when the command did not end by itself; then `error` says how it ended."""

    at: datetime
    command: str
    rc: int | None
    duration_s: float
    error: str = ""


class CommandExecutor:
    """Safe to use from several threads."""

    def __init__(
        self,
        az: Runner,
        history_path: Path,
        *,
        timeout_s: float = TIMEOUT_S,
        dry_run: bool = False,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._az = az
        self._history_path = history_path
        self._timeout_s = timeout_s
        self._dry_run = dry_run
        self._now = now
        self._turn = threading.Lock()

    def missing(self) -> str | None:
        return self._az.missing()

    def preview(self, command: Command) -> str:
        """What would run, once az's parser has accepted it. Raises UsageRefused when it does not."""
        accepted = self._az.accept([*command.argv, *(["--body", "{}"] if command.body is not None else [])])
        if not accepted.ok:
            raise UsageRefused(f"az does not accept `{command}`", why=f"{accepted.kind}: {accepted.message}")
        return str(command)

    def execute(
        self, command: Command, timeout_s: float | None = None, *, secrets: Mapping[str, str] = NO_SECRETS
    ) -> AzResult:
        """Run a command that succeeds.

        Raises what `run` raises, and for an exit code other than 0 what `az_refusal.refusal` says: AzureRefused,
        SignInNeeded, CloudUnreachable, AnswerLost, UsageRefused, OutsideLoopback.
        """
        result = self.run(command, timeout_s, secrets=secrets)
        if result.rc != 0:
            failed = refusal(result)
            if isinstance(failed, AnswerLost) and command.repeatable:
                raise AnswerLost(failed.what, repeatable=True, why=failed.why, fix=failed.fix)
            raise failed
        return result

    def run(
        self, command: Command, timeout_s: float | None = None, *, secrets: Mapping[str, str] = NO_SECRETS
    ) -> AzResult:
        """Run a command to its end, whatever its exit code. In a dry run only az's parser is asked, and nothing is in
        the result. `secrets` are put in the place of the command's `{secret:NAME}`s for az alone: what is remembered,
        and what az says of a failure, has the names.

        Raises UsageRefused when az's parser does not accept it (nothing ran), TimedOut after `timeout_s` (600 s unless
        told otherwise), AnswerLost, ToolMissing, PlanStale.
        """
        if self._dry_run:
            self.preview(command)
            return AzResult(argv=command.argv, rc=0, stdout="", stderr="", duration_s=0.0)
        at = self._now()
        argv, body = fill([list(command.argv), command.body], secrets) if secrets else (command.argv, command.body)
        try:
            result = self._az.run(
                [*argv, *(["--body", f"@{BODY}"] if body is not None else [])],
                self._timeout_s if timeout_s is None else timeout_s,
                files={} if body is None else {BODY: json.dumps(body)},
                repeatable=command.repeatable,
                mark=command.mark,
            )
        except AzlinError as failed:
            failed.what, failed.why = _named(failed.what, secrets), _named(failed.why, secrets)
            failed.args = (failed.what,)
            self._remember(Ran(at, str(command), None, (self._now() - at).total_seconds(), redact(failed.what)))
            raise
        self._remember(Ran(at, str(command), result.rc, round(result.duration_s, 3)))
        if not secrets:
            return result
        http = replace(result.http, body=_named(result.http.body, secrets) if result.rc != 0 else result.http.body)
        return replace(result, argv=command.argv, stderr=_named(result.stderr, secrets), http=http)

    def history(self) -> list[Ran]:
        """What was run, oldest first. A line that cannot be read is left out."""
        ran: list[Ran] = []
        for line in self._lines():
            try:
                ran.append(msgspec.json.decode(line, type=Ran))
            except msgspec.MsgspecError:
                continue
        return ran

    def _remember(self, ran: Ran) -> None:
        """Append a line; now and then forget the oldest. A history that cannot be written does not make the command
        undone, so that is not an error: the journal, which azlin relies on, refuses by itself on a full disk."""
        path = self._history_path
        try:
            with self._turn, locked(path.with_suffix(".lock")):
                descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
                try:
                    write_all(descriptor, msgspec.json.encode(ran) + b"\n")
                finally:
                    os.close(descriptor)
                if path.stat().st_size > HISTORY_BYTES_MAX:
                    write_whole(path, b"".join(self._lines()[-HISTORY_MAX:]))
        except (OSError, StateUnwritable):
            return

    def _lines(self) -> list[bytes]:
        try:
            return self._history_path.read_bytes().splitlines(keepends=True)
        except OSError:
            return []


def _named(text: str, secrets: Mapping[str, str]) -> str:
    """A text in which each secret has its name back."""
    for name, secret in secrets.items():
        text = text.replace(secret, f"{{secret:{name}}}") if secret else text
    return text
