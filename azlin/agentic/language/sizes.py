"""VM sizes: any spelling to Azure's own (`d2s v3` → `Standard_D2s_v3`), and what a size's name says about it.

The grammar is Azure's documented naming convention for VM sizes: family, sub-family, vCPUs, constrained vCPUs,
features, accelerator, version. A name that follows it may still not exist: only a price table or Azure can say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from difflib import get_close_matches
from typing import NamedTuple

from azlin.agentic.language.tokens import Token

_FAMILIES = "DC|DS|EC|FX|GS|HB|HC|HX|LS|NC|ND|NG|NP|NV|A|B|D|E|F|G|H|L|M"
_VCPUS = {1, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 24, 28, 30, 32, 36, 40, 44, 48, 60, 64, 72, 80, 84, 88, 96, 104, 112}
_MANY_VCPUS = {120, 128, 140, 144, 160, 176, 192, 208, 288, 416, 832}
_NAME = re.compile(
    rf"(?:(?P<tier>standard|basic)[_ -]?)?(?P<family>{_FAMILIES})(?P<vcpus>\d{{1,3}})(?P<constrained>-\d{{1,2}})?"
    r"(?P<features>[a-z]{0,6}?)(?P<accelerator>_(?:t4|a10|a100|h100|h200|mi\d{3}x|v710|gb\d{3}))?"
    r"(?:[_ -]?v(?P<version>[1-7]))?$",
    re.IGNORECASE,
)
_FIRST_GENERATION_B = {"1ls", "1s", "1ms", "2s", "2ms", "4ms", "8ms", "12ms", "16ms", "20ms"}
_GIB_PER_VCPU = {"D": 4, "DC": 4, "E": 8, "F": 2, "FX": 21, "L": 8}
_B_MEMORY_GIB = {"1ls": 0.5, "1s": 1, "1ms": 2, "2s": 4, "2ms": 8, "4ms": 16, "8ms": 32, "12ms": 48, "16ms": 64}
_LONGEST = 3


class Size(NamedTuple):
    """A size that was read, as Azure writes it, and the index after it."""

    name: str
    end: int


def canonical(text: str) -> str | None:
    """The size as Azure writes it, or None when no size can be called that."""
    found = _NAME.match(text.strip())
    if found is None or not _plausible(found):
        return None
    tier = (found["tier"] or "standard").capitalize()
    family, features = found["family"].upper(), found["features"].lower()
    accelerator = (found["accelerator"] or "").upper()
    version = f"_v{found['version']}" if found["version"] else ""
    return f"{tier}_{family}{found['vcpus']}{found['constrained'] or ''}{features}{accelerator}{version}"


def _plausible(found: re.Match[str]) -> bool:
    family, number, version = found["family"].upper(), int(found["vcpus"]), found["version"]
    if family == "B" and version is None:
        return str(number) + found["features"].lower() in _FIRST_GENERATION_B
    if family in ("A", "DS", "D", "GS", "G", "F", "LS") and (version or "2") in "12":
        return number <= 15 or number in _VCPUS
    return number in _VCPUS | _MANY_VCPUS and (version is not None or family in ("M", "NC", "ND", "NV", "H", "HB"))


def read_size(tokens: Sequence[Token], start: int) -> Size | None:
    """The size that begins at `start`; without `Standard_` only a name that nothing else could be (`b2s`, `d2s v3`)."""
    for end in range(min(start + _LONGEST, len(tokens)), start, -1):
        if any(token.kind != "word" for token in tokens[start:end]):
            continue
        text = "_".join(token.low for token in tokens[start:end])
        name = canonical(text)
        if name is not None and _unmistakable(text, name):
            return Size(name, end)
    first = tokens[start]
    if first.kind == "word" and re.match(r"(standard|basic)_\w*\d", first.low) and not _is_storage(first.low):
        return Size(first.text, start + 1)
    return None


def _unmistakable(text: str, name: str) -> bool:
    if text.startswith(("standard", "basic")):
        return True
    return re.search(r"_v\d$", text) is not None or name.startswith("Standard_B")


def _is_storage(text: str) -> bool:
    return re.fullmatch(r"standard_(ra)?g?z?l?rs", text) is not None


def shape_of(name: str) -> tuple[int, float] | None:
    """(vCPUs, GiB of memory) where the name's family tells both, else None."""
    found = _NAME.match(name)
    if found is None or found["constrained"] or found["accelerator"]:
        return None
    family, number, features = found["family"].upper(), int(found["vcpus"]), found["features"].lower()
    if family == "B":
        if found["version"] is None:
            memory = _B_MEMORY_GIB.get(f"{number}{features}")
            return None if memory is None else (number, memory)
        per_vcpu = 0.5 if "t" in features else 2.0 if "l" in features else 4.0
        return number, number * per_vcpu
    if family not in _GIB_PER_VCPU or int(found["version"] or 0) < (2 if family == "F" else 3):
        return None
    per_vcpu = _GIB_PER_VCPU[family] / (2 if "l" in features else 1)
    return number, number * per_vcpu


Priced = tuple[str, Decimal]
"""(size, USD a month)"""


def nearest(wrong: str, monthly: Mapping[str, Decimal], count: int = 3) -> list[Priced]:
    """The sizes of a price table whose names are nearest to a wrong one, nearest first; else the cheapest."""
    bare = {name.casefold().removeprefix("standard_"): name for name in monthly}
    close = get_close_matches(wrong.casefold().removeprefix("standard_"), bare, n=count, cutoff=0.5)
    names = [bare[name] for name in close] or sorted(monthly, key=lambda name: monthly[name])
    return [(name, monthly[name]) for name in names[:count]]


def with_shape(
    vcpus: int | None, memory_gib: float | None, monthly: Mapping[str, Decimal], count: int = 3
) -> list[Priced]:
    """The cheapest sizes of a price table that have at least so many vCPUs and so much memory."""
    enough: list[Priced] = []
    for name, price in monthly.items():
        shape = shape_of(name)
        if shape and shape[0] >= (vcpus or 0) and shape[1] >= (memory_gib or 0) and "p" not in name.lower():
            enough.append((name, price))
    return sorted(enough, key=lambda priced: priced[1])[:count]
