"""Azure's regions, in any spelling: `West Europe`, `westeurope`, `west-europe`, `europe west`, `US East 2`.

The list is the public cloud's, as `az account list-locations` gives it (physical regions, 2026-05).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import NamedTuple

from azlin.agentic.language.tokens import Token

DISPLAY_NAMES = (
    *("East US", "East US 2", "Central US", "North Central US", "South Central US", "West Central US", "West US"),
    *("West US 2", "West US 3", "Canada Central", "Canada East", "Mexico Central", "Brazil South", "Brazil Southeast"),
    *("Chile Central", "North Europe", "West Europe", "UK South", "UK West", "France Central", "France South"),
    *("Germany West Central", "Germany North", "Switzerland North", "Switzerland West", "Norway East", "Norway West"),
    *("Sweden Central", "Sweden South", "Poland Central", "Italy North", "Spain Central", "Austria East"),
    *("Belgium Central", "Denmark East", "Israel Central", "Qatar Central", "UAE North", "UAE Central"),
    *("South Africa North", "South Africa West", "East Asia", "Southeast Asia", "Japan East", "Japan West"),
    *("Korea Central", "Korea South", "Central India", "South India", "West India", "Jio India West"),
    *("Jio India Central", "Indonesia Central", "Malaysia West", "Australia East", "Australia Southeast"),
    *("Australia Central", "Australia Central 2", "New Zealand North"),
)
REGIONS = {name.replace(" ", "").casefold(): name for name in DISPLAY_NAMES}
"""`westeurope` → `West Europe`."""

_DIRECTIONS = {"north", "south", "east", "west", "central", "southeast"}
LONGEST = 4
"""Tokens in the longest spelling of a region (`germany west central`, `south africa north`, `us north central`)."""


def _spellings() -> dict[str, str]:
    """Every spelling without blanks and hyphens → the region. The words of a region may come in the other order (place
    before direction), the number stays last."""
    spellings: dict[str, str] = {}
    for region, display in REGIONS.items():
        words = display.casefold().split()
        number = words.pop() if words[-1].isdigit() else ""
        directions = [word for word in words if word in _DIRECTIONS]
        place = [word for word in words if word not in _DIRECTIONS]
        for order in (words, [*place, *directions], [*directions, *place]):
            spellings.setdefault("".join(order) + number, region)
    return spellings | {region: region for region in REGIONS}


_SPELLINGS = _spellings()
_PLACES = {"europe", "us", "usa", "uk", "asia", "india", "germany", "france", "japan", "australia", "canada", "america"}


class Place(NamedTuple):
    """A region that was read (`region` is None for one that is too wide, as `europe`), and the index after it."""

    region: str | None
    end: int


def region_of(text: str) -> str | None:
    """The region's name as ARM writes it, or None: `West Europe` → `westeurope`."""
    return _SPELLINGS.get(re.sub(r"[\s_-]", "", text.casefold()))


def read_region(tokens: Sequence[Token], start: int) -> Place | None:
    """The region that begins at `start`, the longest spelling first."""
    for end in range(min(start + LONGEST, len(tokens)), start, -1):
        if all(token.kind in ("word", "quoted") for token in tokens[start:end]):
            region = region_of("".join(token.low for token in tokens[start:end]))
            if region is not None:
                return Place(region, end)
    return Place(None, start + 1) if tokens[start].low in _PLACES else None


def near(text: str, count: int = 3) -> list[str]:
    """The regions whose names are nearest to a text, or that lie in the place it names."""
    bare = re.sub(r"[\s_-]", "", text.casefold())
    within = [region for region in ("westeurope", "northeurope", *REGIONS) if bare in region]
    return list(dict.fromkeys([*within, *get_close_matches(bare, REGIONS, n=count, cutoff=0.6)]))[:count]


def display_name(region: str) -> str:
    return REGIONS.get(region, region)
