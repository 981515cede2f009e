from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("allow ssh from anywhere in nsg w with priority 99", "100 to 4096"),
        ("allow ssh in nsg w", "From where"),
        ("create 21 vnets", "1 to 20"),
        ("create a nic called nic1", "In which virtual network"),
    ],
)
def test_what_a_network_needs_is_asked(understand: Any, text: str, question: str):
    assert question in "\n".join(understand(text).questions)
