"""The one list of sweeps (what a sweep is: this package's docstring)."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

from conformance.figure import Figure

MODULES: tuple[str, ...] = (
    "az_lists",
    "az_examples_network",
    "az_examples_network_prepared",
    "az_examples_compute",
    "az_examples_prepared",
    "az_endpoints",
    "recorded_statuses",
    "recorded_keys",
    "errors",
    "tenants",
    "pairs",
    "pairs_added",
    "clients",
    "mcp_tools",
)


class Sweep(Protocol):
    """A module of `MODULES`."""

    NAME: str

    def measure(self, sample: bool) -> Figure: ...


def find(names: Sequence[str] = ()) -> list[Sweep]:
    """The sweeps of these names, in the order of `MODULES`; all without names. Raises KeyError for an unknown one."""
    found = {one.NAME: one for one in (cast("Sweep", import_module(f"conformance.{module}")) for module in MODULES)}
    for name in names:
        if name not in found:
            raise KeyError(f"no sweep is called {name}; there are: {', '.join(found)}")
    return [one for name, one in found.items() if not names or name in names]
