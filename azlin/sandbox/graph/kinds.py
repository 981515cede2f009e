"""The kinds of directory objects: their collection, what a new one looks like, and what is looked up.

`kinds.json` holds the defaults in the order in which the service answers them. Source: recordings of v1.0 and the
resource types of the "Microsoft Graph REST API v1.0 reference".
"""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

Body = dict[str, Any]


class Kind(msgspec.Struct, frozen=True):
    """`indexed` properties are found without reading every object. `fixed` ones cannot be written, `at_birth` ones
    only when the object is made; `merged` ones are changed member by member by a PATCH. `shown` is what an answer
    holds without `$select` (empty: everything)."""

    segment: str
    indexed: list[str]
    required: list[str]
    fixed: list[str]
    defaults: Body
    at_birth: list[str] = []
    merged: list[str] = []
    shown: list[str] = []

    def fresh(self) -> Body:
        """A new body, every default its own copy."""
        return deepcopy(self.defaults)


@cache
def kinds() -> dict[str, Kind]:
    """Every kind by its OData type name (`user`)."""
    text = (files("azlin.sandbox.graph") / "kinds.json").read_bytes()
    return msgspec.json.decode(text, type=dict[str, Kind])


@cache
def by_segment() -> dict[str, str]:
    """Casefolded collection -> kind."""
    return {kind.segment.casefold(): name for name, kind in kinds().items()}


def type_name(kind: str) -> str:
    """As errors call it: `User`."""
    return kind[:1].upper() + kind[1:]
