"""A row of az's command table, and what the command does at worst.

az's table says which commands ask before they act, and for those it generates from Azure's API definitions which HTTP
methods they send. The rest is in the verb, which az's authors choose from a fixed vocabulary
(azure-cli, doc/command_guidelines.md). Whatever is not known to be harmless is taken to change something.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from azlin.agentic.types import Effect

READS = re.compile(r"(show|list|get|exists|wait|check|query|validate|what-if|version)(-.*)?")
READS_BUT_WRITES = frozenset({"get-credentials"})
"""`az aks get-credentials` writes into the user's kubeconfig."""
DESTROYS = re.compile(r"(.*-)?(delete|purge|remove|revoke|reset|wipe|terminate|unregister)(-.*)?")
CREATES = re.compile(r"(create|add|import|upload|deploy)(-.*)?")
HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class CommandFacts:
    """`methods` are the HTTP methods it may send (None: az does not say); `confirmation` that az itself would ask
    before it runs; `method` what these arguments chose, for `az rest`; a parameter is
    {name, options, required, choices}."""

    name: str
    methods: frozenset[str] | None = None
    confirmation: bool = False
    method: str | None = None
    parameters: tuple[dict[str, Any], ...] = field(default=(), repr=False)


def facts_of(row: dict[str, Any] | None) -> CommandFacts | None:
    """A row as the host answers it."""
    if row is None:
        return None
    methods: list[str] | None = row["methods"]
    return CommandFacts(
        name=row["name"],
        methods=None if methods is None else frozenset(methods),
        confirmation=row["confirmation"],
        method=row.get("method"),
        parameters=tuple(row["parameters"]),
    )


def effect_of(facts: CommandFacts | None) -> Effect:
    if facts is None:
        return "changes"
    if facts.name == "rest":
        return _effect_of_method(facts.method)
    verb = facts.name.rpartition(" ")[2]
    methods = facts.methods or frozenset()
    if facts.confirmation or DESTROYS.fullmatch(verb) or "DELETE" in methods:
        return "destroys"
    if methods and methods <= HARMLESS and verb not in READS_BUT_WRITES:
        return "reads"
    if READS.fullmatch(verb) and verb not in READS_BUT_WRITES and not methods & {"PUT", "PATCH"}:
        return "reads"
    return "creates" if CREATES.fullmatch(verb) else "changes"


def _effect_of_method(method: str | None) -> Effect:
    match (method or "").upper():
        case "GET" | "HEAD" | "OPTIONS":
            return "reads"
        case "DELETE":
            return "destroys"
        case "PUT":
            return "creates"
        case _:
            return "changes"
