"""What can be said about networks, and what has to be asked."""

from __future__ import annotations

import msgspec

from azlin.agentic.families.completion import Completion, names_in_words, place_in_words
from azlin.agentic.families.naming import broken_rule, twice
from azlin.agentic.language.filters import Where
from azlin.agentic.language.kinds import BY_NAME, Kind
from azlin.agentic.language.network_traits import Opening, SubnetSpec
from azlin.agentic.types import Candidate, Intent

COUNT_MAX = 20
ADDRESS_SPACE = "10.0.0.0/16"


class NetworkParameters(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """`kind` is `vnet`, `subnet`, `nsg`, `rule`, `ip` or `nic`; `access` of a rule is Allow or Deny; `prefixes` are the
    address ranges of a network or subnet."""

    kind: str = "vnet"
    names: tuple[str, ...] = ()
    count: int | None = None
    group: str | None = None
    location: str | None = None
    zones: tuple[str, ...] = ()
    tags: dict[str, str | None] = {}
    prefixes: tuple[str, ...] = ()
    subnets: tuple[SubnetSpec, ...] = ()
    vnet: str | None = None
    subnet: str | None = None
    nsg: str | None = None
    openings: tuple[Opening, ...] = ()
    priority: int | None = None
    access: str = "Allow"
    public_ip: bool = False
    where: Where = Where()


def complete_creation(filling: Completion, kind: Kind) -> Intent:
    parameters = filling.parameters
    names, count = list(parameters.get("names", ())), parameters.get("count")
    if count is not None and not 0 < count <= COUNT_MAX:
        filling.ask(f"azlin makes 1 to {COUNT_MAX} {kind.plural} in one request. How many are wanted?")
        count = None
    if not names and kind.name != "rule":
        names = [f"{kind.name}{number}" for number in range(1, (count or 1) + 1)]
        filling.assume(f"named {names_in_words(names)} (no name was given)")
        parameters["names"] = names
    elif count not in (None, len(names)):
        filling.ask(f"{count} {kind.plural} were asked for, and {len(names)} named. Which is it?")
    for problem in filter(None, (broken_rule(kind.name, name) for name in names)):
        filling.ask(f"{problem}.")
    if again := twice(tuple(names)):
        filling.ask(f"{again} is named twice. What should the other one be called?")
    parameters.pop("count", None)
    _ask_what_is_missing(filling, kind)
    if kind.name in ("subnet", "rule"):
        holder = parameters.get("vnet") or parameters.get("nsg")
        return filling.finish(
            f"create {kind.singular} {names_in_words(names)} in {holder}".replace("  ", " "), NetworkParameters
        )
    group, location = filling.settle_group(), filling.settle_location()
    if kind.name == "vnet" and not parameters.get("prefixes"):
        parameters["prefixes"] = [ADDRESS_SPACE]
        filling.assume(f"address space {ADDRESS_SPACE} (none was named)")
    summary = f"create {kind.singular} {names_in_words(names)} {place_in_words(group, location)}"
    return filling.finish(summary, NetworkParameters)


def _ask_what_is_missing(filling: Completion, kind: Kind) -> None:
    parameters = filling.parameters
    if kind.name == "subnet" and not parameters.get("vnet"):
        example = "create a subnet called web 10.0.1.0/24 in vnet NAME"
        filling.ask("In which virtual network?", Candidate(text=example, because="a subnet is part of a network"))
    if kind.name == "subnet" and len(parameters.get("names", ())) != max(1, len(parameters.get("prefixes", ()))):
        filling.ask("Each subnet needs an address range of its own. Which?")
    elif kind.name == "subnet" and not parameters.get("prefixes"):
        filling.ask(
            "Which address range should the subnet have?",
            Candidate(text="create a subnet called web 10.0.1.0/24 in vnet NAME", because="a range is needed"),
        )
    if kind.name == "nic" and not parameters.get("vnet"):
        example = "create a nic called nic1 in vnet NAME"
        filling.ask("In which virtual network?", Candidate(text=example, because="a NIC is in a subnet"))
    if kind.name == "rule":
        _ask_about_rule(filling)
    _check_openings(filling)


def _ask_about_rule(filling: Completion) -> None:
    example = "allow https from 10.0.0.0/8 in nsg NAME"
    if not filling.parameters.get("nsg"):
        filling.ask("In which network security group?", Candidate(text=example, because="a rule is part of an NSG"))
    if not filling.parameters.get("openings"):
        filling.ask(
            "Which port should the rule be about, and from where?", Candidate(text=example, because="a port is needed")
        )
    priority = filling.parameters.get("priority")
    if priority is not None and not 100 <= priority <= 4096:
        filling.ask(f"A rule's priority is 100 to 4096, and {priority} was given. Which should it be?")


def _check_openings(filling: Completion) -> None:
    for opening in filling.parameters.get("openings") or ():
        ports = ", ".join(opening["ports"])
        if opening.get("source") is None:
            filling.ask(
                f"From where should port {ports} be reached? An address, a range, or “from anywhere”.",
                Candidate(text=f"allow port {ports} from 10.0.0.0/8 in nsg NAME", because="a source is needed"),
            )
        elif opening["source"] == "*" and filling.parameters.get("access", "Allow") == "Allow":
            filling.assume(f"WARNING: port {ports} will be open to the whole internet, as asked")


def kind_of(parameters: dict[str, object]) -> Kind:
    return BY_NAME[str(parameters.get("kind", "vnet"))]
