"""The recorded pairs: a PUT body that Azure took, sent to the sandbox, and the GET after it beside the recorded one.

The material is `put_get_pairs.jsonl.gz` in the directory that AZLIN_DATA names; without it nothing is measured. Each
pair has a sandbox of its own (in this process), and made first are, put straight into its store:

 - the resource group, and every ancestor of the resource (also what it hangs on as an extension), with a location and
   no properties;
 - every other resource whose id the body names, in the same way, because a service refuses to refer to what is not
   there. A subnet, which cannot be without, has a range of addresses;
 - the resource itself with the body of the PUT, when the service had it already: the recorded command does not create,
   or the body has what only a service says (an etag, a resourceGuid, a provisioningState) or is of a machine from an
   image that it does not name (what az sends after its template has made the machine);
 - for a vault that is to be recovered, the vault, deleted again.

One pair passes when all of this holds; `python -m conformance.pairs` prints each share by itself:

 1. accepted: the PUT is answered 2xx;
 2. kept: every leaf of the PUT that the recorded GET has with the same value comes back with it. Compared without
    regard to case and, in locations, to blanks; null is nothing. Leaves that the recorded GET has with another value
    were changed by the service, and those under secret names are not expected back; nor are who wrote last and a
    system-assigned identity (`_OURS`), which are other ones here;
 3. no secret: of what the recorded GET does not show, the GET shows no text under a secret's name (see `SECRET`) that
    the PUT had, no path that the type's definition marks write-only or secret, and nothing under names of passwords;
 4. named: id, name and type are the recorded ones, letter by letter.

The fifth figure, the sweep `pairs-added`, counts key paths: what the recorded GET has and the PUT had not (`key_paths`
of `replay.py`; 'id', 'name' and 'type' are among them), how many the sandbox's GET has too.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from azlin.gateways.schema_check import holders, lookup
from azlin.sandbox.arm.behaviour import Call, Registry, load
from azlin.sandbox.arm.bodies import SECRET_NAMES, known_flags
from azlin.sandbox.arm.control_plane import ControlPlane
from azlin.sandbox.arm.ids import GROUP, SUBSCRIPTION, TENANT, ResourceId
from azlin.sandbox.arm.jsonc import array_of, object_of
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Store
from azlin.sandbox.directory import Directory
from conformance.figure import Failure, Figure
from conformance.replay import key_paths

NAME = "pairs"
SAMPLE_EVERY = 25
SECRET = re.compile(
    r"pass(word|phrase|wd)|secret|credential|connectionstring|accesskey|accountkey|sharedkey|primarykey|secondarykey|"
    r"apikey|privatekey|sastoken|sasurl|token$|^key$|^keys$|customdata|protectedsettings|authorizationkey|"
    r"certificatedata|^pfx|userdata",
    re.IGNORECASE,
)
_ID = re.compile(r"/subscriptions/[^/\s]+(/resourceGroups/[^/\s]+)?/providers/[^\s]+", re.IGNORECASE)
_OURS = re.compile(r"(^|\.)(created|updated|lastModified)(By|On|At|ByType)$|^identity\.(principalId|tenantId)$")
_READ = {"resourceGuid", "provisioningState", "uniqueId", "vmId"}
_SUBNET = "Microsoft.Network/virtualNetworks/subnets"


@dataclass
class Judged:
    """What became of one pair. `wrong` names what did not hold: (cause, detail)."""

    what: str
    type: str
    refused: str = ""
    wrong: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    leaves: int = 0
    kept: int = 0
    leaks: int = 0
    named: bool = False
    added: set[str] = field(default_factory=set[str])
    missing: set[str] = field(default_factory=set[str])
    invented: set[str] = field(default_factory=set[str])


def directory() -> Path | None:
    """Where AZLIN_DATA says the material is."""
    named = os.environ.get("AZLIN_DATA")
    return Path(named) if named else None


@cache
def judged(sample: bool = False) -> list[Judged]:
    """Every pair (or every 25th), once per process for both sweeps."""
    here = directory()
    if here is None:
        return []
    registry = load()
    with gzip.open(here / "put_get_pairs.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [judge(row, registry) for row in rows[:: SAMPLE_EVERY if sample else 1]]


def judge(row: dict[str, Any], registry: Registry) -> Judged:
    """Send one PUT and read it back."""
    found = Judged(f"{row['type']} {row['put_api_version']} {row['command']}", row["type"])
    store = Store(":memory:")
    try:
        plane = ControlPlane(store, registry, Directory(store))
        owner = plane.directory.default_tenant
        tenant = owner.id
        rid = store.parse(row["id"], tenant)
        call = Call(plane, "PUT", row["put_api_version"], tenant, owner.principal_oid)
        _make_around(rid, row, plane, call)
        try:
            plane.write(rid, json.loads(json.dumps(row["put"])), call)
        except ArmRefusal as refusal:
            return _refused(found, row, refusal.code, refusal.message)
        except Exception as broken:  # noqa: BLE001 - as the server does: one request fails, the rest goes on
            return _refused(found, row, type(broken).__name__, str(broken))
        reading = Call(plane, "GET", row["api_version"], tenant, owner.principal_oid)
        shown = json.loads(json.dumps(plane.show(plane.find(rid, reading), reading)))
    finally:
        store.close()
    _compare(found, row, shown)
    return found


def _refused(found: Judged, row: dict[str, Any], code: str, message: str) -> Judged:
    found.refused = code
    found.wrong.append((f"refused: {code}: {_plain(message)}", message))
    found.added = _added(row)
    found.missing = set(found.added)
    return found


def _compare(found: Judged, row: dict[str, Any], shown: dict[str, Any]) -> None:
    recorded = row["get"]
    theirs, ours = dict(leaves(recorded)), dict(leaves(shown))
    for path, value in leaves(row["put"]):
        if SECRET.search(path.rpartition(".")[2]) or path not in theirs or same(path, theirs[path], value) is False:
            continue
        if _OURS.search(path):
            continue
        found.leaves += 1
        if path in ours and same(path, ours[path], value):
            found.kept += 1
        else:
            found.wrong.append((f"not kept: {row['type']} {_folded(path)}", f"{path}: {value!r} is {ours.get(path)!r}"))
    for path in leaked(row, shown, theirs):
        found.leaks += 1
        found.wrong.append((f"secret shown: {row['type']} {_folded(path)}", path))
    names = [name for name in ("id", "name", "type") if name in recorded and shown.get(name) != recorded[name]]
    found.named = not names
    for name in names:
        found.wrong.append((f"{name} not as recorded", f"{recorded[name]} is {shown.get(name)}"))
    found.added = _added(row)
    have = set(key_paths(shown))
    found.missing = found.added - have
    found.invented = have - set(key_paths(recorded)) - set(key_paths(row["put"]))


def _added(row: dict[str, Any]) -> set[str]:
    return set(key_paths(row["get"])) - set(key_paths(row["put"]))


def leaked(row: dict[str, Any], shown: dict[str, Any], theirs: dict[str, Any]) -> Iterator[str]:
    """Paths of secrets in what the sandbox shows."""
    sent = dict(leaves(row["put"]))
    for path, value in leaves(shown):
        name = path.rpartition(".")[2].partition("[")[0]
        if not isinstance(value, str) or not value:
            continue
        forgotten = path in sent and path not in theirs and SECRET.search(name)
        if forgotten or (name.casefold() in SECRET_NAMES and path.startswith("properties") and path not in theirs):
            yield path
    flags = known_flags(row["type"])
    for path in () if flags is None else flags.write_only | flags.secret:
        for where, holder, name in holders(shown, path):
            value = lookup(holder, name)
            if isinstance(value, str) and value and f"{where}.{name}" not in theirs:
                yield f"{where}.{name}"


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every plain value, and every empty object or list, with its path; elements by their name where they have one."""
    fields, elements = object_of(value), array_of(value)
    for name, one in fields.items():
        yield from leaves(one, f"{path}.{name}" if path else name)
    for at, one in enumerate(elements):
        named = object_of(one).get("name")
        yield from leaves(one, f"{path}[{named if isinstance(named, str) else at}]")
    if value is not None and not fields and not elements:
        yield path, value


