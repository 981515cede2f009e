"""The one sandbox of an AZLIN_HOME: start it, find it, ask it, stop it.

`instance.json` (0600) says where it listens and how to sign in. Whether it lives is asked of the
kernel: a server holds the flock of `server.lock` until it dies, so a stale pid cannot mislead.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

from azlin import __version__
from azlin.errors import CloudUnreachable, NotFound, StateDamaged, ToolMissing, UsageRefused
from azlin.gateways.cloud import Cloud, ServicePrincipal
from azlin.gateways.files import locked, make_private_directory
from azlin.paths import Paths, unwritable

_NEEDED = ("cryptography", "httptools", "trustme", "uvicorn")
_START_TIMEOUT_S = 30.0
_STOP_TIMEOUT_S = 8.0
_POLL_S = 0.02


class Known(msgspec.Struct, kw_only=True):
    id: str
    name: str


class KnownTenant(msgspec.Struct, kw_only=True):
    """A tenant one can sign in to; the secret is worthless outside this machine's loopback."""

    id: str
    name: str
    domain: str
    client_id: str
    client_secret: str
    subscriptions: list[Known]

    def __repr__(self) -> str:
        return f"KnownTenant({self.name!r})"


class Instance(msgspec.Struct, kw_only=True):
    """A sandbox that runs (or ran): its ports on 127.0.0.1, its files, its tenants."""

    id: str
    version: str
    """Of the azlin that serves; another azlin's sandbox is started again."""
    pid: int
    directory: str
    tls_port: int
    proxy_port: int
    identity_port: int
    admin_key: str
    identity_header: str
    tenants: list[KnownTenant]

    def __repr__(self) -> str:
        return f"Instance({self.arm!r}, pid={self.pid})"

    @property
    def file(self) -> Path:
        return Path(self.directory) / "instance.json"

    @property
    def chaos(self) -> Path:
        """Where runs that are troubled on purpose leave their marks (`azlin.sandbox.chaos`)."""
        return Path(self.directory) / "chaos"

    @property
    def ca(self) -> Path:
        return Path(self.directory) / "ca.pem"

    @property
    def az_config_dir(self) -> Path:
        return Path(self.directory) / "az"

    @property
    def arm(self) -> str:
        """The direct endpoint, also of sign-in and Graph."""
        return f"https://127.0.0.1:{self.tls_port}"

    @property
    def proxy(self) -> str:
        return f"http://127.0.0.1:{self.proxy_port}"

    @property
    def default_tenant(self) -> KnownTenant:
        return self.tenants[0]

    @property
    def default_subscription(self) -> Known:
        return self.tenants[0].subscriptions[0]

    def cloud(self, subscription: str | None = None) -> Cloud:
        """The sandbox as a Cloud; `subscription` is an id or a name. Raises NotFound."""
        from azlin.sandbox.environment import tool_environment

        tenant, chosen = self._choose(subscription)
        return Cloud(
            name="sandbox",
            tenant=tenant.id,
            subscription=chosen.id,
            subscription_name=chosen.name,
            account=f"sandbox principal {tenant.client_id}",
            arm=self.arm,
            login=self.arm,
            graph=self.arm,
            ca_bundle=self.ca,
            az_config_dir=self.az_config_dir,
            az_environment=tool_environment(self, tenant, chosen),
            principal=ServicePrincipal(tenant.client_id, tenant.client_secret),
            sandbox=True,
        )

    def tenant(self, name: str) -> KnownTenant:
        """The tenant of that name, id or domain, in any casing. Raises NotFound."""
        for one in self.tenants:
            if name.casefold() in (one.name.casefold(), one.id, one.domain):
                return one
        known = ", ".join(one.name for one in self.tenants)
        raise NotFound(f"the sandbox has no tenant {name}", why=f"it has: {known}", fix="azlin sandbox status")

    def _choose(self, subscription: str | None) -> tuple[KnownTenant, Known]:
        if subscription is None:
            return self.default_tenant, self.default_subscription
        for tenant in self.tenants:
            for one in tenant.subscriptions:
                if subscription.casefold() in (one.id.casefold(), one.name.casefold()):
                    return tenant, one
        known = ", ".join(one.name for tenant in self.tenants for one in tenant.subscriptions)
        raise NotFound(f"the sandbox has no subscription {subscription}", why=f"it has: {known}")

    def ask(self, method: str, what: str, body: Any = None, *, timeout_s: float = 120.0) -> Any:
        """Ask the administration door; `what` is `status`, `requests`, `faults`, `seed`, `reset`.

        Returns decoded JSON. Raises CloudUnreachable, or UsageRefused with the sandbox's words (a
        seed file it cannot read).
        """
        import http.client
        import ssl

        context = ssl.create_default_context(cafile=str(self.ca))
        connection = http.client.HTTPSConnection("127.0.0.1", self.tls_port, timeout=timeout_s, context=context)
        try:
            data = None if body is None else msgspec.json.encode(body)
            connection.request(method, f"/_sandbox/{what}", data, {"x-sandbox-key": self.admin_key})
            response = connection.getresponse()
            answer = msgspec.json.decode(response.read())
        except (OSError, http.client.HTTPException, msgspec.DecodeError) as failed:
            raise CloudUnreachable(
                f"the sandbox at {self.arm} does not answer", why=str(failed), fix="azlin sandbox start"
            ) from failed
        finally:
            connection.close()
        if response.status != 200:
            raise UsageRefused(answer["error"]["message"])
        return answer


