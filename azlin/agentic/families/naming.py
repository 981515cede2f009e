"""Azure's naming rules for the types azlin makes (source: Azure's 'Naming rules and restrictions' page, per type)."""

from __future__ import annotations

import re

_ALNUM_HYPHEN = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_NETWORK = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?"
RULES: dict[str, tuple[str, int, int, str]] = {
    "group": (r"[\w().-]*[\w()-]", 1, 90, "letters, digits, _ ( ) . and -, not ending in a full stop"),
    "vm": (_ALNUM_HYPHEN, 1, 64, "letters, digits and hyphens, beginning and ending with a letter or digit"),
    "account": (r"[a-z0-9]+", 3, 24, "lower-case letters and digits only"),
    "container": (r"(?!.*--)[a-z0-9][a-z0-9-]*[a-z0-9]", 3, 63, "lower-case letters, digits and single hyphens"),
    "vnet": (_NETWORK, 2, 64, "letters, digits, _ . and -, beginning with a letter or digit"),
    "subnet": (_NETWORK, 1, 80, "letters, digits, _ . and -, beginning with a letter or digit"),
    "nsg": (_NETWORK, 1, 80, "letters, digits, _ . and -, beginning with a letter or digit"),
    "rule": (_NETWORK, 1, 80, "letters, digits, _ . and -, beginning with a letter or digit"),
    "ip": (_NETWORK, 1, 80, "letters, digits, _ . and -, beginning with a letter or digit"),
    "nic": (_NETWORK, 1, 80, "letters, digits, _ . and -, beginning with a letter or digit"),
}
"""kind → (pattern, shortest, longest, in words)"""
WINDOWS_COMPUTER_NAME_MAX = 15
RESERVED_USERS = frozenset(
    {
        "administrator",
        "admin",
        "admin1",
        "admin2",
        "adm",
        "a",
        "actuser",
        "aspnet",
        "backup",
        "console",
        "david",
        "guest",
    }
    | {"john", "owner", "root", "server", "sql", "support", "support_388945a0", "sys", "test", "123", "user"}
    | {f"{word}{number}" for word in ("user", "test") for number in range(1, 6)}
)
"""Admin names Azure refuses for a VM."""


def broken_rule(kind: str, name: str) -> str | None:
    """Why Azure would refuse this name, in a sentence; None when it would take it."""
    pattern, shortest, longest, words = RULES[kind]
    if shortest <= len(name) <= longest and re.fullmatch(pattern, name, re.ASCII):
        return None
    return f"{name!r} cannot be such a name in Azure: it takes {shortest} to {longest} characters, {words}"


def twice(names: tuple[str, ...]) -> str | None:
    """The first name that is given twice, as Azure compares names."""
    seen: set[str] = set()
    for name in names:
        if name.casefold() in seen:
            return name
        seen.add(name.casefold())
    return None
