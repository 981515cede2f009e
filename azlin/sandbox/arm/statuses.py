"""Which HTTP statuses the clients of a type take (`statuses.json`, made by `catalog_build.py`).

A service answers what its specification says, and the SDKs made from that refuse everything else: a disk that was
created is 200, never 201. Registered last, over whatever behaviour a type has.
"""

from __future__ import annotations

import copy
import json
from typing import Any

from azlin.sandbox.arm.behaviour import Behaviour, Registry
from azlin.sandbox.arm.catalog_build import STATUSES_PATH


def register(registry: Registry) -> None:
    raw: dict[str, dict[str, Any]] = json.loads(STATUSES_PATH.read_text(encoding="utf-8"))
    for type_name, taken in raw.items():
        if registry.behaviour(type_name).knows_statuses:
            continue
        behaviour = copy.copy(registry.behaviour(type_name))
        _fit_writes(behaviour, taken.get("PUT"))
        _fit_deletes(behaviour, taken.get("DELETE"))
        behaviour.action_statuses = taken.get("POST", {})
        registry.type(type_name, behaviour)


def _fit_writes(behaviour: Behaviour, taken: list[int] | None) -> None:
    if not taken:
        return
    behaviour.created_status = next((one for one in (201, 200, 202) if one in taken), 201)
    behaviour.updated_status = next((one for one in (200, 201, 202) if one in taken), 200)
    if behaviour.write_pending is not None:
        behaviour.write_pending = 201 if 201 in taken else 202 if 202 in taken else None


def _fit_deletes(behaviour: Behaviour, taken: list[int] | None) -> None:
    if not taken:
        return
    behaviour.deleted_status = next((one for one in (200, 204) if one in taken), 202)
    behaviour.delete_pending = 202 in taken
