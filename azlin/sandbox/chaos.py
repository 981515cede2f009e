"""Random trouble for one run: `azlin doit --chaos SEED` draws it, sets it, and takes exactly that away again.

The same seed makes the same trouble. Every piece of it ends after some hits, so that a run can usually go on to its
end. Each run's faults carry a marker; a file of that name, which its process holds the lock of, says that it is still
at work. The lock of a process that was killed is free: then the next command takes its faults away.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import random
import uuid
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec

from azlin.errors import CloudUnreachable
from azlin.gateways.files import make_private_directory
from azlin.paths import Paths, unwritable
from azlin.sandbox.arm.faults import Fault
from azlin.sandbox.instance import Instance, ensure_running

FEWEST, MOST = 3, 6
_NETWORK, _COMPUTE, _STORAGE = "Microsoft.Network/*", "Microsoft.Compute/*", "Microsoft.Storage/*"
_PROVIDERS = (_NETWORK, _COMPUTE, _STORAGE, "Microsoft.Resources/*", "*")
_STUMBLES = ((500, "InternalServerError"), (502, "BadGateway"), (503, "ServiceUnavailable"), (504, "GatewayTimeout"))
_BUSY = ("AnotherOperationInProgress", "ConflictingConcurrentWriteNotAllowed", "RetryableError")
_NO_ROOM = ("SkuNotAvailable", "AllocationFailed", "ZonalAllocationFailed")
_LOST = {
    "before": "before being read",
    "after": "after being carried out",
    "half": "in the middle of the answer",
}


@dataclass(frozen=True)
class Mishap:
    """One piece of trouble: what goes wrong, in words, and as the fault that makes it so."""

    words: str
    fault: Fault


def mishaps(seed: int) -> tuple[Mishap, ...]:
    """What goes wrong under a seed: a few pieces of trouble, seldom two of a kind."""
    draw = random.Random(f"chaos/{seed}")  # noqa: S311 - made trouble, no secret
    kinds = draw.choices(list(_KINDS), list(_KINDS.values()), k=draw.randint(FEWEST, MOST))
    return tuple(kind(draw) for kind in dict.fromkeys(kinds))


@contextmanager
def unleashed(instance: Instance, seed: int) -> Generator[tuple[Mishap, ...]]:
    """The trouble of a seed, for as long as the block runs. Raises CloudUnreachable, StateUnwritable."""
    drawn = mishaps(seed)
    with _marked(instance, seed) as marker:
        faults = [msgspec.structs.replace(one.fault, by=marker) for one in drawn]
        try:
            instance.ask("POST", "scenario", {"fault": msgspec.to_builtins(faults)})
            yield drawn
        finally:
            with contextlib.suppress(CloudUnreachable):  # a sandbox that is gone is asked by the next command
                _take_away(instance, marker)


def clear_leftovers(instance: Instance) -> int:
    """Take away the trouble of runs that were killed; returns how many runs that were. Raises CloudUnreachable."""
    cleared = 0
    for path in instance.chaos.glob("chaos-*"):
        with contextlib.suppress(FileNotFoundError):
            handle = os.open(path, os.O_RDWR)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _take_away(instance, path.name)
                cleared += 1
            except BlockingIOError:
                continue  # its run is still at work
            finally:
                os.close(handle)
    return cleared


@contextmanager
def troubled(paths: Paths, seed: int, notice: Callable[[str], object]) -> Generator[None]:
    """The same in the sandbox of an AZLIN_HOME, told to whoever listens."""
    with unleashed(ensure_running(paths), seed) as drawn:
        notice(told(seed, drawn))
        yield


@contextmanager
def _marked(instance: Instance, seed: int) -> Generator[str]:
    """A marker that is on file, and locked, while the block runs. The file is gone when its trouble is."""
    directory = instance.chaos
    make_private_directory(directory)
    marker = f"chaos-{seed}-{uuid.uuid4().hex[:8]}"
    draft = directory / f".{marker}"
    try:
        handle = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as refused:
        raise unwritable(draft, refused) from refused
    try:
        # Locked before it has its name: nobody may take it for the file of a dead run.
        fcntl.flock(handle, fcntl.LOCK_EX)
        draft.rename(directory / marker)
        yield marker
    finally:
        os.close(handle)


def _take_away(instance: Instance, marker: str) -> None:
    instance.ask("DELETE", f"faults?by={marker}")
    (instance.chaos / marker).unlink(missing_ok=True)


# What can go wrong


def _throttled(draw: random.Random) -> Mishap:
    wait_s, times = draw.randint(1, 2), draw.randint(1, 4)
    fault = Fault(
        type=draw.choice(_PROVIDERS), method="PUT", retry_after_s=float(wait_s), times=times, skip=_spared(draw)
    )
    return Mishap(f"{_times(times, 'write')} of {_any(fault.type)} throttled for {wait_s} s", fault)


def _lost(draw: random.Random) -> Mishap:
    drop: Any = draw.choice(list(_LOST))
    method, times = draw.choice(("PUT", "DELETE", "POST", "GET", None)), draw.randint(1, 3)
    fault = Fault(service="arm", method=method, drop=drop, times=times, skip=draw.randint(0, 8))
    return Mishap(f"{_times(times, f'{method} request' if method else 'request')} lost {_LOST[drop]}", fault)


def _busy(draw: random.Random) -> Mishap:
    times, code = draw.randint(1, 3), draw.choice(_BUSY)
    method, type_ = draw.choice(("PUT", "PUT", "DELETE")), draw.choice(_PROVIDERS)
    fault = Fault(type=type_, method=method, status=409, code=code, times=times, skip=_spared(draw))
    return Mishap(f"{_times(times, method)} of {_any(type_)} refused with 409 {code}", fault)


def _stumbles(draw: random.Random) -> Mishap:
    (status, code), times = draw.choice(_STUMBLES), draw.randint(1, 3)
    method = draw.choice(("PUT", "GET", "DELETE", "POST"))
    fault = Fault(
        type=draw.choice(_PROVIDERS), method=method, status=status, code=code, times=times, skip=_spared(draw)
    )
    return Mishap(f"{_times(times, method)} of {_any(fault.type)} answered {status} {code}", fault)


def _slow(draw: random.Random) -> Mishap:
    takes_s, times = round(draw.uniform(0.3, 2.5), 1), draw.randint(2, 6)
    fault = Fault(
        type=draw.choice(_PROVIDERS), method=draw.choice(("PUT", "DELETE", "PUT")), latency_s=takes_s, times=times
    )
    return Mishap(f"{_times(times, str(fault.method))} of {_any(fault.type)} take {takes_s:g} s", fault)


def _late(draw: random.Random) -> Mishap:
    late_s, times = round(draw.uniform(0.3, 1.5), 1), draw.randint(1, 3)
    fault = Fault(service="arm", method=draw.choice(("PUT", "POST", "DELETE")), hold_s=late_s, times=times)
    return Mishap(f"{_times(times, str(fault.method))} carried out {late_s:g} s late", fault)


def _fails_later(draw: random.Random) -> Mishap:
    after_s, type_ = round(draw.uniform(0.2, 1.0), 1), draw.choice((_NETWORK, _COMPUTE, _STORAGE))
    code = "AllocationFailed" if type_ == _COMPUTE else "InternalServerError"
    fault = Fault(type=type_, method="PUT", latency_s=after_s, code=code, status=409, times=1, skip=_spared(draw))
    return Mishap(f"one PUT of {type_} accepted, and failed with {code} {after_s:g} s later", fault)


def _stale(draw: random.Random) -> Mishap:
    late_s, times = round(draw.uniform(0.5, 2.5), 1), draw.randint(1, 4)
    fault = Fault(type=draw.choice(_PROVIDERS), method=draw.choice(("PUT", "DELETE")), stale_s=late_s, times=times)
    return Mishap(f"{_times(times, str(fault.method))} of {_any(fault.type)} seen {late_s:g} s late", fault)


def _no_room(draw: random.Random) -> Mishap:
    code = draw.choice(_NO_ROOM)
    fault = Fault(type="Microsoft.Compute/virtualMachines", method="PUT", status=409, code=code, times=1)
    return Mishap(f"one virtual machine refused with {code}", fault)


_KINDS: dict[Callable[[random.Random], Mishap], int] = {
    _throttled: 4,
    _lost: 5,
    _busy: 4,
    _stumbles: 4,
    _slow: 4,
    _late: 2,
    _stale: 3,
    _fails_later: 1,
    _no_room: 1,
}
"""How likely each is. The last two end a run that nobody mends, so they are rare."""


def _spared(draw: random.Random) -> int:
    return draw.choice((0, 0, 1, 2))


def _times(times: int, what: str) -> str:
    return f"{times} {what}{'s' if times > 1 else ''}"


def _any(type_: str | None) -> str:
    return "any type" if type_ in (None, "*") else str(type_)


def told(seed: int, drawn: Sequence[Mishap]) -> str:
    """The trouble of a run, in one labelled sentence."""
    return f"sandbox chaos {seed}: {'; '.join(one.words for one in drawn)}"
