"""Which types Azure has, as far as its clients tell (`catalog.json`, made by `catalog_build.py`).

The versions listed for a type are those that real clients were seen to use: the list is never complete, so a version
outside it is not wrong. What is refused for a known type is only what cannot be a version of it: a date that is not on
the calendar, before ARM existed, or years after the newest version anybody uses.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from azlin.sandbox.arm.catalog_build import CATALOG_PATH

FIRST_VERSION = "2014-01-01"
_MARGIN_DAYS = 366


@cache
def catalog() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Namespace -> type without namespace -> api-versions, newest first; in Azure's spelling."""
    raw = json.loads(Path(CATALOG_PATH).read_text(encoding="utf-8"))
    return {namespace: {name: tuple(versions) for name, versions in types.items()} for namespace, types in raw.items()}


@cache
def namespaces() -> Mapping[str, str]:
    """The spelling of each namespace by its casefolded form."""
    return {name.casefold(): name for name in catalog()}


@cache
def types() -> Mapping[str, str]:
    """The spelling of each whole type by its casefolded form."""
    found = {f"{space}/{name}".casefold(): f"{space}/{name}" for space, names in catalog().items() for name in names}
    for spelled in list(found.values()):
        parts = spelled.split("/")
        for end in range(2, len(parts)):
            parent = "/".join(parts[:end])
            found.setdefault(parent.casefold(), parent)
    return found


def versions(type_name: str) -> tuple[str, ...]:
    """The api-versions that clients use for a type, newest first; () when none is known."""
    spelled = types().get(type_name.casefold())
    if spelled is None:
        return ()
    namespace, _, rest = spelled.partition("/")
    return catalog()[namespace].get(rest, ())


@cache
def newest_version() -> str:
    """The newest date in the catalog."""
    return max(one[:10] for names in catalog().values() for listed in names.values() for one in listed)


def is_plausible(version: str) -> bool:
    """Whether this can be the api-version of something (see the module's rule)."""
    try:
        day = date.fromisoformat(version[:10])
    except ValueError:
        return False
    latest = max(date.fromisoformat(newest_version()), date.today())
    return version[:10] >= FIRST_VERSION and (day - latest).days <= _MARGIN_DAYS
