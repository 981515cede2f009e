"""How near azlin comes to what Resource Manager's token buckets allow, and how many calls they refuse meanwhile.

The sandbox enforces the documented buckets. Writes are cheap resources, so that nothing but the bucket counts.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from azlin.errors import AzureRefused
from azlin.gateways.arm import Arm
from azlin.gateways.bucket_file import BucketFile
from azlin.gateways.cloud import Cloud
from azlin.gateways.http import Http
from azlin.gateways.pace import Pace
from azlin.gateways.tokens import Tokens
from azlin.paths import Paths
from azlin.sandbox.instance import Instance, ensure_running, stop
from bench.measure import Figure

WRITES = 1_000
HANDS = 48
DOCUMENTED: dict[str, Any] = {"bucket": 200, "refill_per_s": 10.0}
SMALLER: tuple[int, dict[str, Any]] = (80, {"bucket": 20, "refill_per_s": 2.0})
"""For the Azure CLI, which does not do 10 writes a second on a busy machine."""
RATE_PROMISED, REFUSED_ALLOWED = 0.95, 0.02
_VERSION = "2024-05-01"


def figures() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="azlin-bench-") as home:
        paths = Paths(Path(home))
        instance = ensure_running(paths)
        try:
            found: list[Figure] = []
            for processes in (1, 2):
                throttle(instance)
                began = time.monotonic()
                refused = sum(_processes(paths, processes))
                took_s = time.monotonic() - began
                found += paced(f"{WRITES:,} writes, {processes} process{'es'[: 2 * processes - 2]}", took_s, refused)
            for strategy, writes, limit in (("arm", WRITES, DOCUMENTED), ("azure-cli", *SMALLER)):
                throttle(instance, **limit)
                took_s, refused = _road(instance, strategy, writes)
                found += paced(f"doit, {writes:,} groups, {strategy}", took_s, refused, writes, **limit)
            return found
        finally:
            stop(paths)


def throttle(instance: Instance, **writes: float) -> None:
    """Buckets as documented, full; that of writes as told."""
    instance.ask("POST", "reset")
    instance.ask("POST", "scenario", {"throttle": {"writes": writes or DOCUMENTED}})


def paced(
    what: str, took_s: float, refused: int, writes: int = WRITES, *, bucket: int = 200, refill_per_s: float = 10.0
) -> list[Figure]:
    """The rate that was reached, and the share of calls that were refused. Promised for the documented bucket; the size
    of another one has to be found out first, at the price of some refusals."""
    best_s = (writes - bucket) / refill_per_s
    share, wrong = best_s / took_s, refused / (writes + refused)
    rate, refusals = f"{what}, {took_s:.1f} s", f"{what}, answered 429"
    if (bucket, refill_per_s) != (DOCUMENTED["bucket"], DOCUMENTED["refill_per_s"]):
        return [Figure(rate, f"{share:.1%}", f"of {best_s:.0f} s"), Figure(refusals, f"{wrong:.2%}")]
    return [
        Figure(rate, f"{share:.1%}", f">= {RATE_PROMISED:.0%} of {best_s:.0f} s", share >= RATE_PROMISED),
        Figure(refusals, f"{wrong:.2%}", f"< {REFUSED_ALLOWED:.0%}", wrong < REFUSED_ALLOWED),
    ]


def _processes(paths: Paths, count: int) -> list[int]:
    """Let so many processes share the writes; how often each was refused."""
    env = {**os.environ, "AZLIN_HOME": str(paths.home)}
    each = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.throttle_pace", f"p{number}", str(WRITES // count)],
            env=env,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(count)
    ]
    return [int(one.communicate()[0]) for one in each]


def _road(instance: Instance, strategy: str, writes: int) -> tuple[float, int]:
    """A request as a person would make it: seconds from its first write to its last, and how many were refused."""
    began = time.time()
    text = f"create {writes} resource groups named g0001..g{writes:04} in westeurope"
    azlin = str(Path(sys.executable).parent / "azlin")
    subprocess.run(
        [azlin, "doit", text, "--sandbox", "--strategy", strategy, "--yes", "--max-operations", str(writes)],
        env={**os.environ, "AZLIN_HOME": str(Path(instance.directory).parent), "AZLIN_AZ_IDLE_S": "5"},
        check=True,
        capture_output=True,
    )
    log = instance.ask("GET", "requests")
    sent = [one for one in log if one["mutating"] and one["at"] >= began]
    done = [one["at"] for one in sent if one["status"] < 300]
    if len(done) != writes:
        raise RuntimeError(f"{len(done)} of {writes} writes were carried out")
    return max(done) - min(done), sum(one["status"] == 429 for one in sent)


def write(paths: Paths, cloud: Cloud, prefix: str, count: int) -> int:
    """Make so many resources, sending again what was refused; how often it was."""
    with Http(cloud) as http:
        tokens = Tokens(cloud, http, paths)
        arm = Arm(cloud, http, tokens, lambda type_: _VERSION, pace=Pace(BucketFile.of(paths, cloud)))
        group = f"/subscriptions/{cloud.subscription}/resourceGroups/{prefix}"
        body: dict[str, Any] = {"location": "westeurope"}
        refused = _put(arm, body, group)
        with ThreadPoolExecutor(HANDS) as hands:
            kind = f"{group}/providers/Microsoft.Network/networkSecurityGroups"
            names = [f"{kind}/{number}" for number in range(count - 1)]
            return refused + sum(hands.map(partial(_put, arm, body), names))


def _put(arm: Arm, body: dict[str, Any], name: str) -> int:
    refused = 0
    while True:
        try:
            arm.put(name, body)
        except AzureRefused as said:
            if said.status != 429:
                raise
            refused += 1
            time.sleep(said.retry_after_s or 1.0)
        else:
            return refused


if __name__ == "__main__":
    home = Paths.from_environment()
    print(write(home, ensure_running(home).cloud(), sys.argv[1], int(sys.argv[2])))
