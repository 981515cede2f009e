"""`az vm list` through the resident host against a plain az process: wall time of the same question."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from azlin.gateways.az import Az, find_az
from azlin.paths import Paths
from azlin.sandbox.instance import ensure_running, stop
from bench.measure import Figure, call, command

TIMES_PROMISED = 8
ASKED = ["az", "vm", "list", "-o", "json"]


def figures() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="azlin-bench-") as home:
        paths = Paths(Path(home))
        cloud = ensure_running(paths).cloud()
        az = Az(cloud, paths)
        try:
            plain = command([str(find_az()), *ASKED[1:]], env={**os.environ, **az.environment}).wall_ms
            hosted = call(lambda: az.call(ASKED))
        finally:
            az.stop()
            stop(paths)
    times = plain / hosted
    return [
        Figure("az vm list, a process of its own, wall", f"{plain:.0f} ms"),
        Figure("az vm list, through the host, wall", f"{hosted:.0f} ms"),
        Figure("the host is faster by", f"{times:.1f} x", f">= {TIMES_PROMISED} x", times >= TIMES_PROMISED),
    ]
