"""The real az, with one host for all tests of this directory, and a sandbox for it to work in."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from azlin.gateways.az import Az
from azlin.gateways.cloud import Cloud
from azlin.paths import Paths
from azlin.sandbox.instance import ensure_running, stop


@pytest.fixture(scope="session")
def sandbox_paths(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    return Paths(tmp_path_factory.mktemp("strategies"))


@pytest.fixture(scope="session")
def sandbox_cloud(sandbox_paths: Paths) -> Iterator[Cloud]:
    yield ensure_running(sandbox_paths).cloud()
    stop(sandbox_paths)


@pytest.fixture(scope="session")
def az(sandbox_paths: Paths, sandbox_cloud: Cloud) -> Iterator[Az]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("AZURE_", "AZLIN_"))}
    az = Az(sandbox_cloud, sandbox_paths, environ=environ)
    yield az
    az.stop()
