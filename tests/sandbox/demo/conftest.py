"""The demo tenants in one plane with every behaviour, and a bare estate to try parts on."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from azlin.sandbox.arm.behaviour import load
from azlin.sandbox.arm.control_plane import ControlPlane
from azlin.sandbox.arm.store import Resource, Store
from azlin.sandbox.demo.estate import Estate
from azlin.sandbox.demo.tenants import make
from azlin.sandbox.directory import Directory
from azlin.sandbox.seed import Seeded


def empty_plane() -> ControlPlane:
    store = Store(":memory:")
    return ControlPlane(store, load(), Directory(store))


@pytest.fixture
def estate() -> Estate:
    plane = empty_plane()
    directory = plane.directory
    return Estate(plane, directory.default_tenant, directory.default_subscription, "test", random.Random(7))


@pytest.fixture
def stored(estate: Estate) -> Callable[[str], Resource]:
    """What the sandbox holds under an id that must be there."""

    def found(path: str) -> Resource:
        resource = estate.plane.store.get(path)
        assert resource is not None, path
        return resource

    return found


@pytest.fixture(scope="session")
def demo() -> tuple[ControlPlane, Seeded, Seeded]:
    """A plane with both demo tenants; only looked at."""
    plane = empty_plane()
    return plane, make("DefenderATEVET17", plane), make("defenderatevet12", plane)
