"""Who may carry an objective out: leases in the ledger, with a heartbeat and a fencing token.

Whoever wants a runner to stop says so in the ledger, where its heartbeat finds it: that works from any terminal, and
wherever the ledger is shared. A signal would reach only processes of this machine, and only some of those.
"""

from __future__ import annotations

import os
import platform
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from azlin.errors import AzlinError, StillRunning
from azlin.gateways.journal import Holder
from azlin.gateways.ledger_file import LedgerFile
from azlin.gateways.ledger_operations import note
from azlin.gateways.ledger_reader import LedgerReader

HEARTBEAT_S = 5.0
SILENCE_MAX_S = 30.0
LISTEN_S = 1.0
"""How often a holder looks whether it was asked to stop."""

STOP_ASKED = "stop-asked"


class HeldLease:
    """A lease that this process holds. Its heartbeat runs until `release`."""

    def __init__(self, ledger: LedgerFile | LedgerReader, objective: str, fence: int, heard: int = 0) -> None:
        """`heard` is the number of the last moment of the objective that was for an earlier holder."""
        self.objective = objective
        self.fence = fence
        self.lost: str | None = None
        self.asked_to_stop: str | None = None
        self._ledger = ledger
        self._heard = heard
        self._listeners: list[Callable[[str], object]] = []
        self._telling = threading.Lock()
        self._over = threading.Event()
        self._heart = threading.Thread(target=self._beat, name=f"heartbeat {objective[:8]}", daemon=True)
        self._heart.start()

    def listen(self, hear: Callable[[str], object]) -> None:
        with self._telling:
            self._listeners.append(hear)
            why = self.lost or self.asked_to_stop
        if why is not None:
            hear(why)

    def release(self) -> None:
        """Let the next runner in at once. Where that cannot be written, the end of this process says it as well."""
        self._over.set()
        self._heart.join()
        with suppress(AzlinError):
            self._ledger.write(lambda ledger: let_go(ledger, self.objective, self.fence))

    def _beat(self) -> None:
        beaten_at = _now()
        while not self._over.wait(min(HEARTBEAT_S, LISTEN_S)):
            # A full disk stops the runner at its next write, with that error; until then the heart goes on trying.
            with suppress(AzlinError):
                self._look_for_requests()
                if not _far_apart(_now(), beaten_at):
                    continue
                kept = self._ledger.write(lambda ledger: beat(ledger, self.objective, self.fence))
                beaten_at = _now()
                if not kept:
                    self._tell(lost="another runner took over, because this one had been silent")
                    return

    def _look_for_requests(self) -> None:
        if self.asked_to_stop is None and (asked := self._ledger.read(self._request)) is not None:
            self._heard, why = asked
            self._tell(asked_to_stop=why)

    def _request(self, ledger: sqlite3.Connection) -> tuple[int, str] | None:
        row = ledger.execute(
            "SELECT seq, detail FROM events WHERE objective = ? AND seq > ? AND what = ? ORDER BY seq DESC LIMIT 1",
            (self.objective, self._heard, STOP_ASKED),
        ).fetchone()
        return None if row is None else (int(row["seq"]), str(row["detail"]))

    def _tell(self, *, lost: str | None = None, asked_to_stop: str | None = None) -> None:
        with self._telling:
            self.lost = lost or self.lost
            self.asked_to_stop = asked_to_stop or self.asked_to_stop
            listeners = list(self._listeners)
        for hear in listeners:
            hear(lost or asked_to_stop or "")


def _now() -> tuple[float, float]:
    """Both clocks. After a machine has slept, or its clock was set, only the one that others judge us by has moved."""
    return time.monotonic(), time.time()


def _far_apart(now: tuple[float, float], then: tuple[float, float]) -> bool:
    return any(abs(one - other) >= HEARTBEAT_S for one, other in zip(now, then, strict=True))


def take(ledger: sqlite3.Connection, objective: str, runner: str, heir_of: int | None = None) -> tuple[int, int]:
    """Take the lease, from the holder with the fence `heir_of` if need be; return its fence, and the number of the last
    moment of the objective's history. Raises StillRunning."""
    row = ledger.execute("SELECT * FROM leases WHERE objective = ?", (objective,)).fetchone()
    if row is not None and row["fence"] != heir_of:
        refuse_while_held(objective, holder_of(row))
    fence = 1 if row is None else int(row["fence"]) + 1
    now = time.time()
    ledger.execute(
        "INSERT INTO leases (objective, runner, host, pid, born, fence, taken_at, heartbeat_at, released)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT (objective) DO UPDATE SET runner = excluded.runner,"
        " host = excluded.host, pid = excluded.pid, born = excluded.born, fence = excluded.fence,"
        " taken_at = excluded.taken_at, heartbeat_at = excluded.heartbeat_at, released = 0",
        (objective, runner, platform.node(), os.getpid(), _born(os.getpid()), fence, now, now),
    )
    last = ledger.execute("SELECT coalesce(max(seq), 0) FROM events WHERE objective = ?", (objective,)).fetchone()
    return fence, int(last[0])


