"""Reads the answer of the Azure MCP server's `bicepschema get` into a Definition.

The server writes shapes as words: `string`, `int`, `bool`, `any`, a name, `Name[]`, `A | B | string`, and `flags` as
`Required, ReadOnly, WriteOnly, DeployTimeConstant`; `modifiers` holds `sensitive` and bounds, the pattern last.
Seen in msmcp-azure 3.0.0.
"""

from __future__ import annotations

import re
from typing import Any, cast

from msgspec.structs import replace

from azlin.gateways.schema_shape import (
    ANYTHING,
    DEPLOY_TIME_CONSTANT,
    READ_ONLY,
    REQUIRED,
    SCOPES,
    WRITE_ONLY,
    Definition,
    Member,
    Shape,
)

FLAGS = {
    "Required": REQUIRED,
    "ReadOnly": READ_ONLY,
    "WriteOnly": WRITE_ONLY,
    "DeployTimeConstant": DEPLOY_TIME_CONSTANT,
}
PRIMITIVES = {
    "string": Shape(kind="string"),
    "int": Shape(kind="int"),
    "bool": Shape(kind="bool"),
    "any": ANYTHING,
    "object": ANYTHING,
    "array": Shape(kind="list", of=ANYTHING),
    "null": ANYTHING,
}
BOUND = re.compile(r"(?:^|, )(minLength|maxLength|minValue|maxValue): (-?\d+)")

Entry = dict[str, Any]


def definition_from(answer: list[Entry]) -> Definition:
    """The definition in `results.BicepSchemaResult`. Raises ValueError when there is no resource in it."""
    resource = next((entry for entry in answer if entry.get("$type") == "Resource"), None)
    if resource is None:
        raise ValueError("the answer names no resource")
    type_, _, version = str(resource["name"]).rpartition("@")
    entries = {str(entry["name"]): entry for entry in answer if entry.get("$type") in ("Object", "DiscriminatedObject")}
    shapes: dict[str, Shape] = {}
    body = _object(cast("Entry", resource["bodyType"]), entries)
    waiting = _names_in(body)
    while waiting:
        name = waiting.pop()
        if name not in shapes and name in entries:
            shapes[name] = _without_namesake(name, _object(entries[name], entries))
            waiting |= _names_in(shapes[name])
    return Definition(type=type_, api_version=version, body=body, shapes=shapes, scopes=_scopes(resource))


def _without_namesake(name: str, shape: Shape) -> Shape:
    """Two shapes of one name are told once. A shape that directly holds itself is such a pair: what the inner one looks
    like was not told (`Tags.tags` of Microsoft.Resources/tags)."""
    told = {key: Member(ANYTHING, m.flags) if m.shape.ref == name else m for key, m in shape.properties.items()}
    return replace(shape, properties=told)


def _scopes(resource: Entry) -> int:
    words = str(resource.get("writableScopes", "")).split(", ")
    all_of = {"All": set(SCOPES), "AllExceptExtension": set(SCOPES) - {16}}
    return sum(all_of.get(words[0], {bit for bit, name in SCOPES.items() if name in words}))


def _object(entry: Entry, entries: dict[str, Entry]) -> Shape:
    if entry.get("$type") == "DiscriminatedObject":
        elements = [_object(element, entries) for element in cast("list[Entry]", entry.get("elements", []))]
        discriminator = str(entry["discriminator"])
        variants: dict[str, Shape] = {}
        for element in elements:
            named = element.properties.get(discriminator)
            for value in named.shape.values if named is not None else ():
                variants[value] = element
        return Shape(
            kind="object",
            properties=_properties(entry.get("baseProperties", []), entries),
            discriminator=discriminator,
            variants=variants,
        )
    extra = entry.get("additionalPropertiesType")
    return Shape(
        kind="object",
        properties=_properties(entry.get("properties", []), entries),
        of=None if extra is None else _shape(str(extra), "", entries),
    )


def _properties(listed: list[Entry], entries: dict[str, Entry]) -> dict[str, Member]:
    return {
        str(item["name"]): Member(
            shape=_shape(str(item["type"]), str(item.get("modifiers", "")), entries),
            flags=sum(FLAGS.get(word, 0) for word in str(item.get("flags", "")).split(", ")),
        )
        for item in listed
    }


def _shape(words: str, modifiers: str, entries: dict[str, Entry]) -> Shape:
    secret, low, high, pattern = _modified(modifiers)
    parts = words.split(" | ")
    if words.endswith("[]") and all(part not in PRIMITIVES and part not in entries for part in parts[:-1]):
        return Shape(kind="list", of=_shape(words.removesuffix("[]"), "", entries), low=low, high=high)
    if len(parts) == 1 and words in PRIMITIVES:
        plain = PRIMITIVES[words]
        if plain.kind in ("string", "int"):
            return Shape(kind=plain.kind, secret=secret, low=low, high=high, pattern=pattern)
        return plain
    if len(parts) == 1 and words in entries:
        return Shape(kind="ref", ref=words, secret=secret)
    literals = tuple(part for part in parts if part not in PRIMITIVES and part not in entries)
    others = set(parts) - set(literals)
    if literals and others <= {"string", "null"} and not any(part.endswith("[]") for part in parts):
        return Shape(kind="choice", values=literals, open="string" in others)
    return ANYTHING


def _modified(words: str) -> tuple[bool, int | None, int | None, str]:
    before, _, pattern = words.partition("pattern: ")
    bounds = {name[:3]: int(number) for name, number in BOUND.findall(before.rstrip(", "))}
    return "sensitive" in before.split(", "), bounds.get("min"), bounds.get("max"), pattern


def _names_in(shape: Shape) -> set[str]:
    found: set[str] = set()
    waiting = [shape]
    while waiting:
        current = waiting.pop()
        if current.kind == "ref":
            found.add(current.ref)
        if current.of is not None:
            waiting.append(current.of)
        waiting += [member.shape for member in current.properties.values()]
        waiting += current.variants.values()
    return found
