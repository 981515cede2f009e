"""Scopes: what an assignment at one of them reaches. An id reaches itself and everything under it."""

from __future__ import annotations


def above(scope: str) -> list[str]:
    """The scope itself and every one above it, casefolded, nearest first; the tenant's root is "".

    A resource is in its parents, its group and its subscription. Management groups are the caller's to add.
    """
    parts = [part for part in scope.casefold().split("/") if part]
    found, at = [""], 0
    while at < len(parts):
        if parts[at] == "providers":
            at += 2  # the namespace, which is no scope
            continue
        at += 2
        if at <= len(parts):
            found.append("/" + "/".join(parts[:at]))
    return found[::-1]


def reaches(scope: str, path: str) -> bool:
    """Whether what holds at `scope` holds at `path`; any casing."""
    folded, wanted = scope.casefold().rstrip("/"), path.casefold().rstrip("/")
    return wanted == folded or wanted.startswith(f"{folded}/")