@dataclass(frozen=True)
class _Place:
    """Where the files of the sandbox of one AZLIN_HOME are."""

    directory: Path

    @property
    def lock(self) -> Path:
        return self.directory / "server.lock"

    @property
    def file(self) -> Path:
        return self.directory / "instance.json"

    @property
    def log(self) -> Path:
        return self.directory / "server.log"


def find_running(paths: Paths) -> Instance | None:
    """The sandbox that runs here, or None. Costs no network call but one loopback connect."""
    place = _Place(paths.sandbox)
    if not _locked(place.lock):
        return None
    try:
        instance = msgspec.json.decode(place.file.read_bytes(), type=Instance)
        socket.create_connection(("127.0.0.1", instance.tls_port), 2.0).close()
    except (OSError, msgspec.MsgspecError):
        return None
    return instance


def ensure_running(paths: Paths) -> Instance:
    """The sandbox of this AZLIN_HOME, started when it does not run; safe from many processes at once.

    Raises ToolMissing without the sandbox extra, StateUnwritable, StateDamaged when it cannot start.
    """
    found = find_running(paths)
    if found is not None and found.version == __version__:
        if any(found.chaos.glob("chaos-*")):
            from azlin.sandbox.chaos import clear_leftovers

            clear_leftovers(found)
        return found
    if found is not None:
        stop(paths)
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise ToolMissing(
            "the sandbox is not installed",
            why=f"these packages are missing: {', '.join(missing)}",
            fix='pip install "azlin[sandbox]"',
        )
    paths.prepare()
    place = _Place(paths.sandbox)
    make_private_directory(place.directory)
    with locked(place.directory / "start.lock", timeout_s=_START_TIMEOUT_S):
        return find_running(paths) or _start(place, paths)


def stop(paths: Paths) -> Instance | None:
    """End the sandbox of this AZLIN_HOME and wait until it is gone; None when none ran.

    Only a process that holds our lock and answers with our instance's id is ended.
    """
    place = _Place(paths.sandbox)
    if not place.directory.is_dir():
        return None
    with locked(place.directory / "start.lock", timeout_s=_START_TIMEOUT_S):
        if not _locked(place.lock):
            return None
        instance = _described(place)
        if not _is_ours(instance):
            if _wait(lambda: not _locked(place.lock), _POLL_S * 10):  # it was ending by itself
                return None
            raise StateDamaged(
                f"process {instance.pid} is not the sandbox of {place.directory}",
                why="the instance file and the process that holds the lock do not agree",
                fix=f"fuser {place.lock}   (shows the process; end it yourself)",
            )
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(instance.pid, number)
            if _wait(lambda: not _locked(place.lock), _STOP_TIMEOUT_S):
                place.file.unlink(missing_ok=True)
                return instance
        raise StateDamaged(f"the sandbox (process {instance.pid}) does not end", fix=f"kill -9 {instance.pid}")


def _described(place: _Place) -> Instance:
    try:
        return msgspec.json.decode(place.file.read_bytes(), type=Instance)
    except (OSError, msgspec.MsgspecError) as unreadable:
        raise StateDamaged(
            f"a sandbox runs, but {place.file} cannot be read",
            why=str(unreadable),
            fix=f"fuser {place.lock}   (shows the process; end it yourself)",
        ) from unreadable


def _is_ours(instance: Instance) -> bool:
    """Whether that pid is the server of that directory: it says so itself, or its command line does."""
    try:
        health = instance.ask("GET", "health", timeout_s=2.0)
    except CloudUnreachable:
        listed = subprocess.run(
            ["ps", "-ww", "-o", "command=", "-p", str(instance.pid)],  # noqa: S607 - wherever ps is
            capture_output=True,
            text=True,
            check=False,
        )
        return "azlin.sandbox.server" in listed.stdout and instance.directory in listed.stdout
    return health == {"pid": instance.pid, "id": instance.id}


def _start(place: _Place, paths: Paths) -> Instance:
    try:
        log = os.open(place.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as refused:
        raise unwritable(place.log, refused) from refused
    with os.fdopen(log, "wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "azlin.sandbox.server", str(place.directory.absolute())],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            close_fds=True,
        )
    started: list[Instance] = []

    def ready() -> bool:
        found = find_running(paths)
        if found is not None and found.pid == process.pid:
            started.append(found)
        return bool(started) or process.poll() is not None

    _wait(ready, _START_TIMEOUT_S)
    if started:
        return started[0]
    if process.poll() is None:
        process.terminate()
    said = place.log.read_text("utf-8", "replace").strip().splitlines()
    raise StateDamaged(
        "the sandbox did not start",
        why=said[-1] if said else f"it said nothing within {_START_TIMEOUT_S:.0f} s",
        fix=f"cat {place.log}   (or move {place.directory} aside to begin anew)",
    )


def _locked(path: Path) -> bool:
    """Whether a live process holds the lock of that file."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _wait(until: Any, timeout_s: float) -> bool:
    deadline = time.monotonic() + timeout_s
    while not until():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True
