"""Makes azlin/sandbox/arm/service_defaults.json.gz: `AZLIN_DATA=DIRECTORY python tools/make_service_defaults.py`."""

from __future__ import annotations

import gzip
import json
import os
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

from service_defaults_learning import ABSENT, OBJECT, SECRET_NAME, Learner, Recording, recording_of

from azlin.sandbox.arm.behaviour import Call
from azlin.sandbox.arm.catalog import types
from azlin.sandbox.arm.ids import Casing, parse_id
from azlin.sandbox.arm.service_defaults import ANY, FILE, Making, Node, Rules, ServiceDefaults
from azlin.sandbox.arm.store import Resource

SEED = 20240607


def recordings(directory: Path) -> list[Recording]:
    casing = Casing()
    with gzip.open(directory / "put_get_pairs.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    for row in rows:
        casing.learn(row["type"])
    return [found for row in rows if (found := recording_of(row, casing)) is not None]


def learn(found: Iterable[Recording]) -> dict[str, Any]:
    by_type: dict[str, list[Recording]] = defaultdict(list)
    for one in found:
        by_type[one.type.casefold()].append(one)
    shared = _shared(by_type)
    made: dict[str, Any] = {}
    learner = Learner(shared)
    for name, some in sorted(by_type.items()):
        body = learner.node([(one, one.put, one.get, None) for one in some])
        forgets = sorted({path for one in some for path in forgotten(one.put, one.get)})
        made[name] = {"body": {"k": body}, **({"forgets": forgets} if forgets else {})}
        made[name] |= spelling(some)
        if stateless(some):
            made[name]["stateless"] = True
    general = Learner(shared, agree=0.8, depth=0)
    by_namespace: dict[str, list[Recording]] = defaultdict(list)
    for name, some in by_type.items():
        by_namespace[name.partition("/")[0]] += [one._replace(key=name) for one in some]
    for name, some in by_namespace.items():
        if len({one.key for one in some}) >= 3:
            made[f"{name}/{ANY}"] = {"body": {"k": general.node([(one, one.put, one.get, None) for one in some])}}
    every = [one._replace(key=name) for name, some in by_namespace.items() for one in some]
    made[ANY] = {"body": {"k": general.node([(one, one.put, one.get, None) for one in every])}}
    return made


def spelling(some: list[Recording]) -> dict[str, str]:
    """How the service writes ids, types and names, where that is not what the catalogue makes of a request."""
    casing = Casing()
    for known in types().values():
        casing.learn(known)
    ids: Counter[str] = Counter()
    spelled: Counter[str] = Counter()
    names: Counter[str] = Counter()
    for one in {one.key: one for one in some}.values():
        rid = parse_id(one.get["id"], casing, "")
        if rid is None:
            continue
        tail = one.get["id"].split("/")
        at = max(place for place, part in enumerate(tail) if part.casefold() == "providers")
        group = next((part for part in tail if part.casefold() == "resourcegroups"), "resourceGroups")
        ids["" if one.get["id"] == rid.id else "/".join((group, tail[at + 1], *tail[at + 2 :: 2]))] += 1
        spelled["" if one.get["type"] == rid.type else one.get["type"]] += 1
        above = rid.id.split("/")[-1::-2][: rid.type.count("/")]
        labels = ["{name}", *("{name-%d}" % up for up in range(1, len(above)))]
        forms = {"/".join(above[up::-1]): "/".join(labels[up::-1]) for up in range(len(above))}
        forms |= {part: label for part, label in zip(above[1:], labels[1:], strict=True)}
        name = forms.get(str(one.get.get("name")), "?")
        names["" if name == "{name}" or one.get.get("name") == rid.name else name] += 1
    made = {}
    for key, counts in (("id", ids), ("type", spelled), ("name", names)):
        best, count = counts.most_common(1)[0] if counts else ("", 0)
        if best and count >= 0.9 * sum(counts.values()) and best != "?":
            made[key] = best
    return made


def stateless(some: list[Recording]) -> bool:
    """Whether no GET, of two resources at least, shows a provisioningState."""
    shows = {one.key: "provisioningState" in (one.get.get("properties") or {}) for one in some}
    return len(shows) > 1 and not any(shows.values())


def _shared(by_type: dict[str, list[Recording]]) -> dict[tuple[str, str], int]:
    """How many types say a value under a name."""
    holders: dict[tuple[str, str], set[str]] = defaultdict(set)
    learner = Learner()

    def walk(value: Any, name: str, one: Recording, own: str | None) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, key, one, own)
        else:
            holders[name.casefold(), learner._value(True, value, name, one, own)].add(one.type.casefold())

    for some in by_type.values():
        for one in some:
            walk(one.get, "", one, None)
    return {key: len(types) for key, types in holders.items()}


