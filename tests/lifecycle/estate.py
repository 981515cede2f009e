"""What Azure has, read from the sandbox's own file: no fault, no stale reader and nothing of azlin is in between."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_POWER = "about/power/"
_RECORDS = "/providers/microsoft.resources/deployments/"
"""What a template did is remembered by Azure, and is nothing that anybody has: `az vm create` leaves such a record."""


@dataclass(frozen=True)
class Estate:
    """All resources of one moment, groups included: the id, case-folded → the id, the bytes of the body with its etag.

    `power` has the states of the machines that do not run.
    """

    kept: dict[str, tuple[str, bytes]]
    power: dict[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def of(cls, state: Path) -> Estate:
        database = sqlite3.connect(f"file:{state}?mode=ro", uri=True, timeout=10.0)
        try:
            rows = database.execute("SELECT id, etag, body FROM resources WHERE grp IS NOT NULL").fetchall()
            facts = database.execute("SELECT name, value FROM facts WHERE name LIKE 'about/power/%'").fetchall()
        finally:
            database.close()
        return cls(
            {
                str(one).casefold(): (str(one), f"{etag} ".encode() + bytes(body))
                for one, etag, body in rows
                if _RECORDS not in str(one).casefold()
            },
            {str(name).removeprefix(_POWER): json.loads(value) for name, value in facts},
        )

    def __contains__(self, resource_id: str) -> bool:
        return resource_id.casefold() in self.kept

    def body(self, resource_id: str) -> dict[str, Any] | None:
        found = self.kept.get(resource_id.casefold())
        return None if found is None else json.loads(found[1].partition(b" ")[2])

    def power_of(self, resource_id: str) -> str:
        return self.power.get(resource_id.casefold(), "running")

    def changed_since(self, earlier: Estate, ids: Iterable[str]) -> list[str]:
        """Those of the ids that are not byte for byte as they were."""
        return sorted(one for one in ids if self.kept.get(one.casefold()) != earlier.kept.get(one.casefold()))

    def added_since(self, earlier: Estate) -> list[str]:
        """The ids of what was not there."""
        return sorted(found[0] for key, found in self.kept.items() if key not in earlier.kept)

    def names(self) -> list[str]:
        """`virtualMachines Sam` of everything that is not a part of another thing, sorted; `(deallocated)` behind a
        machine that does not run."""
        return sorted(self._told(found[0]) for found in self.kept.values() if _stands_alone(found[0]))

    def _told(self, resource_id: str) -> str:
        state = self.power_of(resource_id)
        return short(resource_id) + (f" ({state})" if state != "running" else "")


def short(resource_id: str) -> str:
    """`virtualMachines Sam` of an id."""
    parts = resource_id.strip("/").split("/")
    return f"{parts[-2]} {parts[-1]}"


def _stands_alone(resource_id: str) -> bool:
    """Whether it is a group, or right below a provider."""
    return resource_id.strip("/").count("/") in (3, 7)
