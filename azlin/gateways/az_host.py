"""A resident Azure CLI, run by az's own interpreter: standard library only, and no import of azlin.

    python az_host.py serve '{"socket": PATH, "lock": PATH, "loopback_only": bool, "idle_s": seconds}'
    python az_host.py once  '{"loopback_only": bool}'          (one request on stdin, its answers on stdout)

`serve` returns when the socket (0600) listens, and leaves a process behind that has az loaded. It forks once per
connection; the child carries one request out, in a session of its own, and is ended when its client goes away. Each
message is one line of JSON. A request is

    {"do": "run" | "accept" | "describe", "argv": ["az", ...], "env": {...}, "cwd": PATH, "files": {NAME: text}}

(an argument `@NAME` is a file that az reads, and that is never on a disk where the system allows it)
and is answered by `{"taken": pid}` as soon as az's own parser has accepted the arguments of a `run`, then by one of
`{"rc", "stdout", "stderr", "http", "outside"}`, `{"refused": {"kind", "message"}}`, `{"accepted": true}`,
`{"command": {...} | null}`, `{"broken": why}`. Nothing has been sent to Azure before `taken`. `{"do": "stop"}` ends the
host.
"""

from __future__ import annotations

import os
import sys

# Beside this file lie modules of azlin with names such as http.py: Python's own must be found instead of them.
HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 (pathlib is not safe to import yet)
sys.path[:] = [path for path in sys.path if os.path.abspath(path) != HERE]  # noqa: PTH100

import atexit  # noqa: E402
import contextlib  # noqa: E402
import importlib.util  # noqa: E402
import io  # noqa: E402
import json  # noqa: E402
import logging  # noqa: E402
import select  # noqa: E402
import signal  # noqa: E402
import socket  # noqa: E402
import tempfile  # noqa: E402
import threading  # noqa: E402
import time  # noqa: E402
import traceback  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any, Callable  # noqa: E402, UP035 (az may have an older Python than we have)

GRACE_S = 3.0
LOOK_S = 30.0
PATIENCE_S = 10.0

Send = Callable[[dict[str, Any]], None]


def inside() -> Any:
    """The module `az_inside`, loaded by its place."""
    spec = importlib.util.spec_from_file_location("az_inside", Path(HERE, "az_inside.py"))
    if spec is None or spec.loader is None:
        raise ImportError("az_inside.py is missing")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def line(message: dict[str, Any]) -> bytes:
    return json.dumps(message).encode() + b"\n"


def capture_file(name: str) -> Any:
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create(name), "w+b")  # never on a disk: output may hold keys
    return tempfile.TemporaryFile()


def lend_files(request: dict[str, Any]) -> list[Any]:
    """Give az the files that came with a request, and return them so that they stay open."""
    lent: list[Any] = []
    for name, text in request.get("files", {}).items():
        if os.name == "nt":
            file: Any = tempfile.NamedTemporaryFile(delete=False)  # noqa: SIM115
            atexit.register(Path(file.name).unlink, missing_ok=True)
            path = file.name
        else:
            file = capture_file(name)
            path = f"/dev/fd/{file.fileno()}"
        file.write(text.encode())
        file.seek(0)
        lent.append(file)
        request["argv"] = [f"@{path}" if word == f"@{name}" else word for word in request["argv"]]
    return lent


