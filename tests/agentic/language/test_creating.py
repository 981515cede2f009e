from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("create vms", "How many VMs"),
        ("create a few vms", "How many VMs"),
        ("create 0 vms", "How many VMs"),
        ("create a vm in uksouth in westeurope", "Two values were given"),
        ("create vms n3..n1", "does not run"),
        ("create a vnet called n1 with a public ip", "no public IP address"),
        ("create a running vm called Sam", "about what exists"),
    ],
)
def test_a_creation_that_is_not_clear_is_a_question(understand: Any, text: str, question: str):
    assert question in "\n".join(understand(text).questions)


def test_a_denial_is_a_rule_that_denies(understand: Any):
    intent = understand("deny rdp from anywhere in nsg web-nsg")
    assert (intent.parameters["kind"], intent.parameters["access"]) == ("rule", "Deny")