def same(path: str, one: Any, other: Any) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        if path.rpartition(".")[2].casefold().startswith("location"):
            one, other = one.replace(" ", ""), other.replace(" ", "")
        return one.casefold() == other.casefold()
    return one == other


def _make_around(rid: ResourceId, row: dict[str, Any], plane: ControlPlane, call: Call) -> None:
    """What the pair needs to be there already (see the module)."""
    body = row["put"]
    location = body.get("location") or row["get"].get("location") or "westus"
    place = str(location).replace(" ", "").lower()
    _make_ancestors(rid, place, plane)
    for text in _texts(body):
        if _ID.fullmatch(text):
            try:
                named = plane.store.parse(text, rid.tenant)
            except ValueError:
                continue
            if named.key != rid.key and not named.key.startswith(f"{rid.key}/"):
                _make_ancestors(named, place, plane)
                _make(named, place, plane)
    properties = object_of(body.get("properties"))
    if properties.get("createMode") == "recover":
        plane.store.put(rid, {"location": place, "properties": {}})
        plane.remove(rid, call)
    elif (
        "create" not in row["command"]
        or "etag" in body
        or not _READ.isdisjoint(properties)
        or ("FromImage" in _texts(body) and not any(path.endswith("imageReference") for path in key_paths(body)))
    ):
        plane.store.put(rid, json.loads(json.dumps(body)))