def answer(request: dict[str, Any], send: Send, loopback_only: bool) -> None:
    """Carry a request out with its environment and its own captured streams, and send the last answer."""
    out, err = capture_file("out"), capture_file("err")
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(out.fileno(), 1)
    os.dup2(err.fileno(), 2)
    sys.stdin = io.TextIOWrapper(io.FileIO(0, closefd=False))
    sys.stdout, sys.stderr = (
        io.TextIOWrapper(io.FileIO(fd, "w", closefd=False), "utf-8", "replace", write_through=True) for fd in (1, 2)
    )
    os.environ.clear()
    os.environ.update(request["env"])
    for logger in [logging.getLogger(), *logging.root.manager.loggerDict.values()]:
        if isinstance(logger, logging.Logger):
            logger.handlers.clear()  # az sets logging up once per process, from the flags of its first command
    last: dict[str, Any]
    lent = lend_files(request)
    try:
        os.chdir(request["cwd"])
        last = INSIDE.carry_out(request, send, loopback_only)
    except KeyboardInterrupt:
        last = {"rc": 130, "http": {}, "outside": []}
    except BaseException:  # noqa: BLE001 (whatever it was, the client must hear of it)
        last = {"broken": traceback.format_exc()[-2000:]}
    for file in lent:
        file.close()
    sys.stdout.flush()
    sys.stderr.flush()
    said: dict[str, str] = {}
    for name, stream in (("stdout", out), ("stderr", err)):
        stream.seek(0)
        said[name] = stream.read().decode("utf-8", "replace")
    if "rc" in last:
        last.update(said)
    elif "refused" in last and not last["refused"]["message"]:
        why = said["stderr"].strip().removeprefix("ERROR: ") or "az refused without saying why"
        last["refused"] = {"kind": INSIDE.kind_of(why), "message": why}
    send(last)


def once(options: dict[str, Any]) -> None:
    """One request from stdin, answered on what stdout was."""
    answers = os.fdopen(os.dup(1), "wb")

    def send(message: dict[str, Any]) -> None:
        answers.write(line(message))
        answers.flush()

    answer(json.loads(sys.stdin.buffer.readline()), send, options["loopback_only"])


def child(conn: socket.socket, options: dict[str, Any]) -> None:
    """The forked half: one request."""
    try:
        conn.setblocking(True)
        words = conn.makefile("rb").readline()
        if words == b'{"do": "stop"}\n':
            conn.sendall(line({"stopping": os.getppid()}))
            os.kill(os.getppid(), signal.SIGTERM)
        elif words.endswith(b"\n"):
            threading.Thread(target=end_with_client, args=(conn,), daemon=True).start()
            answer(json.loads(words), lambda message: conn.sendall(line(message)), options["loopback_only"])
    except OSError:
        pass  # the client is gone: nobody is left to tell


def end_with_client(conn: socket.socket) -> None:
    """Wait until the client hangs up; then end what we and our children are doing: ask, tell, force."""
    with contextlib.suppress(OSError):
        conn.recv(1)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        os.killpg(0, number)
        time.sleep(GRACE_S)


def serve(options: dict[str, Any]) -> None:
    """Become the host at options["socket"], unless there is one. The caller's process returns when it listens; the
    lock, which the host holds as long as it lives, has its pid in it."""
    import fcntl

    path = options["socket"]
    lock = os.open(options["lock"], os.O_RDWR | os.O_CREAT, 0o600)
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except OSError:  # another host has it: it listens (then we are done) or is about to end (then we are next)
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
                probe.connect(path)
                return
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
    os.umask(0o177)
    fresh = path + ".new"
    for old in (fresh, path):
        with contextlib.suppress(FileNotFoundError):
            Path(old).unlink()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(fresh)
    listener.listen(64)
    os.umask(0o077)
    Path(fresh).rename(path)  # whoever sees the name can connect
    pid = os.fork()
    if pid:
        os.ftruncate(lock, 0)
        os.write(lock, b"%d\n" % pid)
        return
    os.setsid()
    with Path(os.devnull).open("r+b") as nothing:
        for fd in (0, 1, 2):
            os.dup2(nothing.fileno(), fd)
    os.chdir("/")
    try:
        Host(listener, lock, options).attend()
    finally:
        os._exit(0)


