"""Scenarios: trouble that belongs together, in a TOML file.

    [[fault]]                       # any fields of `Fault`
    type = "Microsoft.Compute/virtualMachines"
    method = "PUT"
    code = "SkuNotAvailable"
    times = 1

    [throttle]                      # ARM's own buckets where nothing else is said
    writes = { bucket = 50, refill_per_s = 5 }

    [clock]
    advance_s = 86400

    [[quota]]                       # a limit of a usage; without a location it is for every region
    location = "westeurope"
    name = "standardDSv3Family"
    limit = 10

    [[unavailable]]                 # a VM size that cannot be had, in a region or in zones of it
    size = "Standard_D4s_v3"
    location = "westeurope"
    zones = ["1"]

Some come with azlin, by name: the files beside this module, in `scenarios/`.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from azlin.sandbox.arm.control_plane import ControlPlane
from azlin.sandbox.arm.faults import Fault
from azlin.sandbox.arm.quota.capacity import QuotaLimit, Unavailable
from azlin.sandbox.arm.throttling import Limits
from azlin.sandbox.clock import Clock

_BUILT_IN = Path(__file__).with_name("scenarios")


class ScenarioUnreadable(ValueError):
    """The file is not there, not TOML, or says what no scenario says."""


class ClockChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    advance_s: float


class Scenario(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """What goes wrong together."""

    title: str = ""
    fault: list[Fault] = []
    throttle: Limits | None = None
    clock: ClockChange | None = None
    quota: list[QuotaLimit] = []
    unavailable: list[Unavailable] = []


def built_in() -> list[str]:
    """The names of the scenarios that come with azlin."""
    return sorted(one.stem for one in _BUILT_IN.glob("*.toml"))


def read_scenario(source: str) -> Scenario:
    """A file, or a built-in one by its name. Raises ScenarioUnreadable with the place that is wrong."""
    path = Path(source)
    if not path.is_file() and source in built_in():
        path = _BUILT_IN / f"{source}.toml"
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Scenario)
    except OSError as refused:
        known = ", ".join(built_in())
        raise ScenarioUnreadable(f"{source} cannot be read: {refused.strerror} (built in are {known})") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as refused:
        raise ScenarioUnreadable(f"{source}: {refused}") from None


def play(scenario: Scenario, plane: ControlPlane, clock: Clock) -> list[Fault]:
    """Let it go wrong, beside what goes wrong already; returns the faults that were added."""
    added = [plane.faults.add(one) for one in reversed(scenario.fault)]
    if scenario.throttle is not None:
        plane.throttle.limit(scenario.throttle)
    if scenario.clock is not None:
        clock.advance(scenario.clock.advance_s)
    plane.capacity.add(scenario.quota, scenario.unavailable)
    return added[::-1]
