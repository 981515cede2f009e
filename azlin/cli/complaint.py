"""How an error is put into words: for people, for scripts, and for the person who has to repair azlin."""

from __future__ import annotations

import json
import platform
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime

import click

from azlin import __version__
from azlin.errors import AzlinError, StateUnwritable, Unexpected
from azlin.gateways.files import write_whole
from azlin.paths import Paths


def as_text(error: AzlinError) -> str:
    """What happened, why, what to paste, where to read on; one line each, empty ones left out."""
    lines = [f"azlin: {error.what}"]
    lines += [f"  {label}  {text}" for label, text in (("why", error.why), ("fix", error.fix)) if text]
    return "\n".join([*lines, f"  see  {error.link}"])


def as_document(error: AzlinError, arguments: Sequence[str]) -> str | None:
    """The same for `-o json` and `-o jsonl`, so that stdout is JSON at every exit code; None for other outputs."""
    if _output_of(arguments) not in ("json", "jsonl"):
        return None
    about = {"ref": error.ref, "what": error.what, "why": error.why, "fix": error.fix, "link": error.link}
    return json.dumps({"error": {**about, "exit_code": error.exit_code}})


def usage(wrong: click.ClickException) -> str:
    """The command that explains the command that was typed."""
    context = getattr(wrong, "ctx", None)
    return f"{context.command_path if context else 'azlin'} --help"


def keep_traceback(unexpected: BaseException) -> Unexpected:
    """Write the traceback under AZLIN_HOME (0600, redacted, no variables in it) and say where it is."""
    from azlin.redaction import redact

    paths = Paths.from_environment()
    crash_path = paths.home / "crash.log"
    told = "".join(traceback.format_exception(unexpected))
    head = f"azlin {__version__}, Python {platform.python_version()}, {platform.platform()}, {datetime.now(UTC):%FT%TZ}"
    try:
        paths.prepare()
        write_whole(crash_path, f"{head}\n{redact(told)}".encode(errors="backslashreplace"))
        where = f"the traceback is in {crash_path}"
    except StateUnwritable as refused:
        where = f"the traceback could not be kept: {refused.what}"
    return Unexpected(
        f"azlin has a fault: {type(unexpected).__name__} was not expected here",
        why=where,
        fix="azlin objective list   (what had begun is on record), and please report the traceback",
    )


def _output_of(arguments: Sequence[str]) -> str | None:
    """What -o says, read from the bare arguments, because a usage error has no parsed ones."""
    output = None
    for argument, following in zip(arguments, [*arguments[1:], ""], strict=False):
        if argument == "--":
            break
        if argument in ("-o", "--output"):
            output = following
        elif argument.startswith("--output="):
            output = argument.removeprefix("--output=")
        elif argument.startswith("-o") and not argument.startswith("--"):
            output = argument.removeprefix("-o").removeprefix("=")
    return output
