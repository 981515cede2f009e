"""Which of the things that exist are meant: one meaning of `where` for reads (rows) and for acts (planning)."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any, Literal, cast

import msgspec

from azlin.agentic.language.regions import region_of

State = Literal["running", "stopped", "deallocated", "powered-off"]
POWER_STATES: dict[State, frozenset[str]] = {
    "running": frozenset({"running", "starting"}),
    "stopped": frozenset({"stopped", "deallocated", "stopping", "deallocating"}),
    "deallocated": frozenset({"deallocated", "deallocating"}),
    "powered-off": frozenset({"stopped", "stopping"}),
}
"""A state that people name → the power states Azure reports."""


class Where(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A filter. Everything given must hold; within one field any of the values will do (all tags must match).

    `patterns` and `not_names` are globs (`web*`), compared case-folded like all names. `within` names the resource that
    holds it (the network of a subnet). `label` is a word such as `test`: tagged `env=test`, or with `test` in the name.
    A tag value of None means: has the tag.
    """

    names: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    not_names: tuple[str, ...] = ()
    tags: dict[str, str | None] = {}
    not_tags: dict[str, str | None] = {}
    states: tuple[State, ...] = ()
    not_states: tuple[State, ...] = ()
    groups: tuple[str, ...] = ()
    not_groups: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()
    not_locations: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    label: str | None = None
    everything: bool = False

    @property
    def needs_power(self) -> bool:
        return bool(self.states or self.not_states)

    def matches(self, resource: dict[str, Any], power: str | None = None) -> bool:
        """Whether a resource, as ARM returns it, is meant. `power` is its power state; None is unknown, which matches
        neither a wanted state nor an unwanted one."""
        name = str(resource.get("name", "")).casefold()
        group = group_of(resource).casefold()
        tags = tags_of(resource)
        location = region_of(str(resource.get("location", ""))) or ""
        return (
            _named(name, self.names, self.patterns)
            and not any(fnmatchcase(name, pattern.casefold()) for pattern in self.not_names)
            and all(_tagged(tags, key, value) for key, value in self.tags.items())
            and not any(_tagged(tags, key, value) for key, value in self.not_tags.items())
            and (not self.groups or group in _folded(self.groups))
            and group not in _folded(self.not_groups)
            and (not self.locations or location in self.locations)
            and location not in self.not_locations
            and (not self.sizes or size_of(resource).casefold() in _folded(self.sizes))
            and (not self.within or bool(_holders(resource) & _folded(self.within)))
            and (self.label is None or _labelled(name, tags, self.label))
            and self._in_state(power)
        )

    def _in_state(self, power: str | None) -> bool:
        if not self.needs_power:
            return True
        if power is None:
            return False
        wanted = {state for name in self.states for state in POWER_STATES[name]}
        unwanted = {state for name in self.not_states for state in POWER_STATES[name]}
        return (not wanted or power in wanted) and power not in unwanted

    def in_words(self) -> str:
        """`named web1 or web2, tagged env=test, in group web`; empty for no filter."""
        parts = [f"named {_either((*self.names, *self.patterns))}"] if self.names or self.patterns else []
        parts += [f"tagged {_tag(key, value)}" for key, value in self.tags.items()]
        parts += [f"tagged env={self.label} or with {self.label!r} in the name"] if self.label else []
        parts += [f"in {_either(self.within)}"] if self.within else []
        parts += [f"of size {_either(self.sizes)}"] if self.sizes else []
        parts += [f"that are {_either(self.states)}"] if self.states else []
        parts += [f"in group {_either(self.groups)}"] if self.groups else []
        parts += [f"in {_either(self.locations)}"] if self.locations else []
        parts += [f"not tagged {_tag(key, value)}" for key, value in self.not_tags.items()]
        parts += [f"not in group {_either(self.not_groups)}"] if self.not_groups else []
        parts += [f"not in {_either(self.not_locations)}"] if self.not_locations else []
        parts += [f"that are not {_either(self.not_states)}"] if self.not_states else []
        parts += [f"except {' and '.join(self.not_names)}"] if self.not_names else []
        return ", ".join(parts)


def group_of(resource: dict[str, Any]) -> str:
    """The resource group in a resource's id; empty for one that is in none."""
    parts = str(resource.get("id", "")).strip("/").split("/")
    return parts[3] if len(parts) > 4 and parts[2].casefold() == "resourcegroups" else ""


def _holders(resource: dict[str, Any]) -> set[str]:
    """The names of the resources that hold this one, case-folded."""
    tail = str(resource.get("id", "")).casefold().partition("/providers/")[2].split("/")
    return set(tail[2:-2:2])


def tags_of(resource: dict[str, Any]) -> dict[str, str]:
    return cast("dict[str, str]", resource.get("tags") or {})


def size_of(resource: dict[str, Any]) -> str:
    properties = cast("dict[str, Any]", resource.get("properties") or {})
    return str(cast("dict[str, Any]", properties.get("hardwareProfile") or {}).get("vmSize", ""))


def _named(name: str, names: tuple[str, ...], patterns: tuple[str, ...]) -> bool:
    if not names and not patterns:
        return True
    return name in _folded(names) or any(fnmatchcase(name, pattern.casefold()) for pattern in patterns)


def _tagged(tags: dict[str, str], key: str, value: str | None) -> bool:
    """Tag names are compared case-folded and values exactly, as Azure does."""
    found = next((tags[name] for name in tags if name.casefold() == key.casefold()), None)
    return found is not None and (value is None or found == value)


def _labelled(name: str, tags: dict[str, str], label: str) -> bool:
    environment = next((tags[key] for key in tags if key.casefold() in ("env", "environment")), "")
    return environment.casefold() == label or label in name


def _folded(values: tuple[str, ...]) -> set[str]:
    return {value.casefold() for value in values}


def _either(values: tuple[str, ...]) -> str:
    return " or ".join(values)


def _tag(key: str, value: str | None) -> str:
    return key if value is None else f"{key}={value}"
