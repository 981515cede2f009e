"""Azure's own Python clients, of pinned recent versions, with nothing but the variables of `azlin sandbox env`.

Each story (`conformance/stories/`) does what one does with a client from the first call to the last: sign in, create,
read, list, change, be refused, delete. Counted are its steps: one is right when the client raised nothing and what it
returned is what the story expects of Azure, or when it was refused with Azure's code where the story expects that. All
stories run in one subscription of one sandbox, one after the other.

The clients live in an environment of their own (`PACKAGES`, 290 MB), made with uv in a cache directory of this user
(`$XDG_CACHE_HOME/azlin-conformance`, ~/.cache without it) and never part of azlin's dependencies. The sample is the
story of azure-identity, which azlin itself depends on: it needs no download.

    python -m conformance.clients [STORY...]      every step as it ends
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from azlin.paths import Paths
from azlin.sandbox.environment import shell_environment
from azlin.sandbox.instance import ensure_running, stop
from conformance.figure import Failure, Figure

NAME = "clients"
PACKAGES = (
    "aiohttp==3.14.5",
    "azure-identity==1.27.0",
    "azure-keyvault-certificates==4.12.0",
    "azure-keyvault-keys==4.11.3",
    "azure-keyvault-secrets==4.12.0",
    "azure-mgmt-authorization==4.0.0",
    "azure-mgmt-compute==39.0.0",
    "azure-mgmt-keyvault==14.1.0",
    "azure-mgmt-msi==7.1.0",
    "azure-mgmt-network==33.1.0",
    "azure-mgmt-resource==26.0.0",
    "azure-mgmt-resource-deployments==2.0.0",
    "azure-mgmt-resource-deploymentstacks==1.0.0",
    "azure-mgmt-resource-features==1.0.0",
    "azure-mgmt-resource-locks==1.0.0",
    "azure-mgmt-resource-policy==1.0.0",
    "azure-mgmt-resource-subscriptions==1.0.0",
    "azure-mgmt-resourcegraph==8.0.1",
    "azure-mgmt-storage==25.3.0",
    "azure-storage-blob==12.31.1",
    "msgraph-sdk==1.65.0",
)
"""The newest releases of 21 November 2026."""
SAMPLE = ("identity",)
TIMEOUT_S = 900.0
_ROOT = Path(__file__).parent.parent


def measure(sample: bool) -> Figure:
    steps = list(told(sys.executable, SAMPLE) if sample else told(_python()))
    failures = tuple(
        Failure(f"{one['client']}: {one['step']}", one["why"], one["detail"]) for one in steps if not one["ok"]
    )
    return Figure(len(steps) - len(failures), len(steps), failures, f"{len({one['client'] for one in steps})} clients")


def told(python: str, stories: tuple[str, ...] = ()) -> Iterator[dict[str, Any]]:
    """Each step of these stories (all without), as it ends (see `stories.steps.Steps`), in a sandbox of their own.

    Raises RuntimeError when the stories did not come to their end.
    """
    with tempfile.TemporaryDirectory(prefix="azlin-conformance-") as home:
        paths = Paths(Path(home, "azlin"))
        try:
            variables = shell_environment(ensure_running(paths), own := clean(os.environ))
            environment = {**own, **variables, "HOME": home, "PYTHONPATH": str(_ROOT)}
            with (
                Path(home, "errors.txt").open("w+b") as errors,
                subprocess.Popen(
                    [python, "-m", "conformance.stories", *stories],
                    env=environment,
                    cwd=home,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    encoding="utf-8",
                ) as process,
            ):
                for line in process.stdout or ():
                    yield json.loads(line)
                if process.wait(TIMEOUT_S):
                    errors.seek(0)
                    raise RuntimeError(f"the stories ended early: {errors.read()[-2000:].decode(errors='replace')}")
        finally:
            stop(paths)


def clean(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that say nothing of Azure, of a proxy or of Python."""
    return {
        name: value
        for name, value in environ.items()
        if not name.startswith(("AZURE_", "ARM_", "AZLIN_", "IDENTITY_", "MSI_", "PYTHON"))
        and "PROXY" not in name.upper()
    }


def _python() -> str:
    """The interpreter of the clients' environment, made at the first call."""
    stamp = hashlib.sha256("\n".join((sys.version, *PACKAGES)).encode()).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "azlin-conformance"
    place = cache / f"clients-{stamp}"
    python = place / "bin" / "python"
    ready = place / ".ready"
    if not ready.exists():
        uv = str(Path(sys.prefix, "bin", "uv"))
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(place)], check=True)
        subprocess.run(
            [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(python), *PACKAGES], check=True
        )
        ready.touch()
    return str(python)


def main(stories: list[str]) -> int:
    """Print each step; 1 when one is not right."""
    wrong = 0
    for one in told(_python(), tuple(stories)):
        wrong += not one["ok"]
        print(f"{'ok ' if one['ok'] else 'err'} {one['seconds']:7.2f} s   {one['client']}: {one['step']}", flush=True)
        if not one["ok"]:
            print(f"        {one['why']}: {one['detail']}")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
