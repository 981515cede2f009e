"""One sandbox and one az host for all stories of a test process; every story begins in an empty Azure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from azlin.gateways.az import Az
from azlin.paths import Paths
from azlin.sandbox.instance import ensure_running, stop
from tests.lifecycle.story import Story


@pytest.fixture(scope="session")
def lifecycle_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("lifecycle")
    paths = Paths(home)
    instance = ensure_running(paths)
    yield home
    az = Az(instance.cloud(), paths)
    az.stop()
    stop(paths)


@pytest.fixture
def story(lifecycle_home: Path) -> Story:
    paths = Paths(lifecycle_home)
    instance = ensure_running(paths)
    instance.ask("POST", "reset")
    return Story(paths, instance)
