from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm import features
from azlin.sandbox.arm.behaviour import Registry


@pytest.fixture
def registry(registry: Registry) -> Registry:
    features.register(registry)
    return registry


def test_a_feature_is_registered_until_it_is_unregistered(azure: Any):
    under = f"{azure.subscription}/providers/Microsoft.Features"
    one = f"{under}/providers/microsoft.compute/features/Some"
    assert azure.get(one)["properties"] == {"state": "NotRegistered"}
    assert azure.values(f"{under}/features") == []
    assert azure.ask("POST", f"{one}/register").body["name"] == "Microsoft.Compute/Some"
    assert azure.get(one)["properties"] == {"state": "Registered"}
    assert azure.values(f"{under}/features") == azure.values(f"{under}/providers/Microsoft.Compute/features")
    assert azure.values(f"{under}/providers/Microsoft.Network/features") == []
    azure.ask("POST", f"{one}/unregister")
    assert azure.get(one)["properties"] == {"state": "Unregistered"}


def test_a_namespace_that_nobody_has_has_no_features(azure: Any):
    path = f"{azure.subscription}/providers/Microsoft.Features/providers/Nobody.Here/features/x"
    assert azure.code("GET", path) == (404, "InvalidResourceNamespace")
