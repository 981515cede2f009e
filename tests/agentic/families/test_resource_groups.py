from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize("text", ["create a resource group", "delete all resource groups", "delete groups tagged a=b"])
def test_a_group_has_to_be_named(understand: Any, text: str):
    assert understand(text).questions
