"""What the client itself costs: CPU of whole processes, host and sandbox warm."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from bench.measure import Figure, command

HELP_PROMISED_MS = 80
PREVIEW_PROMISED_MS = 300
PREVIEW = ["doit", "create a vm called Sam in westeurope", "-n"]


def figures() -> list[Figure]:
    azlin = str(Path(sys.executable).parent / "azlin")
    with tempfile.TemporaryDirectory(prefix="azlin-bench-") as home:
        env = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("AZURE_", "AZLIN_"))},
            "AZLIN_HOME": home,
            "AZURE_CONFIG_DIR": str(Path(home) / "nobody"),
        }
        bare = command([sys.executable, "-c", "pass"], env=env)
        asked = command([azlin, "--help"], env=env)
        previewed = command([azlin, *PREVIEW], env=env)
    return [
        Figure("bare python, CPU", f"{bare.cpu_ms:.0f} ms"),
        _figure("azlin --help, CPU", asked.cpu_ms, HELP_PROMISED_MS),
        _figure("azlin doit -n, offline, CPU", previewed.cpu_ms, PREVIEW_PROMISED_MS),
    ]


def _figure(what: str, took_ms: float, promised_ms: int) -> Figure:
    return Figure(what, f"{took_ms:.0f} ms", f"<= {promised_ms} ms", took_ms <= promised_ms)
