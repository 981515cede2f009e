"""Two sandboxes: `azure` in this process, over an in-memory store and with a clock that tests set; and `sandbox`, the
real server, once per session."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from azlin.gateways.az_install import find_az, installation_of
from azlin.paths import Paths
from azlin.sandbox.arm.behaviour import Answer, Registry
from azlin.sandbox.arm.control_plane import ControlPlane
from azlin.sandbox.arm.groups import register as register_groups
from azlin.sandbox.arm.routes import Arm
from azlin.sandbox.arm.store import Store
from azlin.sandbox.directory import Directory, Tenant
from azlin.sandbox.entra import Entra
from azlin.sandbox.environment import shell_environment
from azlin.sandbox.incoming import Incoming
from azlin.sandbox.instance import Instance, ensure_running, stop
from azlin.sandbox.keys import SigningKey

VERSION = "api-version=2024-01-01"
BASE = "https://management.azure.com"
AZ_DRIVER = """
import io, json, logging, sys
from azure.cli.core import get_default_cli
answers = []
for arguments in json.load(sys.stdin):
    cli, out, said = get_default_cli(), io.StringIO(), io.StringIO()
    streams, (sys.stdout, sys.stderr) = (sys.stdout, sys.stderr), (out, said)
    logging.getLogger('cli').handlers.clear()
    try:
        code = cli.invoke(arguments, out_file=out)
    except SystemExit as left:
        code = left.code
    finally:
        sys.stdout, sys.stderr = streams
    error = cli.result.error if cli.result else None
    answers.append([code or 0, out.getvalue(), f'{error or ""} {said.getvalue()}'])
json.dump(answers, sys.stdout)
"""
"""Runs several commands in one process of az's own interpreter, because loading az takes longer than they do."""


@dataclass
class Clock:
    seconds: float = 1_000_000_000.0

    def __call__(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass
class Azure:
    """ARM's routes, asked as HTTP asks them."""

    plane: ControlPlane
    entra: Entra
    clock: Clock
    tokens: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def arm(self) -> Arm:
        return Arm(self.plane, self.entra)

    @property
    def tenant(self) -> Tenant:
        return self.plane.directory.default_tenant

    @property
    def subscription(self) -> str:
        return f"/subscriptions/{self.plane.directory.default_subscription.id}"

    def token(self, tenant: Tenant, scope: str = "https://management.azure.com/.default") -> str:
        key = tenant.id + scope
        if key not in self.tokens:
            form = {
                "grant_type": "client_credentials",
                "client_id": tenant.client_id,
                "client_secret": tenant.client_secret,
                "scope": scope,
            }
            answer = self.entra.answer("POST", f"/{tenant.id}/oauth2/v2.0/token", {}, form, "https://login")
            self.tokens[key] = answer.body["access_token"]
        return self.tokens[key]

    def ask(
        self,
        method: str,
        url: str,
        body: Any = None,
        *,
        tenant: Tenant | None = None,
        headers: dict[str, str] | None = None,
        version: str | None = VERSION,
    ) -> Answer:
        """`url` is a path (with a query, if any) or a link of an earlier answer."""
        parts = urlsplit(url)
        query = "&".join(part for part in (parts.query, version if "api-version" not in parts.query else None) if part)
        sent = {"authorization": f"Bearer {self.token(tenant or self.tenant)}", **(headers or {})}
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        fields = {name.lower(): value for name, value in parse_qsl(query, keep_blank_values=True)}
        return self.arm.answer(Incoming(method, parts.path, fields, sent, data, BASE))

    def group(self, name: str = "g", location: str = "westeurope") -> str:
        path = f"{self.subscription}/resourceGroups/{name}"
        answer = self.ask("PUT", path, {"location": location})
        assert answer.status in (200, 201), answer.body
        return path

    def put(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = self.ask("PUT", path, body if body is not None else {"location": "westeurope"})
        assert answer.status in (200, 201), answer.body
        return answer.body

    def get(self, path: str) -> dict[str, Any]:
        answer = self.ask("GET", path)
        assert answer.status == 200, answer.body
        return answer.body

    def values(self, path: str) -> list[dict[str, Any]]:
        return self.get(path)["value"]

    def code(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, str]:
        answer = self.ask(method, path, body, **more)
        return answer.status, answer.body["error"]["code"]


@pytest.fixture(scope="session")
def signing_key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    return SigningKey.kept(tmp_path_factory.mktemp("key") / "signing.pem")


@pytest.fixture
def registry() -> Registry:
    """The generic rules alone; a test adds the behaviours that it needs."""
    registry = Registry()
    register_groups(registry)
    return registry


@pytest.fixture
def azure(registry: Registry, signing_key: SigningKey) -> Azure:
    clock = Clock()
    store = Store(":memory:")
    plane = ControlPlane(store, registry, Directory(store), clock)
    return Azure(plane, Entra(plane.directory, signing_key, "header-secret"), clock)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def sandbox(home: Path) -> Iterator[Instance]:
    """A running server of its own."""
    paths = Paths(home)
    yield ensure_running(paths)
    stop(paths)


@pytest.fixture
def bare_environment() -> dict[str, str]:
    """The environment of this process without anything that leads to another Azure."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AZURE_", "ARM_", "AZLIN_")) and "PROXY" not in name.upper()
    }


@dataclass(frozen=True)
class AzSaid:
    """How one command of az ended; `error` is what it raised and what it wrote to stderr."""

    code: int
    text: str
    error: str

    @property
    def data(self) -> Any:
        """What it printed; an error is shown instead of a missing document."""
        assert self.code == 0, self.error
        return json.loads(self.text) if self.text.strip() else None


Az = Callable[..., list[AzSaid]]


@pytest.fixture(scope="session")
def environment(sandbox: Instance) -> dict[str, str]:
    """This process's environment, with the sandbox as the only Azure."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AZURE_", "ARM_"))}
    return kept | shell_environment(sandbox, os.environ)


@pytest.fixture(scope="session")
def az(environment: dict[str, str]) -> Az:
    """`az("group list", ["group", "show", ...])`: one answer per command of the unmodified Azure CLI."""
    found = find_az(environment)
    assert found is not None, "make setup installs az"
    python = installation_of(found).python

    def run(
        *commands: str | list[str], environment: dict[str, str] = environment, here: Path | None = None
    ) -> list[AzSaid]:
        arguments = [one.split() if isinstance(one, str) else one for one in commands]
        done = subprocess.run(
            [*python, "-c", AZ_DRIVER],
            input=json.dumps([[*one, "-o", "json"] for one in arguments]),
            env=environment,
            cwd=here,
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )
        assert done.returncode == 0, done.stderr
        return [AzSaid(*one) for one in json.loads(done.stdout)]

    return run
