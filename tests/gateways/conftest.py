"""What these tests share: a home of their own with the journal in it, and clients that may not leave the machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from azlin.gateways.cloud import Cloud
from azlin.gateways.http import Http
from azlin.gateways.journal import Journal
from azlin.paths import Paths


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "home")


@pytest.fixture
def journal(paths: Paths) -> Iterator[Journal]:
    with Journal.open(paths) as journal:
        yield journal


@pytest.fixture
def http() -> Iterator[Http]:
    with Http(Cloud(name="sandbox", sandbox=True)) as client:
        yield client


@pytest.fixture
def hurried() -> Iterator[Http]:
    with Http(Cloud(name="sandbox", sandbox=True), connect_timeout_s=0.3, read_timeout_s=0.3) as client:
        yield client
