"""The process behind `azlin sandbox start`: `python -m azlin.sandbox.server DIRECTORY`.

Three listeners on 127.0.0.1: TLS (every service), the CONNECT proxy, and plain http for managed
identity. It holds the flock of `server.lock` as long as it lives: whoever can take that lock knows
that no sandbox runs here, whatever a pid says.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import socket
import sys
import uuid
from pathlib import Path
from typing import Any

import msgspec

from azlin import __version__
from azlin.gateways.files import make_private_directory, write_whole
from azlin.gateways.schema import Schemas
from azlin.paths import Paths
from azlin.sandbox import retail_prices
from azlin.sandbox.administration import Administration
from azlin.sandbox.application import Application, IdentityApplication
from azlin.sandbox.arm.behaviour import load
from azlin.sandbox.arm.bodies import define_types
from azlin.sandbox.arm.control_plane import ControlPlane
from azlin.sandbox.arm.routes import Arm
from azlin.sandbox.arm.store import Store
from azlin.sandbox.blobs.service import Blobs
from azlin.sandbox.clock import Clock
from azlin.sandbox.directory import Directory
from azlin.sandbox.entra import Entra
from azlin.sandbox.environment import write_tool_files
from azlin.sandbox.graph.principals import DirectoryPrincipals
from azlin.sandbox.graph.routes import Graph
from azlin.sandbox.graph.sign_in import SignIn
from azlin.sandbox.instance import Instance, Known, KnownTenant
from azlin.sandbox.keys import SigningKey
from azlin.sandbox.proxy import Proxy
from azlin.sandbox.request_log import RequestLog
from azlin.sandbox.resource_graph import service as resource_graph
from azlin.sandbox.tls import certificates
from azlin.sandbox.vault.service import Vaults

_SECRETS = "secrets"


class _Secrets(msgspec.Struct):
    """Random, made once; the ports are those of the last run, taken again when they are free."""

    admin_key: str
    identity_header: str
    ports: list[int]


class Server:
    """One sandbox over one directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        make_private_directory(directory)
        self._store = Store(directory / "state.sqlite")
        self._secrets = self._kept_secrets()
        self._log = RequestLog()
        self._certificates = certificates(directory)
        # What `azlin schema sync` fetched lies beside this directory; a sync is seen by the next start.
        define_types(Schemas(Paths(directory.parent)).flags)
        registry = load()
        resource_graph.register(registry)
        self._clock = Clock(self._store)
        self._plane = ControlPlane(self._store, registry, Directory(self._store), self._clock)
        key = SigningKey.kept(directory / "signing.pem")
        self._entra = Entra(self._plane.directory, key, self._secrets.identity_header)
        self._graph = Graph(self._store, self._plane.directory)
        self._entra.principals = SignIn(self._graph, key)
        self._plane.principals = DirectoryPrincipals(self._graph.objects, self._graph.catch_up)

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT."""
        listeners = [_listen(port) for port in self._secrets.ports]
        self._secrets.ports = [one.getsockname()[1] for one in listeners]
        self._store.remember(_SECRETS, self._secrets)
        instance = self._instance()
        described: dict[str, Any] = {"pid": instance.pid, "id": instance.id}
        administration = Administration(
            self._plane,
            self._clock,
            self._log,
            described,
            self._secrets.admin_key,
            lambda: self._publish(self._instance()),
        )
        application = Application(Arm(self._plane, self._entra), self._entra, administration, self._log)
        application.serve["graph"] = self._graph.serve(self._entra)
        application.serve["vault"] = Vaults(self._plane, self._entra).answer
        blobs = Blobs(self._plane, self._entra, self._directory / "blobs")
        application.serve["storage"] = blobs.answer
        application.serve["prices"] = retail_prices.answer
        application.spools["storage"] = blobs.catalog.directory
        tls, proxy_socket, plain = listeners
        proxy = Proxy(instance.tls_port, instance.identity_port, self._log)
        servers = [
            _uvicorn(application, self._certificates.context()),
            _uvicorn(IdentityApplication(self._entra), None),
        ]
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, lambda: [setattr(one, "should_exit", True) for one in servers])
        await proxy.start(proxy_socket)
        serving = [
            asyncio.create_task(server._serve([listener]))
            for server, listener in zip(servers, (tls, plain), strict=True)
        ]
        while not all(server.started for server in servers):
            await asyncio.sleep(0.005)
        self._publish(instance)
        await asyncio.gather(*serving)
        await proxy.stop()
        self._plane.activity.write_down()
        self._store.close()

    def _publish(self, instance: Instance) -> None:
        """Let others find us: the files tools read first, the instance file last."""
        write_tool_files(instance)
        write_whole(instance.file, msgspec.json.encode(instance))

    def _instance(self) -> Instance:
        directory = self._plane.directory
        tls_port, proxy_port, identity_port = self._secrets.ports
        return Instance(
            id=self._instance_id(),
            version=__version__,
            pid=os.getpid(),
            directory=str(self._directory),
            tls_port=tls_port,
            proxy_port=proxy_port,
            identity_port=identity_port,
            admin_key=self._secrets.admin_key,
            identity_header=self._secrets.identity_header,
            tenants=[
                KnownTenant(
                    id=tenant.id,
                    name=tenant.name,
                    domain=tenant.domain,
                    client_id=tenant.client_id,
                    client_secret=tenant.client_secret,
                    subscriptions=[Known(id=one.id, name=one.name) for one in directory.subscriptions(tenant.id)],
                )
                for tenant in directory.tenants
            ],
        )

    def _instance_id(self) -> str:
        kept = self._store.recall("instance-id")
        if kept is None:
            kept = str(uuid.uuid4())
            self._store.remember("instance-id", kept)
        return kept

    def _kept_secrets(self) -> _Secrets:
        kept = self._store.recall(_SECRETS)
        if kept is not None:
            return msgspec.convert(kept, _Secrets)
        made = _Secrets(admin_key=uuid.uuid4().hex, identity_header=uuid.uuid4().hex, ports=[0, 0, 0])
        self._store.remember(_SECRETS, made)
        return made


def _listen(port: int) -> socket.socket:
    """A listener on loopback: on that port when it is free, else on any."""
    # With the protocol named, asyncio switches Nagle's algorithm off; without, an answer takes 44 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError:
        listener.bind(("127.0.0.1", 0))
    listener.listen(512)
    listener.setblocking(False)
    return listener


def _uvicorn(application: Any, context: Any) -> Any:
    import uvicorn

    from azlin.sandbox.connection import Connection

    config = uvicorn.Config(
        application,
        http=Connection,
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=2,
    )
    config.load()
    config.ssl = context
    return uvicorn.Server(config)


def main() -> None:
    """Take the lock or leave: there is one sandbox per directory."""
    directory = Path(sys.argv[1])
    make_private_directory(directory)
    os.umask(0o077)
    lock = os.open(directory / "server.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit("another sandbox serves this directory")
    (directory / "instance.json").unlink(missing_ok=True)
    asyncio.run(Server(directory).run())


if __name__ == "__main__":
    main()
