"""What a resource of a type may look like: the shapes of its properties, and the paths that follow from them.

Two publishers tell the same facts: Azure's bicep-types-az (`types.json`) and the Azure MCP server (`bicepschema get`).
Both are read into the same Definition. The flags are bicep-types' own (ObjectTypePropertyFlags in Azure/bicep-types).

A path names properties with dots, `[]` for the items of a list and `*` for the keys of a map:
`properties.storageProfile.dataDisks[].lun`, `identity.userAssignedIdentities.*.clientId`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

REQUIRED = 1
READ_ONLY = 2
WRITE_ONLY = 4
DEPLOY_TIME_CONSTANT = 8

Kind = Literal["string", "int", "bool", "any", "choice", "list", "object", "ref"]

SCOPES: dict[int, str] = {
    1: "Tenant",
    2: "ManagementGroup",
    4: "Subscription",
    8: "ResourceGroup",
    16: "Extension",
}
"""Where a type can be created: bicep-types' ScopeType bits."""

DEPTH_MAX = 12
PATHS_MAX = 4000


class Shape(msgspec.Struct, frozen=True, omit_defaults=True):
    """One kind of value.

    `of` is the item of a list, or the value of a map's keys; `values` are a choice's, and `open` says that others are
    taken too; `low` and `high` bound a number, or the length of a text or list; `ref` names a shape of the Definition.
    An object with a `discriminator` has, besides its `properties`, those of the variant its discriminator names.
    """

    kind: Kind = msgspec.field(name="k")
    ref: str = msgspec.field(name="r", default="")
    of: Shape | None = None
    properties: dict[str, Member] = msgspec.field(name="p", default_factory=dict)
    values: tuple[str, ...] = msgspec.field(name="v", default=())
    open: bool = msgspec.field(name="o", default=False)
    secret: bool = msgspec.field(name="s", default=False)
    low: int | None = None
    high: int | None = None
    pattern: str = msgspec.field(name="re", default="")
    discriminator: str = msgspec.field(name="d", default="")
    variants: dict[str, Shape] = msgspec.field(name="w", default_factory=dict)

    @property
    def is_map(self) -> bool:
        """An object whose keys are the user's own."""
        return self.kind == "object" and self.of is not None and not self.properties


class Member(msgspec.Struct, frozen=True, omit_defaults=True):
    shape: Shape = msgspec.field(name="t")
    flags: int = msgspec.field(name="f", default=0)

    @property
    def required(self) -> bool:
        return bool(self.flags & REQUIRED)

    @property
    def read_only(self) -> bool:
        """Set by Azure and never by us. What is required too is sent: Azure wants it back."""
        return bool(self.flags & (READ_ONLY | DEPLOY_TIME_CONSTANT)) and not self.required


class Definition(msgspec.Struct, frozen=True, omit_defaults=True):
    """One type at one api-version, whole: `body` and every shape that it reaches. `scopes` are bits of SCOPES."""

    type: str
    api_version: str
    body: Shape
    shapes: dict[str, Shape] = {}
    scopes: int = 0

    @property
    def opaque(self) -> bool:
        """Only the api-version is known, and nothing of the body."""
        return self.body.kind == "any"

    def resolve(self, shape: Shape) -> Shape:
        """The shape that a reference means; a name that was not published can hold anything."""
        seen = 0
        while shape.kind == "ref" and seen < DEPTH_MAX:
            shape, seen = self.shapes.get(shape.ref, ANYTHING), seen + 1
        return ANYTHING if shape.kind == "ref" else shape

    def properties_of(self, shape: Shape, chosen: object = None) -> dict[str, Member]:
        """The properties of an object: its own, and those of the variant that `chosen` (the discriminator's value)
        names; those of all variants when it names none."""
        if not shape.discriminator:
            return shape.properties
        found = dict(shape.properties)
        named = {name.casefold(): variant for name, variant in shape.variants.items()}
        wanted = named.get(chosen.casefold()) if isinstance(chosen, str) else None
        for variant in [wanted] if wanted is not None else shape.variants.values():
            for name, member in self.resolve(variant).properties.items():
                # Where it is not said which variant is meant, a property that they disagree on can hold anything.
                agreed = found.get(name, member).shape == member.shape
                found[name] = member if agreed else Member(ANYTHING, member.flags)
        return found

    def walk(self) -> Iterator[tuple[str, Member, Shape]]:
        """Every path with its property and resolved shape, parents first.

        What lies below a read-only property is Azure's and is left out; a shape that contains itself is not entered a
        second time; the walk ends after PATHS_MAX paths, because Azure's network types all reach each other.
        """
        waiting: list[tuple[str, Shape, tuple[str, ...]]] = [("", self.body, ())]
        told = 0
        while waiting and told < PATHS_MAX:
            below: list[tuple[str, Shape, tuple[str, ...]]] = []
            for prefix, shape, above in waiting:
                for name, member, resolved, chain in self._inside(shape, above):
                    path = f"{prefix}{name}"
                    told += 1
                    yield path, member, resolved
                    if not member.read_only and chain is not None:
                        below.append((path, member.shape, chain))
            waiting = list(self._opened(below))

    def _inside(
        self, shape: Shape, above: tuple[str, ...]
    ) -> Iterator[tuple[str, Member, Shape, tuple[str, ...] | None]]:
        resolved = self.resolve(shape)
        for name, member in self.properties_of(resolved).items():
            leaf, names = self._unwrapped(member.shape)
            chain = None if any(n in above for n in names) or len(above) >= DEPTH_MAX else (*above, *names)
            yield name, member, leaf, chain

    def _unwrapped(self, shape: Shape) -> tuple[Shape, tuple[str, ...]]:
        """The resolved shape, and the names passed on the way to what it holds."""
        names: list[str] = []
        resolved = shape
        while True:
            if resolved.kind == "ref":
                names.append(resolved.ref)
                resolved = self.resolve(resolved)
            elif resolved.of is not None and (resolved.kind == "list" or resolved.is_map):
                resolved = resolved.of
            else:
                return self.resolve(shape), tuple(names)

    def _opened(
        self, entries: list[tuple[str, Shape, tuple[str, ...]]]
    ) -> Iterator[tuple[str, Shape, tuple[str, ...]]]:
        """Lists and maps opened, each object with the prefix of its properties."""
        for path, shape, above in entries:
            prefix, resolved = path, self.resolve(shape)
            for _ in range(DEPTH_MAX):
                if resolved.kind == "list" and resolved.of is not None:
                    prefix, resolved = f"{prefix}[]", self.resolve(resolved.of)
                elif resolved.is_map and resolved.of is not None:
                    prefix, resolved = f"{prefix}.*", self.resolve(resolved.of)
                else:
                    break
            if resolved.kind == "object":
                yield f"{prefix}.", resolved, above


ANYTHING = Shape(kind="any")


def scope_names(bits: int) -> frozenset[str]:
    return frozenset(name for bit, name in SCOPES.items() if bits & bit)
