"""The sandbox's own door, `/_sandbox/`: status, request log, faults, seed, reset.

Every call but `health` needs the key of the instance file, which only its owner can read.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from azlin.sandbox.arm.behaviour import Answer
from azlin.sandbox.arm.control_plane import ControlPlane
from azlin.sandbox.arm.faults import Fault
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.times import iso
from azlin.sandbox.clock import Clock
from azlin.sandbox.demo.large import make_large
from azlin.sandbox.demo.tenants import make
from azlin.sandbox.incoming import Incoming
from azlin.sandbox.request_log import RequestLog
from azlin.sandbox.scenario import ClockChange, Scenario, play
from azlin.sandbox.seed import Seeded, SeedUnreadable, seed


class _SeedAsked(msgspec.Struct):
    """One of: a file, a demo tenant by name, or a size (then `name` is needed)."""

    path: str | None = None
    demo: str | None = None
    size: int | None = None
    name: str | None = None


class Administration:
    """`on_change` is called when tenants or subscriptions were added."""

    def __init__(
        self,
        plane: ControlPlane,
        clock: Clock,
        log: RequestLog,
        instance: dict[str, Any],
        key: str,
        on_change: Callable[[], None],
    ) -> None:
        self._plane = plane
        self._clock = clock
        self._log = log
        self._instance = instance
        self._key = key
        self._on_change = on_change
        self._doors: dict[tuple[str, str], Callable[[Incoming], Any]] = {
            ("GET", "status"): self._status,
            ("GET", "requests"): lambda _: log.entries(),
            ("GET", "faults"): lambda _: plane.faults.list(),
            ("POST", "faults"): self._add_fault,
            ("DELETE", "faults"): lambda incoming: {"removed": self._clear_faults(incoming.query.get("by"))},
            ("POST", "scenario"): self._scenario,
            ("POST", "clock"): self._advance,
            ("POST", "seed"): self._seed,
            ("POST", "reset"): self._reset,
        }

    def answer(self, incoming: Incoming) -> Answer:
        what = incoming.path.removeprefix("/_sandbox/")
        if what == "health":
            return Answer(200, {"pid": self._instance["pid"], "id": self._instance["id"]})
        given = incoming.headers.get("x-sandbox-key", "")
        if not secrets.compare_digest(given.encode(), self._key.encode()):
            return _error(401, "KeyNeeded", "x-sandbox-key is missing or wrong")
        door = self._doors.get((incoming.method, what))
        if door is None:
            return _error(404, "NotFound", f"no such door: {incoming.method} {what}")
        try:
            return Answer(200, msgspec.to_builtins(door(incoming)))
        except (SeedUnreadable, ArmRefusal, ValueError) as refused:
            return _error(400, "Unreadable", str(refused))

    def _status(self, _: Incoming) -> dict[str, Any]:
        plane = self._plane
        return {
            "resources": plane.store.count(),
            "requests": self._log.total,
            "mutating_requests": self._log.mutating,
            "refused_hosts": self._log.refused_hosts,
            "faults": len(plane.faults.list()),
            "throttle": plane.throttle.limits,
            "quota": plane.capacity.scarce[0],
            "unavailable": plane.capacity.scarce[1],
            "clock_ahead_s": self._clock.ahead_s,
            "tenants": [
                {
                    "id": tenant.id,
                    "name": tenant.name,
                    "subscriptions": [
                        {"id": one.id, "name": one.name} for one in plane.directory.subscriptions(tenant.id)
                    ],
                }
                for tenant in plane.directory.tenants
            ],
        }

    def _add_fault(self, incoming: Incoming) -> Fault:
        sent = incoming.json()
        asked = msgspec.convert({} if sent is None else sent, dict[str, Any])
        return self._plane.faults.add(msgspec.convert({"id": "", **asked}, Fault))

    def _seed(self, incoming: Incoming) -> Any:
        asked = msgspec.convert(incoming.json(), _SeedAsked)
        report = self._seeded(asked)
        self._on_change()
        return report

    def _seeded(self, asked: _SeedAsked) -> Seeded:
        if asked.path is not None:
            return seed(Path(asked.path), asked.name, self._plane)
        if asked.demo is not None:
            return make(asked.demo, self._plane)
        if asked.size is not None:
            return make_large(asked.name or f"large {asked.size}", asked.size, self._plane)
        raise SeedUnreadable("a seed is a path, a demo, or a size")

    def _reset(self, _: Incoming) -> dict[str, int]:
        self._plane.operations.clear()
        faults = self._clear_faults()
        self._clock.reset()
        return {"removed": self._plane.store.clear(), "faults": faults}

    def _clear_faults(self, by: str | None = None) -> int:
        """All trouble, or only the faults that somebody set."""
        if by is not None:
            return self._plane.faults.clear(by)
        throttled = self._plane.throttle.limits is not None
        self._plane.throttle.limit(None)
        self._plane.staleness.clear()
        return throttled + self._plane.capacity.clear() + self._plane.faults.clear()

    def _scenario(self, incoming: Incoming) -> dict[str, Any]:
        faults = play(msgspec.convert(incoming.json(), Scenario), self._plane, self._clock)
        throttle, ahead_s = self._plane.throttle.limits, self._clock.ahead_s
        return {"faults": faults, "throttle": throttle, "clock_ahead_s": ahead_s}

    def _advance(self, incoming: Incoming) -> dict[str, Any]:
        ahead_s = self._clock.advance(msgspec.convert(incoming.json(), ClockChange).advance_s)
        return {"now": iso(self._clock()), "ahead_s": ahead_s}


def _error(status: int, code: str, message: str) -> Answer:
    return Answer(status, {"error": {"code": code, "message": message}})
