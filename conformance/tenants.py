"""The sample tenants, seeded and read back: is each resource of the file still there, and does Resource Graph say of it
what ARM says?

The material is every `tenant_*.json` in the directory that AZLIN_DATA names (lists of resources, as an estate is
exported); without it nothing is measured. Each tenant has a sandbox of its own, in this process. A resource passes when

 1. GET answers it (or refuses it as Azure does, and then the store has it), and each leaf of the file's properties,
    sku, kind, tags, identity, zones, plan, managedBy and extendedLocation is there with the same value. Not compared:
    null, which ARM does not send; etags, which are the server's own; and an inline child that has an entry of its own
    in the file, which may say something else of it;
 2. a table of Resource Graph has a row for it, whose properties are those of GET byte for byte and whose sku, kind,
    tags... are the same. Types that the service does not index (subnets, locks, diagnostic settings...) are in no
    table, and then must be in none; a tracked resource (one with a location) is always in one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from azlin.sandbox.arm.behaviour import Call, load
from azlin.sandbox.arm.control_plane import ControlPlane
from azlin.sandbox.arm.ids import GROUP
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource, Store
from azlin.sandbox.directory import Directory
from azlin.sandbox.resource_graph import service, tables
from azlin.sandbox.resource_graph.rows import Counts
from azlin.sandbox.seed import seed
from conformance.figure import Failure, Figure

NAME = "tenants"
SAMPLE_EVERY = 10
_ENVELOPE = ("sku", "kind", "tags", "identity", "zones", "plan", "managedBy", "extendedLocation")


def measure(sample: bool) -> Figure:
    """Every resource of every sample tenant, or every tenth."""
    place = os.environ.get("AZLIN_DATA")
    files = sorted(Path(place).glob("tenant_*.json")) if place else []
    if not files:
        return Figure(0, 0, note="not measured: AZLIN_DATA names no directory with sample tenants")
    of, failures, unlisted = 0, list[Failure](), 0
    for file in files:
        for what, problem, listed in _judged(file, SAMPLE_EVERY if sample else 1):
            of += 1
            unlisted += not listed
            if problem:
                failures.append(Failure(what, *problem))
    note = f"{unlisted} of types that Resource Graph does not index"
    return Figure(of - len(failures), of, tuple(failures), note)


def _judged(file: Path, step: int) -> Iterator[tuple[str, tuple[str, str] | None, bool]]:
    """For each resource: its id, what is wrong (cause, detail), whether Resource Graph lists it."""
    store, registry = Store(":memory:"), load()
    service.register(registry)
    plane = ControlPlane(store, registry, Directory(store))
    seeded = seed(file, file.stem, plane)
    owner = plane.directory.tenant(seeded.tenant)
    call = Call(plane, "GET", "2021-03-01", seeded.tenant, owner.principal_oid if owner else "")
    rows = _rows(call)
    items: list[Body] = json.loads(file.read_text(encoding="utf-8"))
    own = {str(item["id"]).casefold() for item in items}
    for item in items[::step]:
        path = str(item["id"])
        found = store.get(store.parse(path, seeded.tenant))
        row = rows.get(path.casefold())
        if found is None:
            yield path, ("lost", "GET finds nothing"), row is not None
            continue
        try:
            shown = plane.show(found, call)
        except ArmRefusal:
            shown_all_the_same = ("shown by Resource Graph, refused by GET", found.id.type) if row else None
            yield path, _lost(item, found.body, own) or shown_all_the_same, row is not None
            continue
        yield path, _lost(item, shown, own) or _problem(found, shown, row), row is not None
    store.close()


def _rows(call: Call) -> dict[str, Body]:
    """Every row of every table, by casefolded id."""
    found: dict[str, Body] = {}
    for table in sorted(tables.NAMES):
        options: Body = {}
        while True:
            page = service.query(call, {"query": f"{table} | order by id asc", "options": options}, Counts())
            found |= {row["id"].casefold(): row for row in page["data"]}
            if "$skipToken" not in page:
                break
            options = {"$skipToken": page["$skipToken"]}
    return found


def _lost(item: Body, shown: Body, own: set[str]) -> tuple[str, str] | None:
    for name in ("properties", *_ENVELOPE):
        for path in _differences(item.get(name), shown.get(name), own):
            return "GET differs from the file", f"{name}{path}"
    return None


def _problem(found: Resource, shown: Body, row: Body | None) -> tuple[str, str] | None:
    if row is None:
        tracked = "location" in shown and not found.id.is_extension
        return ("not in Resource Graph", found.id.type) if tracked or found.id.type == GROUP else None
    if json.dumps(row["properties"]) != json.dumps(shown.get("properties")):
        return "Resource Graph's properties are not GET's", found.id.type
    for name in _ENVELOPE:
        if (row[name] or None) != (shown.get(name) or None):
            return "Resource Graph's envelope is not GET's", name
    return None


def _differences(wanted: Any, found: Any, own: set[str]) -> Iterator[str]:
    """Paths of leaves that are not there with the value they should have."""
    if wanted is None or (isinstance(wanted, dict) and str(object_of(wanted).get("id", "")).casefold() in own - {""}):
        return
    if isinstance(wanted, dict):
        held = object_of(found)
        for name, value in object_of(wanted).items():
            if name != "etag":
                yield from (f".{name}{path}" for path in _differences(value, held.get(name), own))
    elif isinstance(wanted, list) and isinstance(found, list):
        yield from _unequal_lists(array_of(cast("Any", wanted)), array_of(cast("Any", found)), own)
    elif wanted != found:
        yield ""


def _unequal_lists(wanted: list[Any], found: list[Any], own: set[str]) -> Iterator[str]:
    """Elements by their names where they have some: inline children come in the order in which they were made."""
    named = {str(object_of(one).get("name", "")).casefold(): one for one in found}
    if len(named) < len(found):
        named = {}
    for at, value in enumerate(wanted):
        name = str(object_of(value).get("name", "")).casefold()
        other = named[name] if name in named else (found[at] if at < len(found) else None)
        yield from (f"[{name or at}]{path}" for path in _differences(value, other, own))
