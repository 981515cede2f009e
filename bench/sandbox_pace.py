"""How many PUTs and GETs per second the sandbox answers, over TLS, from 16 connections."""

from __future__ import annotations

import asyncio
import json
import ssl
import tempfile
import time
import uuid
from pathlib import Path

from azlin.gateways.cloud import Cloud
from azlin.gateways.http import Http
from azlin.gateways.tokens import Tokens
from azlin.paths import Paths
from azlin.sandbox.instance import Instance, ensure_running, stop
from bench.measure import Figure

CONNECTIONS = 16
REQUESTS = 2_000
ESTATES = (5_000, 50_000)
PUT_PROMISED = 300
_SEEDED_AT_ONCE = 10_000
VERSION = "?api-version=2024-05-01"


def figures() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="azlin-bench-") as home:
        paths = Paths(Path(home))
        instance = ensure_running(paths)
        try:
            cloud = instance.cloud()
            with Http(cloud) as http:
                token = Tokens(cloud, http, paths).token()
            found = _pace(cloud, token, "empty")
            held = 0
            for size in ESTATES:
                fill(instance, cloud, Path(home), range(held, size))
                held = size
                found += _pace(cloud, token, f"{size:,} resources")
            return found
        finally:
            stop(paths)


def _pace(cloud: Cloud, token: str, estate: str) -> list[Figure]:
    group = f"bench-{uuid.uuid4().hex[:6]}"
    root = f"/subscriptions/{cloud.subscription}/resourceGroups/{group}"
    body = json.dumps({"location": "westeurope", "tags": {"env": "bench"}, "properties": {"securityRules": []}})
    names = [
        f"{root}/providers/Microsoft.Network/networkSecurityGroups/nsg{number}{VERSION}" for number in range(REQUESTS)
    ]

    async def run() -> tuple[float, float]:
        await send(cloud, token, "PUT", [root + VERSION], '{"location": "westeurope"}', connections=1)
        puts = await send(cloud, token, "PUT", names, body)
        gets = await send(cloud, token, "GET", names, "")
        return puts, gets

    puts, gets = asyncio.run(run())
    promised = f">= {PUT_PROMISED}/s"
    return [
        Figure(f"sandbox PUT, {CONNECTIONS} connections, {estate}", f"{puts:,.0f}/s", promised, puts >= PUT_PROMISED),
        Figure(f"sandbox GET, {CONNECTIONS} connections, {estate}", f"{gets:,.0f}/s"),
    ]


async def send(
    cloud: Cloud, token: str, method: str, urls: list[str], body: str, *, connections: int = CONNECTIONS
) -> float:
    """Requests per second. Raises RuntimeError for any answer that is not 2xx: a refusal is not throughput."""
    host, port = "127.0.0.1", int(cloud.arm.rpartition(":")[2])
    context = ssl.create_default_context(cafile=str(cloud.ca_bundle))
    waiting = list(urls)

    async def client() -> None:
        reader, writer = await asyncio.open_connection(host, port, ssl=context, server_hostname=host)
        while waiting:
            url = waiting.pop()
            head = (
                f"{method} {url} HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {token}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
            )
            writer.write(head.encode())
            answer = (await reader.readuntil(b"\r\n\r\n")).decode().casefold()
            length = answer.partition("content-length: ")[2].partition("\r\n")[0]
            content = await reader.readexactly(int(length))
            if not answer.startswith("http/1.1 2"):
                raise RuntimeError(f"{method} {url}: {answer.splitlines()[0]} {content.decode()[:200]}")
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(connections)))
    return len(urls) / (time.perf_counter() - began)


def fill(instance: Instance, cloud: Cloud, home: Path, numbers: range) -> None:
    """Put one network security group for each number into the group `estate`, some thousands at a time."""
    for start in range(0, len(numbers), _SEEDED_AT_ONCE):
        _seed(instance, cloud, home, numbers[start : start + _SEEDED_AT_ONCE])


def _seed(instance: Instance, cloud: Cloud, home: Path, numbers: range) -> None:
    root = f"/subscriptions/{cloud.subscription}/resourceGroups/estate"
    estate: list[object] = [
        {"id": root, "name": "estate", "type": "Microsoft.Resources/resourceGroups", "location": "westeurope"}
    ]
    estate += [
        {
            "id": f"{root}/providers/Microsoft.Network/networkSecurityGroups/old{number}",
            "name": f"old{number}",
            "type": "Microsoft.Network/networkSecurityGroups",
            "location": "westeurope",
            "tags": {"env": "old"},
            "properties": {"securityRules": []},
        }
        for number in numbers
    ]
    file = home / "estate.json"
    file.write_text(json.dumps(estate), encoding="utf-8")
    instance.ask("POST", "seed", {"path": str(file), "name": "sandbox"})
