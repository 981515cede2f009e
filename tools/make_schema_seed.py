"""Makes azlin/gateways/data/schema_seed.json.gz: `python tools/make_schema_seed.py` from the checkout, with the
Azure MCP server (msmcp-azure) installed. No network is used."""

from __future__ import annotations

import gzip
import importlib.metadata
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from azlin.gateways.schema_seed import Seed, SeedType
from azlin.gateways.schema_server import SchemaServer, find_azmcp
from azlin.gateways.schema_shape import Definition, Shape

TARGET = Path(__file__).parent.parent / "azlin/gateways/data/schema_seed.json.gz"

TYPES = Path(__file__).with_name("schema_seed_types.txt").read_text(encoding="utf-8").split()


def main() -> int:
    program = find_azmcp()
    if program is None:
        sys.stderr.write("install msmcp-azure first\n")
        return 1
    server = SchemaServer(program)
    found = {type_: server.ask(type_) for type_ in TYPES}
    server.close()
    missing = [type_ for type_, definition in found.items() if definition is None]
    if missing:
        sys.stderr.write(f"the server does not know {', '.join(missing)}\n")
        return 1
    definitions = [definition for definition in found.values() if definition is not None]
    version = importlib.metadata.version("msmcp-azure")
    packed = gzip.compress(msgspec.json.encode(_seed(definitions, version), order="sorted"), 9, mtime=0)
    TARGET.write_bytes(packed)
    sys.stdout.write(f"{len(definitions)} types, {len(packed)} bytes\n")
    return 0


def _seed(definitions: list[Definition], version: str) -> Seed:
    pools: dict[str, dict[str, Shape]] = {}
    types: dict[str, msgspec.Raw] = {}
    for definition in definitions:
        pool = f"{definition.type.partition('/')[0]}@{definition.api_version}"
        while any(pools.get(pool, {}).get(name, shape) != shape for name, shape in definition.shapes.items()):
            pool += "+"
        pools.setdefault(pool, {}).update(definition.shapes)
        entry = SeedType(
            type=definition.type,
            api_version=definition.api_version,
            scopes=definition.scopes,
            body=definition.body,
            pool=pool,
        )
        types[definition.type.casefold()] = msgspec.Raw(msgspec.json.encode(entry))
    return Seed(
        source=f"msmcp-azure {version} bicepschema",
        as_of=datetime.now(UTC).date().isoformat(),
        types=types,
        pools={name: msgspec.Raw(msgspec.json.encode(shapes)) for name, shapes in pools.items()},
    )


if __name__ == "__main__":
    sys.exit(main())
