"""Makes azlin/sandbox/arm/service_defaults.json.gz: `AZLIN_DATA=DIRECTORY python tools/make_service_defaults.py`.

The directory holds `put_get_pairs.jsonl.gz`, recorded pairs of a PUT and the GET after it. What is learned from them,
and what is refused, `service_defaults_learning.py` says. It takes a few minutes. Two figures are printed and written
into the file: how much of what recorded GETs add is made by rules that were learned from the same recordings ("in
sample"), and by rules learned from a random half of the resources on the other half ("held out"), which is what to
expect of a body that nobody recorded. With `-v` it lists what is missing and what no recording has.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec
from service_defaults_learning import SECRET_NAME, Learner, Recording, recording_of

from azlin.sandbox.arm.behaviour import Call
from azlin.sandbox.arm.catalog import types
from azlin.sandbox.arm.ids import Casing, parse_id
from azlin.sandbox.arm.service_defaults import ANY, FILE, Making, Rules, ServiceDefaults
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
        labels = ["{name}", *(f"{{name-{up}}}" for up in range(1, len(above)))]
        forms = {"/".join(above[up::-1]): "/".join(labels[up::-1]) for up in range(len(above))}
        forms |= dict(zip(above[1:], labels[1:], strict=True))
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
            holders[name.casefold(), learner.value(True, value, name, one, own)].add(one.type.casefold())

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


class Measured:
    """What rules make of the PUTs of recordings, beside their GETs."""

    def __init__(self, made: dict[str, Any], found: Iterable[Recording]) -> None:
        self.wanted = self.there = self.plain = self.same = 0
        self.missing: Counter[str] = Counter()
        self.invented: Counter[str] = Counter()
        self._defaults = defaults_of(made, {})
        self._rules: dict[str, Rules | None] = {}
        for one in found:
            self._add(one)

    def _add(self, one: Recording) -> None:
        put, get, ours = paths(one.put), paths(one.get), paths(self._body(one))
        other = get.keys() - put.keys()
        hit = other & ours.keys()
        self.wanted += len(other)
        self.there += len(hit)
        self.missing.update(f"{one.type} {path}" for path in other - ours.keys())
        self.invented.update(f"{one.type} {path}" for path in ours.keys() - get.keys() - put.keys())
        plain = [path for path in hit if not isinstance(get[path], dict | list)]
        self.plain += len(plain)
        self.same += sum(get[path] == ours[path] for path in plain)

    def _body(self, one: Recording) -> dict[str, Any]:
        if one.type not in self._rules:
            self._rules[one.type] = self._defaults.rules(one.type)
        rules = self._rules[one.type]
        body = json.loads(json.dumps(one.put))
        rid = parse_id(one.get["id"], Casing(), "")
        if rules is not None and rid is not None:
            call = Call(None, "PUT", one.version, "t", "o")  # type: ignore[arg-type]
            Making(rules, Resource(rid, body, "", 0.0, 0.0), None, call).add()
        if rules is None or not rules.stateless:
            body.setdefault("properties", {}).setdefault("provisioningState", "Succeeded")
        return {**body, **{name: one.get.get(name) for name in ("id", "name", "type")}}

    def __str__(self) -> str:
        return (
            f"{self.there / max(self.wanted, 1):.1%} of {self.wanted} key paths ({self.there}); "
            f"{sum(self.invented.values())} paths that are not recorded; "
            f"{self.same / max(self.plain, 1):.1%} of {self.plain} plain values are the recorded ones"
        )


def defaults_of(made: dict[str, Any], figures: dict[str, str]) -> ServiceDefaults:
    source = "pairs of a PUT and the GET after it, from the recordings of the Azure CLI and its extensions"
    packed = {name: msgspec.Raw(msgspec.json.encode(one)) for name, one in made.items()}
    return ServiceDefaults(source, figures, packed)


def held_out(found: list[Recording], key: Callable[[Recording], Any]) -> tuple[Measured, Measured]:
    """Learned from a random half (by key), measured on the other; the second only of types that are in both."""
    keys = sorted({key(one) for one in found})
    random.Random(SEED).shuffle(keys)  # noqa: S311 - the same half every time is what is wanted
    half = set(keys[: len(keys) // 2])
    learned = [one for one in found if key(one) in half]
    others = [one for one in found if key(one) not in half]
    kept = learn(learned)
    known = {one.type.casefold() for one in learned}
    return Measured(kept, others), Measured(kept, [one for one in others if one.type.casefold() in known])


def main() -> int:
    found = recordings(Path(os.environ["AZLIN_DATA"]))
    made = learn(found)
    whole = Measured(made, found)
    other, of_known_types = held_out(found, lambda one: (one.type.casefold(), one.key))
    figures = {"in sample": str(whole), "held out": str(other), "held out, types in both halves": str(of_known_types)}
    if "--tests" in sys.argv:
        figures["held out by test"] = str(held_out(found, lambda one: one.source)[0])
    packed = gzip.compress(msgspec.json.encode(defaults_of(made, figures)), 9, mtime=0)
    FILE.write_bytes(packed)
    say = sys.stdout.write
    for name, figure in figures.items():
        say(f"{name}: {figure}\n")
    say(f"{FILE}: {len(packed)} bytes, {len(made)} types and namespaces\n")
    if "-v" in sys.argv:
        for title, counts in (("missing", whole.missing), ("not recorded", whole.invented)):
            say(f"{title}\n" + "".join(f"  {count} {path}\n" for path, count in counts.most_common(60)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
