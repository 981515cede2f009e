"""Which host a link leads to. Talking through it is proved in test_az.py."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from azlin.gateways.az_install import Installation
from azlin.gateways.az_link import Link


def link(directory: Path, environment: dict[str, str] | None = None, **named: Any) -> Link:
    az = Installation(Path(sys.executable), (sys.executable,), {})
    return Link(az, directory, environment or {}, **{"cloud": "sandbox", "loopback_only": True, **named})


def test_a_host_is_shared_by_those_who_want_the_same_and_by_nobody_else(tmp_path: Path):
    same = {link(tmp_path).socket_path, link(tmp_path, {"LANG": "C"}).socket_path}
    assert len(same) == 1
    others = {
        link(tmp_path, loopback_only=False).socket_path,
        link(tmp_path, cloud="AzureCloud").socket_path,
        link(tmp_path, {"AZURE_CONFIG_DIR": "x"}).socket_path,
        link(tmp_path / "other").socket_path,
    }
    assert len(others | same) == 5


def test_stopping_a_host_that_does_not_run_does_nothing(tmp_path: Path):
    link(tmp_path).stop()
    assert list(tmp_path.iterdir()) == []


def test_a_link_that_wants_no_host_has_none(tmp_path: Path):
    assert not link(tmp_path, resident=False).resident
