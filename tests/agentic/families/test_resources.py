from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize("text", ["delete all key vaults", "delete resource kv1", "show resource /subscriptions/x"])
def test_a_resource_has_to_be_named_with_its_kind(understand: Any, text: str):
    assert understand(text).questions