def ask_to_stop(ledger: sqlite3.Connection, objective: str, why: str) -> Holder | None:
    """Leave the request where the holder's heartbeat finds it; None if there is no living holder."""
    row = ledger.execute("SELECT * FROM leases WHERE objective = ?", (objective,)).fetchone()
    holder = None if row is None else holder_of(row)
    if holder is None or not holder.alive:
        return None
    note(ledger, objective, STOP_ASKED, detail=why)
    return holder


def cut_off(ledger: sqlite3.Connection) -> list[tuple[str, Holder]]:
    """Objectives without an outcome, whose lease nobody gave back and nobody keeps."""
    rows = ledger.execute(
        "SELECT leases.* FROM leases JOIN objectives ON objectives.id = leases.objective"
        " WHERE leases.released = 0 AND objectives.verdict IS NULL ORDER BY leases.heartbeat_at DESC"
    )
    found = [(str(row["objective"]), holder_of(row)) for row in rows]
    return [(objective, holder) for objective, holder in found if not holder.alive]


def beat(ledger: sqlite3.Connection, objective: str, fence: int) -> bool:
    """Say that the holder lives; False if it no longer holds the lease."""
    done = ledger.execute(
        "UPDATE leases SET heartbeat_at = ? WHERE objective = ? AND fence = ? AND released = 0",
        (time.time(), objective, fence),
    )
    return done.rowcount == 1


def let_go(ledger: sqlite3.Connection, objective: str, fence: int) -> None:
    ledger.execute("UPDATE leases SET released = 1 WHERE objective = ? AND fence = ?", (objective, fence))


def require(ledger: sqlite3.Connection, objective: str, fence: int | None) -> None:
    """Raise StillRunning unless a writer with this fence (None: without a lease) may write to the objective."""
    row = ledger.execute("SELECT * FROM leases WHERE objective = ?", (objective,)).fetchone()
    if row is None or (fence is not None and row["fence"] == fence):
        return
    if fence is not None:
        holder = holder_of(row)
        raise StillRunning(
            f"another process took objective {objective[:8]} over: pid {holder.pid} on {holder.host}",
            why="this one had been silent for too long; nothing more was written by it",
            fix=f"azlin objective watch {objective[:8]}   (and resume it when that process has ended)",
        )
    refuse_while_held(objective, holder_of(row))


def refuse_while_held(objective: str, holder: Holder) -> None:
    if holder.alive:
        raise StillRunning(
            f"objective {objective[:8]} is being carried out by pid {holder.pid} on {holder.host}",
            why=f"its last heartbeat was {holder.heartbeat_age_s:.0f} s ago ({holder.runner})",
            fix=f"azlin objective watch {objective[:8]}   (or stop it: azlin objective cancel {objective[:8]})",
        )


def holder_of(row: sqlite3.Row) -> Holder:
    # A clock that was set back must not make a dead runner look alive for hours, hence abs().
    age_s = abs(time.time() - float(row["heartbeat_at"]))
    dead = row["host"] == platform.node() and _born(row["pid"]) != row["born"]
    return Holder(
        runner=row["runner"],
        host=row["host"],
        pid=row["pid"],
        fence=row["fence"],
        heartbeat_age_s=age_s,
        alive=not row["released"] and not dead and age_s <= SILENCE_MAX_S,
    )


def _born(pid: int) -> str:
    """What tells a process from a later one with the same number; `` if there is none.

    Linux: field 22 of /proc/PID/stat, the start time in ticks since boot (proc_pid_stat(5)), with the boot's id.
    Elsewhere a living process is only `alive`: a reused number then costs the 30 s that silence takes.
    """
    stat = Path(f"/proc/{pid}/stat")
    try:
        after_name = stat.read_text().rpartition(")")[2].split()
        if after_name[0] in ("Z", "X"):
            return ""
        return f"{Path('/proc/sys/kernel/random/boot_id').read_text().strip()}:{after_name[19]}"
    except OSError:
        if Path("/proc/self/stat").exists():
            return ""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except OSError:
        pass
    return "alive"
