"""Builds `catalog.json`: which types Azure has, how they are spelled, and which api-versions real clients use; and
`statuses.json`: which HTTP statuses all those clients take, of a PUT and a DELETE where that is not 200, 201 and 204,
and of every action (POST) that they know.

    python -m azlin.sandbox.arm.catalog_build AZ_SITE_PACKAGES [INDEX.json[.gz]]

Read are the installed Azure CLI (the operations of its aaz commands) and the Azure SDKs beside it (their request
builders), both as source, never imported: each names a URL and the api-version sent with it. The optional index is
`{type: {"v": api-version}}` as published by bicep-types-az; it adds types that no client here calls. Run it again when
the Azure CLI is updated; the result is committed.
"""

from __future__ import annotations

import ast
import gzip
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_URL = re.compile(r"/providers/([A-Za-z]+(?:\.[A-Za-z]+)+)((?:/[^/?]+)*)")
_VERSION = re.compile(r"^\d{4}-\d{2}-\d{2}(-[a-z]+(\.\d+)?)?$", re.IGNORECASE)
_READ = ("azure/cli/command_modules", "azure/mgmt")
CATALOG_PATH = Path(__file__).with_name("catalog.json")
STATUSES_PATH = Path(__file__).with_name("statuses.json")
_COMMON = {"PUT": {200, 201}, "DELETE": {200, 204}}


def main(arguments: list[str]) -> int:
    """Write the catalog; prints nothing."""
    site = Path(arguments[0])
    found: defaultdict[str, set[str]] = defaultdict(set)
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    statuses: dict[tuple[str, str], set[int]] = {}
    actions: dict[tuple[str, str], set[int]] = {}
    for part in _READ:
        for path in sorted((site / part).rglob("*.py")):
            for type_name, sent, taken in _taken(path):
                known = statuses if sent in _COMMON else actions
                key = (type_name.casefold(), sent if sent in _COMMON else sent.casefold())
                known[key] = known.get(key, taken) & taken
            for type_name, version in _used(path):
                spellings[type_name.casefold()][type_name] += 1
                found[type_name.casefold()].add(version)
    if len(arguments) > 1:
        for type_name, entry in _index(Path(arguments[1])).items():
            spellings[type_name.casefold()][type_name] += 1_000_000
            found[type_name.casefold()].add(entry["v"])
    _write(found, spellings)
    _write_statuses(statuses, actions)
    return 0


def _index(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    return json.loads(gzip.decompress(data) if path.suffix == ".gz" else data)


def _used(path: Path) -> Iterator[tuple[str, str]]:
    source = path.read_text(encoding="utf-8", errors="replace")
    if "/providers/" not in source:
        return
    configured = _configured(path)
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef | ast.ClassDef):
            continue
        if isinstance(node, ast.ClassDef) and not any("HttpOperation" in ast.unparse(base) for base in node.bases):
            continue
        texts = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        versions = [text for text in texts if _VERSION.fullmatch(text)] or configured
        for text in texts:
            for type_name in _types(text):
                for version in versions:
                    yield type_name, version


def _taken(path: Path) -> Iterator[tuple[str, str, set[int]]]:
    """(type, PUT or DELETE or the name of an action, statuses) of what a file sends."""
    source = path.read_text(encoding="utf-8", errors="replace")
    if "/providers/" not in source or "status_code" not in source:
        return
    tree = ast.parse(source)
    sent: dict[str, tuple[str, str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("build_"):
            sent[node.name] = _request(node)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any("HttpOperation" in ast.unparse(base) for base in node.bases):
            requests = [_request(node)]
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("build_"):
            called = [
                one.func.id for one in ast.walk(node) if isinstance(one, ast.Call) and isinstance(one.func, ast.Name)
            ]
            requests = [sent[name] for name in called if name in sent]
        else:
            continue
        statuses = _statuses(node)
        for url, method in requests:
            names = list(_types(url))
            # The last pair must be the whole end of the path: else the URL is an action or a list.
            whole = url.rstrip("/").endswith(("}", "/default"))
            if method in _COMMON and statuses and names and whole:
                yield names[-1], method, statuses
            elif method == "POST" and statuses and names and not whole and _is_action(url, names[-1]):
                yield names[-1], url.rstrip("/").rpartition("/")[2], statuses


def _is_action(url: str, type_name: str) -> bool:
    """Whether the URL is one of the type with just one segment after it."""
    own = url.rpartition("/providers/")[2].strip("/").split("/")
    return len(own) == 2 * type_name.count("/") + 2


def _request(node: ast.AST) -> tuple[str, str]:
    texts = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    url = next((text for text in texts if text.startswith("/") and "/providers/" in text), "")
    return url, next((text for text in texts if text in ("GET", "PUT", "PATCH", "POST", "DELETE", "HEAD")), "")


def _statuses(node: ast.AST) -> set[int]:
    return {
        number.value
        for compared in ast.walk(node)
        if isinstance(compared, ast.Compare) and "status_code" in ast.unparse(compared.left)
        for number in ast.walk(compared)
        if isinstance(number, ast.Constant) and isinstance(number.value, int)
    }


def _write_statuses(statuses: dict[tuple[str, str], set[int]], actions: dict[tuple[str, str], set[int]]) -> None:
    made: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for (type_name, method), taken in sorted(statuses.items()):
        if not taken >= _COMMON[method]:
            made[type_name][method] = sorted(taken)
    for (type_name, action), taken in sorted(actions.items()):
        made[type_name].setdefault("POST", {})[action] = sorted(taken)
    made = defaultdict(dict, sorted(made.items()))
    lines = [f"{json.dumps(name)}:{json.dumps(listed, separators=(',', ':'))}" for name, listed in made.items()]
    STATUSES_PATH.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def _configured(path: Path) -> list[str]:
    """The api-version that an SDK sets once for all its operations."""
    for folder in (path.parent, path.parent.parent):
        configuration = folder / "_configuration.py"
        if configuration.is_file():
            return re.findall(r"\"(\d{4}-\d{2}-\d{2}(?:-\w+)?)\"", configuration.read_text(encoding="utf-8"))[:1]
    return []


def _types(text: str) -> Iterator[str]:
    """`/providers/N/a/{x}/b/{y}` is of the type `N/a/b`; a segment without a name after it is no type."""
    for namespace, rest in _URL.findall(text):
        segments = [part for part in rest.split("/") if part]
        names: list[str] = []
        for at in range(0, len(segments) - 1, 2):
            kind, name = segments[at], segments[at + 1]
            if kind.startswith("{") or kind == "providers" or not (name.startswith("{") or name == "default"):
                break
            names.append(kind)
            yield "/".join((namespace, *names))


def _write(found: dict[str, set[str]], spellings: dict[str, Counter[str]]) -> None:
    catalog: defaultdict[str, dict[str, list[str]]] = defaultdict(dict)
    spaces: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for folded, counted in spellings.items():
        spaces[folded.partition("/")[0]].update({name.partition("/")[0]: n for name, n in counted.items()})
    for folded in sorted(found):
        spelled = spellings[folded].most_common(1)[0][0]
        namespace = spaces[folded.partition("/")[0]].most_common(1)[0][0]
        catalog[namespace][spelled.partition("/")[2]] = sorted(found[folded], reverse=True)
    lines = [f"{json.dumps(name)}:{json.dumps(types, separators=(',', ':'))}" for name, types in catalog.items()]
    CATALOG_PATH.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