class Host:
    """The resident process. One thread, so that forking is safe at any moment.

    While az is being loaded, a child is forked for each connection. From then on a spare child is forked in advance
    and takes the next connection itself: copying the process is the longest part of a short command.
    """

    def __init__(self, listener: socket.socket, lock: int, options: dict[str, Any]) -> None:
        self.listener = listener
        self.options = options
        self.children: set[int] = set()
        self.spare: int | None = None
        self.stopping = False
        self.wake_in, wake_out = os.pipe()
        self.claims, self.claim = os.pipe()  # a spare writes here when it has taken a connection
        self.alive, self.living = os.pipe()  # and reads the end of this when we are gone
        self.ours = (lock, self.wake_in, wake_out, self.claims, self.living)
        for fd in (self.wake_in, wake_out):
            os.set_blocking(fd, False)
        listener.setblocking(False)
        signal.set_wakeup_fd(wake_out, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        signal.signal(signal.SIGCHLD, self.notice)  # so that a child's end writes to the wake-up pipe
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def stop(self, *_signal: Any) -> None:
        self.stopping = True

    def notice(self, *_signal: Any) -> None:
        """Nothing to do: the wake-up pipe has been written to."""

    def attend(self) -> None:
        """Carry out what is asked, load az in between, and leave after idle_s without work or at SIGTERM."""
        loads = INSIDE.preloads()
        load: Any = next(loads, None)
        idle_since = time.monotonic()
        identity = Path(self.options["socket"]).stat().st_ino
        while not self.stopping and self.reachable(identity):
            if load is None and self.spare is None:
                self.spare = self.fork(self.wait_for_client)
            watched = [self.wake_in, self.claims, *([self.listener] if load else [])]
            ready = select.select(watched, [], [], 0 if load else min(LOOK_S, self.options["idle_s"]))[0]
            with contextlib.suppress(BlockingIOError):
                os.read(self.wake_in, 4096)
            if self.claims in ready and os.read(self.claims, 1):
                self.spare = None
            self.reap()
            if self.listener in ready:
                self.take()
            elif load:
                load()
                load = next(loads, None)
            if load or ready or self.children - {self.spare}:
                idle_since = time.monotonic()
            elif time.monotonic() - idle_since >= self.options["idle_s"]:
                break
        self.leave()

    def reachable(self, identity: int) -> bool:
        """Whether the socket's name is still ours; if it was removed or replaced, nobody can find us."""
        try:
            return Path(self.options["socket"]).stat().st_ino == identity
        except OSError:
            return False

    def take(self) -> None:
        """Accept one connection and hand it to a child. If the machine has no room for one, the client hears EOF."""
        try:
            conn, _ = self.listener.accept()
        except OSError:
            return
        with conn:
            self.fork(lambda: self.serve_client(conn))

    def wait_for_client(self) -> None:
        """The spare's part: take the next connection, if our parent lives that long."""
        INSIDE.warm_up()
        while True:
            ready = select.select([self.listener, self.alive], [], [])[0]
            if self.alive in ready:
                return
            with contextlib.suppress(OSError):
                conn, _ = self.listener.accept()
                break
        os.write(self.claim, b".")
        self.serve_client(conn)

    def serve_client(self, conn: socket.socket) -> None:
        """A child's work. It lets go of the listener, so that nobody waits at one that no host attends any more."""
        self.listener.close()
        for fd in (self.alive, self.claim):
            os.close(fd)
        child(conn, self.options)

    def fork(self, work: Callable[[], None]) -> int | None:
        """A child that does `work`, and the end; None if the machine has no room for one now."""
        try:
            pid = os.fork()
        except OSError:
            time.sleep(0.1)
            return None
        if pid == 0:
            try:
                signal.set_wakeup_fd(-1)
                for number in (signal.SIGTERM, signal.SIGCHLD, signal.SIGHUP):
                    signal.signal(number, signal.SIG_DFL)
                signal.signal(signal.SIGINT, signal.default_int_handler)
                os.setsid()
                for fd in self.ours:
                    os.close(fd)
                work()
            finally:
                os._exit(0)
        self.children.add(pid)
        return pid

    def reap(self) -> None:
        while self.children:
            try:
                pid = os.waitpid(-1, os.WNOHANG)[0]
            except ChildProcessError:
                self.children.clear()
                self.spare = None
                return
            if pid == 0:
                return
            self.children.discard(pid)
            self.spare = None if pid == self.spare else self.spare

    def leave(self) -> None:
        """End: no new work, and no child left behind."""
        with contextlib.suppress(OSError):
            Path(self.options["socket"]).unlink()
        self.listener.close()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            for pid in self.children:
                with contextlib.suppress(OSError):
                    os.killpg(pid, number)
            until = time.monotonic() + GRACE_S
            while self.children and time.monotonic() < until:
                select.select([self.wake_in], [], [], 0.1)
                self.reap()


if __name__ == "__main__":
    INSIDE = inside()
    {"serve": serve, "once": once}[sys.argv[1]](json.loads(sys.argv[2]))
