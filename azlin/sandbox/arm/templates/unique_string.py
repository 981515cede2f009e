"""The two functions of the template language that make names: `uniqueString` and `guid`.

`guid` is a name-based UUID (RFC 9562, version 5) in a namespace that Microsoft's documentation of the function gives.
`uniqueString` is a 64-bit variant of MurmurHash written in base 32; Microsoft does not document it, so the constants
below are those that reproduce values that others published (the tests hold three).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

_NAMESPACE = uuid.UUID("11fb06fb-712d-4ddd-98c7-e71bbd588830")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_WORD = 0xFFFFFFFF
_C1, _C2 = 0x239B961B, 0xAB0E9789
_LENGTH = 13


def name_guid(parts: Sequence[str]) -> str:
    """`guid(a, b, ...)`."""
    return str(uuid.uuid5(_NAMESPACE, "-".join(parts)))


def unique_string(parts: Sequence[str]) -> str:
    """`uniqueString(a, b, ...)`: 13 lower-case letters and digits."""
    return base_32(murmur_64("-".join(parts).encode()))


def base_32(value: int, length: int = _LENGTH) -> str:
    """The highest bits of a 64-bit number, five to a character."""
    made: list[str] = []
    for _ in range(length):
        made.append(_ALPHABET[(value >> 59) & 31])
        value = (value << 5) & 0xFFFFFFFFFFFFFFFF
    return "".join(made)


def murmur_64(data: bytes) -> int:
    """The 64-bit hash behind `uniqueString` and `templateHash`."""
    first = second = 0
    whole = len(data) - len(data) % 8
    for at in range(0, whole, 8):
        first ^= _mixed(int.from_bytes(data[at : at + 4], "little"), _C1, 15, _C2)
        first = (_rotated(first, 19) + second) & _WORD
        first = (first * 5 + 0x561CCD1B) & _WORD
        second ^= _mixed(int.from_bytes(data[at + 4 : at + 8], "little"), _C2, 17, _C1)
        second = (_rotated(second, 13) + first) & _WORD
        second = (second * 5 + 0x0BCAA747) & _WORD
    tail = data[whole:]
    if tail:
        first ^= _mixed(int.from_bytes(tail[:4], "little"), _C1, 15, _C2)
    if len(tail) > 4:
        second ^= _mixed(int.from_bytes(tail[4:], "little"), _C2, 17, _C1)
    first, second = first ^ len(data), second ^ len(data)
    first = (first + second) & _WORD
    second = (second + first) & _WORD
    first, second = _finished(first), _finished(second)
    first = (first + second) & _WORD
    second = (second + first) & _WORD
    return second << 32 | first


def _rotated(word: int, by: int) -> int:
    return ((word << by) | (word >> (32 - by))) & _WORD


def _mixed(word: int, before: int, by: int, after: int) -> int:
    return (_rotated((word * before) & _WORD, by) * after) & _WORD


def _finished(word: int) -> int:
    word ^= word >> 16
    word = (word * 0x85EBCA6B) & _WORD
    word ^= word >> 13
    word = (word * 0xC2B2AE35) & _WORD
    return word ^ (word >> 16)
