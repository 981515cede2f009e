"""The front door: finds the command, and is the one place where an error becomes words and an exit code.

`azlin --help` imports no command: each one's module is imported when it is called, so a light command stays light.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import click

from azlin import __version__
from azlin.errors import AzlinError, UsageRefused

COMMANDS: dict[str, str] = {
    "doit": "Say what you want done in Azure; see the plan and its price; say yes once.",
    "objective": "See, resume, undo or delete what was asked for.",
    "drift": "Ask Azure whether what was made still stands as desired, and what it costs now.",
    "audit": "Read and verify the record of everything azlin did.",
    "schema": "Azure's type definitions: fetch them, look one up.",
    "sandbox": "An Azure on this machine, to try everything on.",
    "config": "Show and change the settings.",
    "doctor": "Find out what is missing on this machine, and repair what can be.",
}
"""Every command and its one line of help; the command `x` is `x` in `azlin.cli.x`."""

INTERRUPTED = 130
PIPE_CLOSED = 141
"""128 + SIGPIPE: what every other program reports when its reader went away (`azlin … | head -1`)."""

FULL_OR_GONE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})
"""A full or read-only disk, or a terminal that closed: trouble of the machine, not a fault of azlin's."""


class Desk(click.Group):
    """A group that imports a command when it is called, not before."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        from importlib import import_module

        return getattr(import_module(f"azlin.cli.{cmd_name}"), cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            raise click.UsageError(f"there is no command {name!r}. {self._nearest(name, args)}", ctx)
        return super().resolve_command(ctx, args)

    def _nearest(self, name: str, args: list[str]) -> str:
        from difflib import get_close_matches

        if near := get_close_matches(name, COMMANDS, n=1):
            return f"Did you mean: azlin {near[0]}"
        words = [word for word in args if not word.startswith("-")]
        if len(words) > 2 or " " in name:
            return f'Did you mean: azlin doit "{" ".join(words)}"'
        return "The commands are: " + ", ".join(COMMANDS)


@click.group(
    cls=Desk,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog='Start with: azlin doit "create a vm called Sam" --sandbox',
)
@click.version_option(__version__, "--version", message="azlin %(version)s")
def azlin() -> None:
    """Say what you want done in Azure. See what will happen and what it costs. Say yes once."""


def main(arguments: Sequence[str] | None = None) -> None:
    """The console script: run the command that the arguments name, and exit with its code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    with contextlib.suppress(AttributeError, ValueError):
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    interruptible()
    sys.exit(run(arguments))


def interruptible() -> None:
    """A polite request to end, and a terminal that closes, are what Ctrl-C is."""
    for number in (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
        signal.signal(number, _interrupt)


def run(arguments: Sequence[str]) -> int:
    """Run a command and return its exit code. Everything that goes wrong has been told on stderr."""
    if "_AZLIN_COMPLETE" in os.environ:
        azlin.main(list(arguments), prog_name="azlin")

    def command() -> Any:
        with azlin.make_context("azlin", list(arguments)) as context:
            return azlin.invoke(context)

    return guarded(command, arguments)


def guarded(command: Callable[[], Any], arguments: Sequence[str] = ()) -> int:
    """Call a command and return its exit code, with whatever went wrong told on stderr."""
    code: Any
    try:
        code = command()
        sys.stdout.flush()
    except click.exceptions.Exit as left:
        code = left.exit_code
    except click.exceptions.NoArgsIsHelpError as bare:
        _say(bare.format_message())
        code = bare.exit_code
    except BrokenPipeError:
        _hush()
        return PIPE_CLOSED
    except (KeyboardInterrupt, click.Abort):
        _say("interrupted")
        return INTERRUPTED
    except Exception as ended:  # noqa: BLE001  the last line of defence: it is named, told, and kept
        return _tell(_named(ended), arguments)
    return code if isinstance(code, int) else 0


def _named(ended: Exception) -> AzlinError:
    """The error for whatever ended a command."""
    from azlin.cli.complaint import keep_traceback, usage

    if isinstance(ended, AzlinError):
        return ended
    if isinstance(ended, click.ClickException):
        return UsageRefused(ended.format_message(), fix=usage(ended))
    if isinstance(ended, OSError) and ended.errno in FULL_OR_GONE:
        from azlin.paths import unwritable

        return unwritable(Path(str(ended.filename or "the output")), ended)
    return keep_traceback(ended)


def _tell(error: AzlinError, arguments: Sequence[str]) -> int:
    from azlin.cli.complaint import as_document, as_text

    _say(as_text(error))
    if document := as_document(error, arguments):
        with contextlib.suppress(OSError):
            click.echo(document)
    return error.exit_code


def _say(words: str) -> None:
    """Tell it on stderr; a terminal that is gone cannot be told, and that is no second error."""
    with contextlib.suppress(OSError):
        click.echo(words, err=True)


def _hush() -> None:
    """Nobody reads stdout any more: let Python's last flush at exit go nowhere instead of complaining."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