def _make_ancestors(rid: ResourceId, place: str, plane: ControlPlane) -> None:
    if rid.type in (SUBSCRIPTION, TENANT, GROUP):
        return
    above = plane.store.parse(rid.id.rsplit("/", 2)[0] if rid.nested else rid.scope, rid.tenant)
    _make_ancestors(above, place, plane)
    _make(above, place, plane)


def _make(rid: ResourceId, place: str, plane: ControlPlane) -> None:
    if rid.type in (SUBSCRIPTION, TENANT) or plane.store.exists(rid):
        return
    properties = {"addressPrefixes": ["10.0.0.0/8", "fd00::/64"]} if rid.type == _SUBNET else {}
    plane.store.put(rid, {"location": place, "properties": properties})


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for one in (*object_of(value).values(), *array_of(value)):
        yield from _texts(one)


def _folded(path: str) -> str:
    return re.sub(r"\[[^\]]*\]", "[]", path)


def _plain(message: str) -> str:
    return re.sub(r"'[^']*'|/subscriptions/\S+", "*", message)[:100]


def measure(sample: bool) -> Figure:
    if directory() is None:
        return Figure(0, 0, note="not measured: AZLIN_DATA is not set")
    found = judged(sample)
    failures = tuple(Failure(one.what, *cause) for one in found for cause in one.wrong)
    return Figure(sum(not one.wrong for one in found), len(found), failures, words(found))


def words(found: list[Judged]) -> str:
    """The four figures apart."""
    taken = [one for one in found if not one.refused]
    return (
        f"accepted {len(taken)}/{len(found)}, leaves kept {sum(one.kept for one in found)}/"
        f"{sum(one.leaves for one in found)}, secrets shown {sum(one.leaks for one in found)}, "
        f"named {sum(one.named for one in taken)}/{len(taken)}"
    )


def main() -> int:
    found = judged()
    wanted, missing = sum(len(one.added) for one in found), sum(len(one.missing) for one in found)
    print(words(found))
    print(
        f"added {wanted - missing}/{wanted} = {(wanted - missing) / max(wanted, 1):.1%}; "
        f"not recorded {sum(len(one.invented) for one in found)}"
    )
    for title, field_name in (("missing", "missing"), ("not recorded", "invented")):
        counts = Counter(f"{one.type} {path}" for one in found for path in getattr(one, field_name))
        print(title)
        for path, count in counts.most_common(int(sys.argv[1]) if sys.argv[1:] else 20):
            print(f"    {count:>5} {path}")
    causes = Counter(cause for one in found for cause, _ in one.wrong)
    for cause, count in causes.most_common(60):
        print(f"{count:>5} {cause}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
