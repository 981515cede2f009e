"""What runs inside az's own interpreter: standard library and azure.cli only, no import of azlin or of this package.

    python az_inside.py table FILE     every command and every help example of the installed az, as JSON, into FILE
    python az_inside.py serve          one command a line on stdin, one answer a line on stdout

`serve` has az's command table loaded and forks for each command, so a command costs what it does and not the seconds
that az needs to start. The unmodified `get_default_cli()` of az runs it, with its own parser, in a session of its own.
A request is `{"argv": ["group", "list"], "cwd": PATH, "home": PATH, "timeout_s": seconds}`, the answer
`{"rc": int, "out": text, "err": text, "seconds": float}`; rc 124 is a command that was ended by its time limit.
"""
# pyright: reportMissingImports=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false, reportMissingTypeStubs=false
# (azure.cli is installed in az's environment, not in ours)

from __future__ import annotations

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120
sys.path[:] = [path for path in sys.path if os.path.abspath(path) != HERE]  # noqa: PTH100

import contextlib  # noqa: E402
import gc  # noqa: E402
import importlib  # noqa: E402
import io  # noqa: E402
import json  # noqa: E402
import logging  # noqa: E402
import select  # noqa: E402
import signal  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

TIMED_OUT = 124
WARMED = ("azure.", "msal", "msrest", "requests", "yaml", "jmespath", "urllib3", "isodate", "cryptography", "paramiko")
"""Modules that a command imported are imported here too, for the commands that come after it."""


def table() -> dict[str, Any]:
    """`{"az": version, "commands": [{"name", "required", "takes"}], "examples": [{"command", "name", "text"}]}`.

    `required` has, for each argument without which az refuses the command, the ways to spell it (`["--name", "-n"]`).
    Where --ids may be given instead of several names, those names are in it as well. `takes` has all its options.
    """
    from azure.cli.core import __version__, get_default_cli
    from azure.cli.core.file_util import create_invoker_and_load_cmds_and_args, get_all_help

    cli = get_default_cli()
    create_invoker_and_load_cmds_and_args(cli)
    commands: list[dict[str, Any]] = []
    for name, command in sorted(cli.invocation.commands_loader.command_table.items()):
        ids = "ids" in command.arguments
        required: list[list[str]] = []
        takes: set[str] = set()
        for dest, argument in command.arguments.items():
            settings = argument.type.settings
            takes |= {str(getattr(one, "target", one)) for one in settings.get("options_list") or ()}
            if settings.get("required") or (ids and settings.get("id_part") and dest != "_subscription"):
                options = [str(getattr(one, "target", one)) for one in settings.get("options_list") or ()]
                required.append(sorted(options) or [dest])
        commands.append({"name": name, "required": sorted(required), "takes": sorted(takes)})
    examples: list[dict[str, str]] = []
    for page in get_all_help(cli):
        for one in page.examples:
            text = getattr(one, "command", None) or getattr(one, "text", None) or ""
            title = getattr(one, "short_summary", None) or getattr(one, "name", None) or ""
            examples.append({"command": page.command, "name": title, "text": text})
    return {"az": __version__, "commands": commands, "examples": examples}


def serve() -> None:
    """Until stdin ends."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that az prints while it loads may be taken for an answer
    load()
    gc.collect()
    gc.freeze()
    gc.disable()
    answers.write(b'{"ready": true}\n')
    answers.flush()
    for line in iter(requests.readline, b""):
        answer = carry_out(json.loads(line))
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


def load() -> None:
    """Import every command module, once."""
    from azure.cli.core import get_default_cli

    cli = get_default_cli()
    with contextlib.suppress(SystemExit, Exception):
        cli.invoke(["version"], out_file=io.StringIO())
    invoker = cli.invocation_cls(
        cli_ctx=cli, commands_loader_cls=cli.commands_loader_cls, parser_cls=cli.parser_cls, help_cls=cli.help_cls
    )
    cli.invocation = invoker
    invoker.commands_loader.load_command_table(None)


def carry_out(request: dict[str, Any]) -> dict[str, Any]:
    """Fork, wait, and read what was said."""
    began = time.monotonic()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        alive, living = os.pipe()
        pid = os.fork()
        if not pid:
            os.close(alive)
            child(request, out.fileno(), err.fileno(), living)
        os.close(living)
        heard = b""
        until = began + request["timeout_s"]
        while True:
            ready, _, _ = select.select([alive], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                break
            piece = os.read(alive, 65536)
            if not piece:
                break
            heard += piece
        timed_out = time.monotonic() >= until
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        os.close(alive)
        rc = TIMED_OUT if timed_out else os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        said = {"out": out.read().decode("utf-8", "replace"), "err": err.read().decode("utf-8", "replace")}
    done = heard.split(b"\n", 1)
    if done[0].strip().isdigit() and not timed_out:
        rc = int(done[0])
    for name in done[1].decode().split() if len(done) > 1 else ():
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    return {"rc": rc, **said, "seconds": round(time.monotonic() - began, 3)}


def child(request: dict[str, Any], out: int, err: int, living: int) -> None:
    """The forked half: run the command and leave. The exit code goes through the pipe, because az ends the process in
    several ways and what is left running must not hold the answer back."""
    code = 1
    known = set(sys.modules)
    try:
        os.setsid()
        with Path(os.devnull).open("rb") as nothing:
            os.dup2(nothing.fileno(), 0)
        os.dup2(out, 1)
        os.dup2(err, 2)
        sys.stdin = io.TextIOWrapper(io.FileIO(0, closefd=False))
        sys.stdout, sys.stderr = (
            io.TextIOWrapper(io.FileIO(fd, "w", closefd=False), "utf-8", "replace", write_through=True) for fd in (1, 2)
        )
        os.environ["HOME"] = request["home"]
        os.chdir(request["cwd"])
        for logger in [logging.getLogger(), *logging.root.manager.loggerDict.values()]:
            if isinstance(logger, logging.Logger):
                logger.handlers.clear()
        from azure.cli.core import get_default_cli

        code = get_default_cli().invoke(request["argv"], out_file=sys.stdout) or 0
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else 1 if left.code else 0
    except BaseException as broken:  # noqa: BLE001 - az itself would show it and leave with 1
        sys.stderr.write(f"{type(broken).__name__}: {broken}\n")
        code = 1
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        fresh = " ".join(name for name in set(sys.modules) - known if name.startswith(WARMED))
        with contextlib.suppress(OSError):
            os.write(living, f"{code}\n{fresh}".encode())
        os._exit(0)


if __name__ == "__main__":
    if sys.argv[1] == "table":
        Path(sys.argv[2]).write_text(json.dumps(table()), encoding="utf-8")
    else:
        serve()
