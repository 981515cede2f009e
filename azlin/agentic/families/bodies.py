"""Looking into an ARM body, where anything may be missing: an absent object is an empty one, and is no error."""

from __future__ import annotations

from typing import Any, cast

from azlin.agentic.types import ResourceRef

Json = dict[str, Any]


def pairs(value: object) -> Json:
    """The object, or {} for anything else."""
    return cast("Json", value) if isinstance(value, dict) else {}


def items(value: object) -> list[Json]:
    """The objects of a list, or []."""
    return [pairs(item) for item in cast("list[Any]", value)] if isinstance(value, list) else []


def properties_of(resource: object) -> Json:
    return pairs(pairs(resource).get("properties"))


def id_in(value: object) -> str | None:
    """The id in a reference such as `{"id": …}`."""
    id_ = pairs(value).get("id")
    return str(id_) if id_ else None


def ref_in(value: object) -> ResourceRef | None:
    id_ = id_in(value)
    return ResourceRef.from_id(id_) if id_ else None
