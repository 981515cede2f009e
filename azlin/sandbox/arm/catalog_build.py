"""Builds `catalog.json`: which types Azure has, how they are spelled, and which api-versions real clients use.

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


def main(arguments: list[str]) -> int:
    """Write the catalog; prints nothing."""
    site = Path(arguments[0])
    found: defaultdict[str, set[str]] = defaultdict(set)
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for part in _READ:
        for path in sorted((site / part).rglob("*.py")):
            for type_name, version in _used(path):
                spellings[type_name.casefold()][type_name] += 1
                found[type_name.casefold()].add(version)
    if len(arguments) > 1:
        for type_name, entry in _index(Path(arguments[1])).items():
            spellings[type_name.casefold()][type_name] += 1_000_000
            found[type_name.casefold()].add(entry["v"])
    _write(found, spellings)
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
