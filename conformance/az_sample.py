"""A fixed sample of az commands for CI: some of each sweep of az, in order, through the resident az of the product.

The sweeps fork an az that has every command loaded, which takes seconds to load; the resident az (`azlin.gateways.az`)
loads what is asked for. az itself is the same. A few commands are of the common ones that it has loaded already.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from azlin.errors import AzlinError
from azlin.gateways.az import Az
from azlin.paths import Paths
from azlin.sandbox.instance import ensure_running, stop
from conformance.figure import Failure, Figure

COMMANDS = (
    "account show",
    "account list-locations",
    "group create -n rg -l westeurope",
    "group show -n rg",
    "group list",
    "network vnet create -g rg -n net --subnet-name sub",
    "network vnet list -g rg",
    "network nsg create -g rg -n nsg",
    "network public-ip create -g rg -n ip",
    "network nic create -g rg -n nic --vnet-name net --subnet sub",
    "disk create -g rg -n disk --size-gb 10",
    "vm availability-set create -g rg -n set",
    "identity create -g rg -n me",
    "identity list",
    "vm list",
    "vmss list",
    "vm list-usage -l westeurope",
    "storage account create -g rg -n azlinconformance1",
    "resource list -g rg",
    "rest --method get --url /subscriptions?api-version=2022-12-01",
    "group delete -n rg --yes",
)


def measure() -> Figure:
    with tempfile.TemporaryDirectory(prefix="azlin-conformance-") as home:
        paths = Paths(Path(home))
        az = Az(ensure_running(paths).cloud(), paths)
        try:
            failures = tuple(found for text in COMMANDS if (found := _failure(az, text)) is not None)
        finally:
            az.stop()
            stop(paths)
    return Figure(len(COMMANDS) - len(failures), len(COMMANDS), failures)


def _failure(az: Az, text: str) -> Failure | None:
    try:
        ended = az.run(["az", *text.split(), "-o", "json"])
    except AzlinError as refused:
        return Failure(f"az {text}", str(refused), refused.why or "")
    return Failure(f"az {text}", f"exit code {ended.rc}", ended.stderr) if ended.rc else None
