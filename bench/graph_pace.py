"""How many lists and Resource Graph queries per second the sandbox answers, over TLS, from 16 connections, in an
empty estate, one of 5,000 and one of 50,000 resources. A page of a list and a selective query must cost the same in
each: more than twice the cost is a miss."""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path

from azlin.gateways.cloud import Cloud
from azlin.gateways.http import Http
from azlin.gateways.tokens import Tokens
from azlin.paths import Paths
from azlin.sandbox.instance import ensure_running, stop
from bench.measure import Figure
from bench.sandbox_pace import CONNECTIONS, VERSION, fill, send

ESTATES = (0, 5_000, 50_000)
REQUESTS = 400
SLOWER_ALLOWED = 2.0
GROUP = "bench"
MEMBERS = 20
GRAPH = "/providers/Microsoft.ResourceGraph/resources?api-version=2021-03-01"
_TYPE = "Microsoft.Network/networkSecurityGroups"
QUERIES = {
    "graph query by type, group and name": f"Resources | where type =~ '{_TYPE}' and resourceGroup =~ '{GROUP}' "
    "| where name =~ 'nsg7' | project id, name, location",
    "graph query of a group's resources": f"Resources | where resourceGroup =~ '{GROUP}' | project id, name, tags",
    "graph count": "Resources | count",
}
SCANS = {
    "graph first page of 1,000 rows": "Resources | project id, name, type",
    "graph summarize by location (reads all)": "Resources | summarize count() by location",
}


def figures() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="azlin-bench-") as home:
        paths = Paths(Path(home))
        instance = ensure_running(paths)
        try:
            cloud = instance.cloud()
            with Http(cloud) as http:
                token = Tokens(cloud, http, paths).token()
            asyncio.run(_make_group(cloud, token))
            paces: dict[str, list[float]] = {}
            filled = 0
            for size in ESTATES:
                if size > filled:
                    fill(instance, cloud, Path(home), range(filled, size))
                    filled = size
                for what, pace in asyncio.run(_paces(cloud, token)).items():
                    paces.setdefault(what, []).append(pace)
            return [_figure(what, found) for what, found in paces.items()]
        finally:
            stop(paths)


def _figure(what: str, found: list[float]) -> Figure:
    """At each size; promised where the work does not depend on the estate."""
    shown = " ".join(f"{pace:,.0f}" for pace in found)
    if what in SCANS:
        return Figure(f"{what}, /s at 0, 5k, 50k", shown)
    ok = found[0] <= SLOWER_ALLOWED * found[-1]
    return Figure(f"{what}, /s at 0, 5k, 50k", shown, f"{found[0] / found[-1]:.1f}x <= {SLOWER_ALLOWED:.0f}x", ok)


async def _make_group(cloud: Cloud, token: str) -> None:
    root = f"/subscriptions/{cloud.subscription}/resourceGroups/{GROUP}"
    body = '{"location": "westeurope", "tags": {"env": "bench"}}'
    await send(cloud, token, "PUT", [root + VERSION], body, connections=1)
    names = [f"{root}/providers/{_TYPE}/nsg{number}{VERSION}" for number in range(MEMBERS)]
    await send(cloud, token, "PUT", names, body)


async def _paces(cloud: Cloud, token: str) -> dict[str, float]:
    """Requests per second of each kind."""
    subscription = f"/subscriptions/{cloud.subscription}"
    found = {
        "list of a group": await _gets(cloud, token, f"{subscription}/resourceGroups/{GROUP}/resources{VERSION}"),
        "list of a type in a subscription, first 20": await _gets(
            cloud, token, f"{subscription}/providers/{_TYPE}{VERSION}&$top={MEMBERS}"
        ),
    }
    for what, query in (QUERIES | SCANS).items():
        body = json.dumps({"query": query, "subscriptions": [cloud.subscription]})
        count = REQUESTS if what in QUERIES else CONNECTIONS
        found[what] = await send(cloud, token, "POST", [GRAPH] * count, body)
    return found


async def _gets(cloud: Cloud, token: str, url: str) -> float:
    return await send(cloud, token, "GET", [url] * REQUESTS, "")
