"""Asks the Azure MCP server (`azmcp`) for type definitions: it has many of them built in and needs no network for it.

One server process is kept alive: it needs a second to start and a twentieth of one to answer. It speaks JSON-RPC 2.0,
one message a line, on its standard streams (modelcontextprotocol.io, 2025-06-18, "stdio").
"""

from __future__ import annotations

import atexit
import contextlib
import importlib.util
import json
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any, cast

from azlin import __version__
from azlin.errors import TimedOut, ToolMissing
from azlin.gateways.schema_answer import definition_from
from azlin.gateways.schema_shape import ANYTHING, Definition

PROTOCOL = "2025-06-18"
START_TIMEOUT_S = 30.0
ANSWER_TIMEOUT_S = 20.0
STOP_TIMEOUT_S = 2.0

OFFLINE = {
    "AZURE_MCP_COLLECT_TELEMETRY": "false",
    "AZURE_MCP_COLLECT_TELEMETRY_MICROSOFT": "false",
    # What the switches above do not stop goes to a proxy that is not there: nothing of this leaves the machine.
    **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9"),
    **dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9"),
    **dict.fromkeys(("NO_PROXY", "no_proxy"), ""),
}

ONLY_A_VERSION = re.compile(r"Resource type (\S+) with apiVersion (\S+) not supported")

Message = dict[str, Any]


def find_azmcp() -> Path | None:
    """The server's program: the binary in the msmcp-azure wheel (its console script is a Python process more), the
    script beside our Python, or whatever `azmcp` is on PATH."""
    with contextlib.suppress(ImportError, ValueError):
        found = importlib.util.find_spec("msmcp_azure")
        for folder in (found.submodule_search_locations or []) if found is not None else []:
            for name in ("azmcp", "azmcp.exe"):
                if (binary := Path(folder) / "bin" / name).is_file():
                    return binary
    beside = Path(sys.prefix) / "bin" / "azmcp"
    if beside.is_file():
        return beside
    on_path = shutil.which("azmcp")
    return Path(on_path) if on_path is not None else None


def edition(program: Path) -> str:
    """Which edition of the server a program is: what it knows changes only with that."""
    import importlib.metadata  # 8 ms that most commands need not spend

    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        if "msmcp_azure" in program.parts:
            return f"msmcp-azure {importlib.metadata.version('msmcp-azure')}"
    try:
        return f"{program.name} of {program.stat().st_mtime_ns}"
    except OSError:
        return program.name


class SchemaServer:
    """Starts the process at the first question and ends it with ours. Safe to ask from several threads."""

    def __init__(self, program: Path) -> None:
        self.program = program
        self._folder = ""
        self._process: subprocess.Popen[str] | None = None
        self._said: queue.Queue[str | None] = queue.Queue()
        self._turn = threading.Lock()
        self._number = 0

    def ask(self, type_: str) -> Definition | None:
        """The newest definition of a type; None when the server has none.

        Raises ToolMissing when the program does not run or does not speak the protocol, TimedOut when it is silent.
        """
        with self._turn:
            if self._process is None or self._process.poll() is not None:
                self._stop()
                self._start()
            try:
                answer = self._call("tools/call", {"name": "bicepschema_get", "arguments": {"resource-type": type_}})
            except (ToolMissing, TimedOut):
                self._stop()
                raise
        return _read(answer)

    def close(self) -> None:
        with self._turn:
            self._stop()

    def _start(self) -> None:
        argv = [str(self.program), "server", "start", "--mode", "all", "--tool", "bicepschema_get"]
        self._said = queue.Queue()
        try:
            # Without ~/.local/share the server makes its directories wherever it stands.
            self._folder = tempfile.mkdtemp(prefix="azlin-azmcp-")
            self._process = subprocess.Popen(
                argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, **OFFLINE},
                cwd=self._folder,
                encoding="utf-8",
                errors="replace",
                start_new_session=sys.platform != "win32",
            )
        except OSError as refused:
            raise ToolMissing(f"cannot run {self.program}", why=refused.strerror or str(refused)) from refused
        atexit.register(self.close)
        threading.Thread(target=_listen, args=(self._process, self._said), daemon=True).start()
        about: Message = {"protocolVersion": PROTOCOL, "capabilities": {}}
        try:
            self._call(
                "initialize", {**about, "clientInfo": {"name": "azlin", "version": __version__}}, START_TIMEOUT_S
            )
            self._send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        except (ToolMissing, TimedOut):
            self._stop()
            raise

    def _call(self, method: str, parameters: Message, timeout_s: float = ANSWER_TIMEOUT_S) -> Message:
        self._number += 1
        self._send({"jsonrpc": "2.0", "id": self._number, "method": method, "params": parameters})
        while True:
            try:
                line = self._said.get(timeout=timeout_s)
            except queue.Empty:
                raise TimedOut(f"{self.program.name} did not answer {method} within {timeout_s:g} s") from None
            if line is None:
                raise ToolMissing(f"{self.program.name} ended without an answer", fix="azlin doctor")
            try:
                message = cast("object", json.loads(line))
            except ValueError:
                continue  # a log line that strayed onto stdout
            if isinstance(message, dict) and cast("Message", message).get("id") == self._number:
                return cast("Message", message)

    def _send(self, message: Message) -> None:
        pipe = self._process.stdin if self._process is not None else None
        try:
            if pipe is not None:
                pipe.write(json.dumps(message) + "\n")
                pipe.flush()
        except OSError as gone:
            raise ToolMissing(f"{self.program.name} ended", why=str(gone), fix="azlin doctor") from gone

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            atexit.unregister(self.close)
            _end(process)
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = ""


def _end(process: subprocess.Popen[str]) -> None:
    """A closed input is how a server on standard streams is told to end."""
    with contextlib.suppress(OSError):
        if process.stdin is not None:
            process.stdin.close()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _listen(process: subprocess.Popen[str], said: queue.Queue[str | None]) -> None:
    """Runs in a thread of its own, because a pipe cannot be read with a deadline on every system."""
    if process.stdout is not None:
        with process.stdout:
            for line in process.stdout:
                said.put(line)
    said.put(None)


def _read(message: Message) -> Definition | None:
    """What a `tools/call` answer means. The server says both "not found" and "not built in, though this is its newest
    version" as an error of status 500; the second is a definition whose body can be anything."""
    try:
        words = str(message["result"]["content"][0]["text"])
        envelope = cast("object", json.loads(words))
        results = cast("Message", cast("Message", envelope)["results"])
        if "BicepSchemaResult" in results:
            return definition_from(cast("list[Message]", results["BicepSchemaResult"]))
        said = str(results.get("message", ""))
        if versioned := ONLY_A_VERSION.search(said):
            return Definition(type=versioned[1], api_version=versioned[2], body=ANYTHING)
        if "not found" in said:
            return None
    except (KeyError, IndexError, TypeError, ValueError) as odd:
        raise ToolMissing("the Azure MCP server answered in a form that is not known", why=str(odd)) from odd
    raise ToolMissing("the Azure MCP server could not say", why=said[:200])
