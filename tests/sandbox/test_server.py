"""The process of the sandbox, started and ended."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from azlin.paths import Paths
from azlin.sandbox.instance import Instance, ensure_running, stop


def test_a_second_server_of_the_same_directory_leaves_at_once(sandbox: Instance):
    held = sandbox.file.read_bytes()
    second = subprocess.run(
        [sys.executable, "-m", "azlin.sandbox.server", sandbox.directory],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode == 1
    assert second.stderr == "another sandbox serves this directory\n"
    assert sandbox.file.read_bytes() == held
    assert sandbox.ask("GET", "health")["pid"] == sandbox.pid


def test_a_restart_has_the_same_ports_secrets_and_name(tmp_path: Path):
    paths = Paths(tmp_path)
    try:
        first = ensure_running(paths)
        stop(paths)
        second = ensure_running(paths)
        assert second.pid != first.pid
        for part in ("id", "tls_port", "proxy_port", "identity_port", "admin_key", "identity_header", "tenants"):
            assert getattr(second, part) == getattr(first, part), part
        assert json.loads(second.file.read_bytes())["pid"] == second.pid
    finally:
        stop(paths)
