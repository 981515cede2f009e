"""Reads Azure's published type definitions: an archive of Azure/bicep-types-az, its `generated/**/types.json`.

A `types.json` is a list whose entries refer to each other by place (`{"$ref": "#/5"}`); each `ResourceType` in it is
one type at one api-version. The format is that of Azure/bicep-types (src/bicep-types, types.ts).
"""

from __future__ import annotations

import gzip
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec

from azlin.gateways.api_versions import newest
from azlin.gateways.schema_shape import ANYTHING, Definition, Member, Shape

FILE_BYTES_MAX = 128 * 1024 * 1024
"""Larger than any file of the publication; what is larger is not one."""

NEST_MAX = 32

Entry = dict[str, Any]
T = TypeVar("T")


class Named(msgspec.Struct, frozen=True):
    """As much of an entry as it takes to find the resources."""

    kind: str = msgspec.field(name="$type")
    name: str = ""


@dataclass(frozen=True)
class Place:
    """Where in the archive a type is defined at a version."""

    file: str
    number: int
    version: str


def definitions(archive_path: Path) -> Iterator[Definition]:
    """The newest definition of every type in a .tar.gz: a stable version where there is one.

    Nothing is unpacked onto the disk. Raises ValueError when it is not such an archive, or holds no types.
    """
    wanted: dict[str, list[Place]] = {}
    for place in _newest_places(archive_path):
        wanted.setdefault(place.file, []).append(place)
    if not wanted:
        raise ValueError("there is no types.json with a resource in it")
    for name, content in _files(archive_path):
        if places := wanted.pop(name, None):
            reader = _Reader(_entries(content, list[Entry]))
            for place in places:
                yield reader.definition(place.number)


def edition(archive_path: Path) -> str:
    """The commit that an archive was made from, as git writes it into a global header; empty when it says nothing."""
    try:
        with tarfile.open(archive_path, "r|gz") as archive:
            archive.next()
            return str(archive.pax_headers.get("comment", ""))[:12]
    except (tarfile.TarError, OSError, EOFError):
        return ""


def _newest_places(archive_path: Path) -> list[Place]:
    found: dict[str, dict[str, Place]] = {}
    for file, content in _files(archive_path):
        for number, entry in enumerate(_entries(content, list[Named])):
            if entry.kind == "ResourceType":
                type_, _, version = entry.name.rpartition("@")
                versions = found.setdefault(type_.casefold(), {})
                # Folders that begin with _ hold trials of another generator, of versions that are also elsewhere.
                if version not in versions or "/_" in versions[version].file:
                    versions[version] = Place(file, number, version)
    return [versions[version] for versions in found.values() if (version := newest(versions)) is not None]


def _files(archive_path: Path) -> Iterator[tuple[str, bytes]]:
    """(name, content) of every `types.json`, in one pass."""
    try:
        with gzip.open(archive_path) as unpacked, tarfile.open(fileobj=unpacked, mode="r|") as archive:
            for member in archive:
                if not member.isfile() or not member.name.endswith("/types.json"):
                    continue
                if member.size > FILE_BYTES_MAX:
                    raise ValueError(f"{member.name} is larger than any type definition is")
                file = archive.extractfile(member)
                if file is not None:
                    yield member.name, file.read()
            # tarfile takes a header that is cut off for the end; only gzip knows whether all of it was there.
            while unpacked.read(1 << 20):
                pass
    except (tarfile.TarError, zlib.error, EOFError, OSError) as broken:
        raise ValueError(f"it is not a whole .tar.gz archive: {broken}") from broken


def _entries(content: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.DecodeError as broken:
        raise ValueError(f"a types.json in it cannot be read: {broken}") from broken


class _Reader:
    """One `types.json`. The shapes of a definition are named by their place in it."""

    def __init__(self, entries: list[Entry]) -> None:
        self._entries = entries

    def definition(self, number: int) -> Definition:
        entry = self._at(number)
        type_, _, version = str(entry["name"]).rpartition("@")
        start = _number(entry["body"])
        shapes: dict[str, Shape] = {}
        waiting = {start}
        while waiting:
            place = waiting.pop()
            if str(place) in shapes:
                continue
            reached: set[int] = set()
            shapes[str(place)] = self._object(self._at(place), reached)
            waiting |= reached
        # `scopeType` is how it was written before readable and writable scopes were told apart.
        scopes = entry.get("writableScopes", entry.get("scopeType", 0))
        body = shapes.pop(str(start))
        return Definition(type=type_, api_version=version, body=body, shapes=shapes, scopes=int(scopes or 0))

    def _at(self, number: int) -> Entry:
        if not 0 <= number < len(self._entries):
            raise ValueError(f"a definition refers to #/{number}, which is not there")
        return self._entries[number]

    def _object(self, entry: Entry, reached: set[int]) -> Shape:
        if entry["$type"] == "DiscriminatedObjectType":
            elements = cast("dict[str, Entry]", entry.get("elements") or {})
            return Shape(
                kind="object",
                properties=self._members(entry.get("baseProperties"), reached),
                discriminator=str(entry["discriminator"]),
                variants={name: self._shape(_number(to), reached) for name, to in elements.items()},
            )
        if entry["$type"] != "ObjectType":
            return ANYTHING
        extra = entry.get("additionalProperties")
        return Shape(
            kind="object",
            properties=self._members(entry.get("properties"), reached),
            of=None if extra is None else self._shape(_number(extra), reached),
            secret=bool(entry.get("sensitive")),
        )

    def _members(self, listed: object, reached: set[int]) -> dict[str, Member]:
        return {
            name: Member(shape=self._shape(_number(told["type"]), reached), flags=int(told.get("flags", 0)))
            for name, told in cast("dict[str, Entry]", listed or {}).items()
        }

    def _shape(self, number: int, reached: set[int], depth: int = 0) -> Shape:
        entry = self._at(number)
        kind = entry["$type"]
        if kind in ("ObjectType", "DiscriminatedObjectType"):
            reached.add(number)
            return Shape(kind="ref", ref=str(number), secret=bool(entry.get("sensitive")))
        if kind == "ArrayType" and depth < NEST_MAX:
            item = self._shape(_number(entry["itemType"]), reached, depth + 1)
            return Shape(kind="list", of=item, low=entry.get("minLength"), high=entry.get("maxLength"))
        return self._union(entry) if kind == "UnionType" else _plain(entry)

    def _union(self, entry: Entry) -> Shape:
        parts = [self._at(_number(part)) for part in cast("list[Entry]", entry.get("elements") or [])]
        values = tuple(str(part["value"]) for part in parts if part["$type"] == "StringLiteralType")
        others = {part["$type"] for part in parts} - {"StringLiteralType", "NullType"}
        if values and others <= {"StringType"}:
            return Shape(kind="choice", values=values, open=bool(others))
        return ANYTHING


def _plain(entry: Entry) -> Shape:
    kind = entry["$type"]
    if kind == "StringLiteralType":
        return Shape(kind="choice", values=(str(entry["value"]),))
    if kind == "StringType":
        return Shape(
            kind="string",
            secret=bool(entry.get("sensitive")),
            low=entry.get("minLength"),
            high=entry.get("maxLength"),
            pattern=str(entry.get("pattern") or ""),
        )
    if kind == "IntegerType":
        return Shape(kind="int", low=entry.get("minValue"), high=entry.get("maxValue"))
    return Shape(kind="bool") if kind == "BooleanType" else ANYTHING


def _number(reference: Entry) -> int:
    """The place that `{"$ref": "#/5"}` names. Raises ValueError for anything else."""
    _, _, number = str(reference["$ref"]).rpartition("#/")
    return int(number)
