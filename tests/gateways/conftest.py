"""What the tests of the journal share: a home of their own, and the journal in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from azlin.gateways.journal import Journal
from azlin.paths import Paths


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "home")


@pytest.fixture
def journal(paths: Paths) -> Iterator[Journal]:
    with Journal.open(paths) as journal:
        yield journal
