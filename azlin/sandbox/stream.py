"""Bytes of an answer that are read while they are sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stream:
    """`length` is the number of bytes that `pieces` gives in all."""

    length: int
    pieces: Iterator[bytes]
