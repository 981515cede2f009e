from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("create 21 storage accounts", "1 to 20"),
        ("create a storage account called Sam_Logs", "lower-case"),
        ("create a premium_lrs cool tier storage account called samlogs", "no access tier"),
        ("create a container called logs", "in which storage account"),
    ],
)
def test_what_storage_cannot_be_is_asked(understand: Any, text: str, question: str):
    assert question in "\n".join(understand(text).questions)
