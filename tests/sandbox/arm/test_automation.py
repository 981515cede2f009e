from __future__ import annotations

from typing import Any

from azlin.sandbox.arm import automation
from azlin.sandbox.arm.behaviour import Registry


def test_an_encrypted_variable_is_never_read(azure: Any, registry: Registry):
    automation.register(registry)
    account = f"{azure.group()}/providers/Microsoft.Automation/automationAccounts/a"
    azure.put(account)
    azure.put(f"{account}/variables/open", {"properties": {"value": "30"}})
    azure.put(f"{account}/variables/closed", {"properties": {"value": "hush", "isEncrypted": True}})
    shown, hidden = (azure.get(f"{account}/variables/{name}")["properties"] for name in ("open", "closed"))
    assert (shown["value"], shown["isEncrypted"]) == ("30", False)
    assert hidden["isEncrypted"]
    assert "value" not in hidden
