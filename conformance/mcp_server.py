"""The Azure MCP server as a client sees it: JSON-RPC 2.0, one message a line, on its standard streams.

Source: modelcontextprotocol.io, 2025-06-18, "lifecycle", "stdio", "tools", "elicitation".
"""

from __future__ import annotations

import json
import queue
import subprocess
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

_PROTOCOL = "2025-06-18"
_START_S = 60.0

Message = dict[str, Any]


class Silent(Exception):
    """The server did not answer in time, or ended."""


class McpServer:
    """One server process that accepts what it is asked to consent to. Use it from one thread, and close it."""

    def __init__(self, program: Path, environment: Mapping[str, str], place: Path) -> None:
        self._said: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._number = 0
        self._process = subprocess.Popen(
            [str(program), "server", "start", "--mode", "all"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(environment),
            cwd=place,
            encoding="utf-8",
        )
        threading.Thread(target=self._listen, daemon=True).start()
        client = {"name": "conformance", "version": "1"}
        self._call(
            "initialize",
            {"protocolVersion": _PROTOCOL, "capabilities": {"elicitation": {}}, "clientInfo": client},
            _START_S,
        )
        self._send({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def tools(self) -> list[Message]:
        """Every tool, as `tools/list` describes it."""
        return cast("list[Message]", self._call("tools/list", {}, _START_S)["result"]["tools"])

    def call(self, name: str, arguments: Message, timeout_s: float) -> tuple[bool, Any]:
        """Whether it went well, and the answer: JSON where the tool answers with JSON, its text otherwise."""
        answer = self._call("tools/call", {"name": name, "arguments": arguments}, timeout_s)
        result: Message = answer.get("result") or {"isError": True, "content": [{"text": json.dumps(answer)}]}
        text = "\n".join(str(part.get("text", "")) for part in result["content"])
        try:
            said: Any = json.loads(text)
        except ValueError:
            said = text
        status: int = cast("Message", said).get("status", 200) if isinstance(said, dict) else 200
        return not result.get("isError") and status < 300, cast("Any", said)

    def close(self) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _listen(self) -> None:
        for line in self._process.stdout or ():
            self._said.put(json.loads(line))
        self._said.put(None)

    def _send(self, message: Message) -> None:
        if self._process.stdin is None:
            raise Silent("it has no standard input")
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()

    def _call(self, method: str, parameters: Message, timeout_s: float) -> Message:
        self._number += 1
        number, until = self._number, time.monotonic() + timeout_s
        self._send({"jsonrpc": "2.0", "id": number, "method": method, "params": parameters})
        while True:
            try:
                said = self._said.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                raise Silent(f"no answer in {timeout_s:.0f} s") from None
            if said is None:
                raise Silent("the server ended")
            if said.get("method") == "elicitation/create":
                consent = {"action": "accept", "content": {"decision": "accept"}}
                self._send({"jsonrpc": "2.0", "id": said["id"], "result": consent})
            elif "method" not in said and said.get("id") == number:
                return said
