"""What a clause says, as a family's parameters; what cannot be one is a question."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from azlin.agentic.language import regions
from azlin.agentic.language.kinds import Kind
from azlin.agentic.types import Candidate

Parameters = dict[str, Any]


@dataclass
class Bound:
    """What a clause says, as a family's parameters. `region` is one that was said of a part (a subnet, a container)
    that has none of its own: it can only be meant for what holds it."""

    action: str | None
    kind: Kind | None
    parameters: Parameters = field(default_factory=dict[str, Any])
    assumptions: list[str] = field(default_factory=list[str])
    questions: list[str] = field(default_factory=list[str])
    candidates: list[Candidate] = field(default_factory=list[Candidate])
    text: str = ""
    region: str | None = None

    @property
    def creates(self) -> bool:
        return self.action in CREATIONS

    def ask(self, question: str, *candidates: Candidate) -> None:
        self.questions.append(question)
        self.candidates.extend(candidates)


CREATIONS = frozenset({"create", "allow", "deny"})
_ANY = frozenset({"names", "count", "location", "group", "tags"})
TAKES: dict[str, frozenset[str]] = {
    "group": frozenset({"names", "count", "location", "tags"}),
    "vm": _ANY
    | {"size", "image", "zones", "ssh_key", "public_ip", "openings", "admin_user", "admin_password", "vnet", "subnet"}
    | {"nsg", "disk_gb", "shape"},
    "account": _ANY | {"sku", "tier", "containers"},
    "container": frozenset({"names", "account", "group"}),
    "vnet": _ANY | {"prefixes", "subnets"},
    "subnet": frozenset({"names", "vnet", "prefixes", "group", "nsg"}),
    "nsg": _ANY | {"openings"},
    "rule": frozenset({"names", "nsg", "openings", "priority", "group"}),
    "ip": _ANY | {"zones"},
    "nic": _ANY | {"vnet", "subnet", "nsg", "public_ip"},
}
"""What can be said about a new thing of each kind; a kind that is not here cannot be made from words."""

PARTS = {"subnet": "vnet", "container": "account"}
"""Kinds that live inside another → what holds them, and so has their region and group."""

WORDS = {
    "size": "size",
    "image": "operating system",
    "zones": "availability zone",
    "ssh_key": "SSH key",
    "public_ip": "public IP address",
    "openings": "port",
    "admin_user": "admin user",
    "admin_password": "password",
    "prefixes": "address range",
    "sku": "redundancy",
    "tier": "access tier",
    "disk_gb": "disk size",
    "shape": "CPUs or memory",
    "states": "power state",
    "set-tags": "tag to set",
    "label": "label",
    "count": "count",
    "containers": "container",
    "subnets": "subnet",
    "account": "storage account",
}


def ask_region(bound: Bound, said: str) -> None:
    near = regions.near(said)
    told = f" Nearest: {', '.join(near)}." if near else ""
    texts = [bound.text.replace(said, region) for region in near]
    bound.ask(
        f"There is no region {said!r}.{told}",
        *(Candidate(text=text, because=regions.display_name(region)) for text, region in zip(texts, near, strict=True)),
    )
