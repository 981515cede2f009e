"""What is known of a type, as one value: its api-version, its paths by flag, its tree, and where that comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Literal

from azlin.gateways.schema_shape import WRITE_ONLY, Definition, Member, Shape, scope_names

Lesson = Literal["read-only", "write-only", "required", "unknown"]
"""What a refusal of ARM's says of a path."""

PathSet = Literal["read-only", "write-only", "required", "secret", "unknown"]

Paths = Mapping[PathSet, Iterable[str]]


class TypeFlags:
    """What is known of a type. `source` names the link of the chain that answered.

    `definition` is the whole tree; None when only paths, or only the api-version, are known. `scopes` are where it can
    be created, empty when nobody said. `required` and the other sets hold paths (see `schema_shape`); `told` holds the
    ones that are known by themselves and not from the tree.
    """

    def __init__(
        self,
        definition: Definition,
        source: str,
        paths: Paths | None = None,
        lessons: Mapping[str, Lesson] | None = None,
    ) -> None:
        told: dict[PathSet, set[str]] = {name: set(listed) for name, listed in (paths or {}).items()}
        for path, lesson in (lessons or {}).items():
            told.setdefault(lesson, set()).add(path)
        self.type = definition.type
        self.api_version = definition.api_version
        self.scopes = scope_names(definition.scopes)
        self.definition = None if definition.opaque else definition
        self.source = f"{source}, and what Azure's refusals taught" if lessons else source
        self.told: dict[PathSet, frozenset[str]] = {name: frozenset(listed) for name, listed in told.items()}

    def __repr__(self) -> str:
        return f"TypeFlags({self.type}@{self.api_version}, {self.source})"

    @cached_property
    def required(self) -> frozenset[str]:
        return self._all("required", lambda member, _: member.required)

    @cached_property
    def read_only(self) -> frozenset[str]:
        return self._all("read-only", lambda member, _: member.read_only)

    @cached_property
    def write_only(self) -> frozenset[str]:
        return self._all("write-only", lambda member, _: bool(member.flags & WRITE_ONLY))

    @cached_property
    def secret(self) -> frozenset[str]:
        return self._all("secret", lambda _, shape: shape.secret)

    def _all(self, name: PathSet, holds: Callable[[Member, Shape], bool]) -> frozenset[str]:
        tree = self.definition.walk() if self.definition is not None else ()
        return self.told.get(name, frozenset()) | {path for path, member, shape in tree if holds(member, shape)}