def forgotten(put: Any, get: Any, path: str = "") -> Iterable[str]:
    """Where a PUT has a text under a secret's name and the GET has not."""
    if isinstance(put, list):
        for one in put:
            yield from forgotten(one, get[0] if isinstance(get, list) and get else {}, f"{path}[]")
    elif isinstance(put, dict):
        shown = {name.casefold(): one for name, one in get.items()} if isinstance(get, dict) else {}
        for name, value in put.items():
            where = f"{path}.{name}" if path else name
            if SECRET_NAME.search(name) and isinstance(value, str | dict) and shown.get(name.casefold()) is None:
                yield where
            else:
                yield from forgotten(value, shown.get(name.casefold()), where)


# ------------------------------------------------------------------ figures


def paths(value: Any, prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    if isinstance(value, dict):
        for name, one in value.items():
            path = f"{prefix}.{name.casefold()}" if prefix else name.casefold()
            found.setdefault(path, one)
            found |= paths(one, path)
    elif isinstance(value, list):
        for one in value:
            found |= paths(one, f"{prefix}[]")
    return found


def measure(made: dict[str, Any], found: list[Recording], verbose: bool = False) -> str:
    defaults = ServiceDefaults("", {}, {name: msgspec.Raw(msgspec.json.encode(one)) for name, one in made.items()})
    casing = Casing()
    wanted = there = invented = same = scalar = 0
    missing: Counter[str] = Counter()
    extra: Counter[str] = Counter()
    cached: dict[str, Rules | None] = {}
    for one in found:
        if one.type not in cached:
            cached[one.type] = defaults.rules(one.type)
        rules = cached[one.type]
        body = json.loads(json.dumps(one.put))
        rid = parse_id(one.get["id"], casing, "")
        assert rid is not None
        resource = Resource(rid, body, "", 0.0, 0.0)
        call = Call(None, "PUT", one.version, "t", "o")  # type: ignore[arg-type]
        if rules is not None:
            Making(rules, resource, None, call).add()
        for name in ("id", "name", "type"):
            body[name] = one.get.get(name)
        if rules is None or not rules.stateless:
            body.setdefault("properties", {}).setdefault("provisioningState", "Succeeded")
        put, get, ours = paths(one.put), paths(one.get), paths(body)
        other = get.keys() - put.keys()
        wanted += len(other)
        hit = other & ours.keys()
        there += len(hit)
        for path in other - ours.keys():
            missing[one.type + " " + path] += 1
        for path in ours.keys() - get.keys() - put.keys():
            invented += 1
            extra[one.type + " " + path] += 1
        for path in hit:
            if not isinstance(get[path], dict | list) and path.rpartition(".")[2] not in (
                "etag",
                "createdat",
                "guid",
                "resourceguid",
            ):
                scalar += 1
                same += get[path] == ours[path]
    if verbose:
        print("\n".join(f"  {n} {p}" for p, n in missing.most_common(60)))
        print("INVENTED")
        print("\n".join(f"  {n} {p}" for p, n in extra.most_common(30)))
    return f"{there / wanted:.1%} of {wanted} ({there}); {invented} not recorded; plain values equal {same / max(scalar, 1):.1%} of {scalar}"


def main() -> int:
    found = recordings(Path(os.environ["AZLIN_DATA"]))
    started = time.time()
    made = learn(found)
    figures = {"in sample": measure(made, found, verbose="-v" in sys.argv)}
    print("in sample", figures["in sample"], f"{time.time() - started:.0f} s")
    for how in ("key", "source") if "--sources" in sys.argv else ("key",):
        keys = sorted({(one.type.casefold(), one.key) if how == "key" else one.source for one in found}, key=str)
        random.Random(SEED).shuffle(keys)
        half = set(keys[: len(keys) // 2])

        def side(one: Recording) -> bool:
            return ((one.type.casefold(), one.key) if how == "key" else one.source) in half

        kept = learn([one for one in found if side(one)])
        held = measure(kept, [one for one in found if not side(one)])
        figures["held out" if how == "key" else "held out by test"] = held
        print("held out by", how, held)
        known = {one.type.casefold() for one in found if side(one)}
        print(
            "   of types in both",
            measure(kept, [one for one in found if not side(one) and one.type.casefold() in known]),
        )
    source = "pairs of a PUT and the GET after it, from the recordings of the Azure CLI and its extensions"
    data = msgspec.json.encode(
        ServiceDefaults(source, figures, {name: msgspec.Raw(msgspec.json.encode(one)) for name, one in made.items()})
    )
    packed = gzip.compress(data, 9, mtime=0)
    print(len(data), len(packed))
    if "-w" in sys.argv:
        FILE.write_bytes(packed)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
