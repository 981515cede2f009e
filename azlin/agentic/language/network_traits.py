"""Phrases about networks and storage: public addresses, open ports, address ranges, subnets, redundancy, containers."""

from __future__ import annotations

import re
from ipaddress import ip_network

import msgspec

from azlin.agentic.language.kinds import read_kind
from azlin.agentic.language.names import is_name, read_names
from azlin.agentic.language.numbers import read_number
from azlin.agentic.language.phrase import CALLED, FUNCTION_WORDS, Phrase, Tokens

SERVICES = {
    "ssh": "22",
    "http": "80",
    "https": "443",
    "rdp": "3389",
    "winrm": "5986",
    "postgres": "5432",
    "mysql": "3306",
}
_PORT = re.compile(r"(?P<ports>\d{1,5}(?:-\d{1,5})?)(?:/(?P<protocol>tcp|udp))?$", re.ASCII)
_ANYWHERE = (
    "the whole internet",
    "the internet",
    "anywhere",
    "internet",
    "everywhere",
    "everyone",
    "anyone",
    "any",
    "*",
)
_PUBLIC = ("static public ip address", "public ip address", "static public ip", "public ip addresses", "public ip")
_PUBLICS = (*_PUBLIC, "public ips", "public address", "public-ip")
_SKUS = {
    "lrs": "LRS",
    "zrs": "ZRS",
    "grs": "GRS",
    "ragrs": "RAGRS",
    "ra-grs": "RAGRS",
    "gzrs": "GZRS",
    "ragzrs": "RAGZRS",
    "ra-gzrs": "RAGZRS",
}
_REDUNDANT = {
    "geo zone": "GZRS",
    "geo-zone": "GZRS",
    "geo": "GRS",
    "zone": "ZRS",
    "locally": "LRS",
    "local": "LRS",
    "read access geo": "RAGRS",
}


class Opening(msgspec.Struct, frozen=True):
    """Ports to open: numbers or ranges, the protocol (Tcp, Udp), and from where (None: not said)."""

    ports: tuple[str, ...]
    protocol: str = "Tcp"
    source: str | None = None


class SubnetSpec(msgspec.Struct, frozen=True):
    """A subnet that was asked for inside a network."""

    name: str | None = None
    prefix: str | None = None


def read_public_ip(tokens: Tokens, start: int) -> Phrase | None:
    """`with a public ip`, `without a public IP address`, `and no public ip`."""
    at = tokens.after(start, "without", "with no", "and no", "no", "but no", "not have", "have no")
    wanted = at is None
    if at is None:
        at = tokens.after(start, "with", "having", "that has", "that have", "has", "plus", "and with")
    if at is None:
        return None
    at = tokens.skip(at, {"a", "an", "any", "its", "own", "their", "one", "the"})
    end = tokens.after(at, *_PUBLICS)
    return None if end is None else Phrase("public_ip", wanted, start, tokens.skip(end, {"each"}))


def read_opening(tokens: Tokens, start: int) -> Phrase | None:
    """`with port 22 open from 1.2.3.4`, `ssh from anywhere`, `ports 80 and 443/tcp`. The value is an Opening."""
    at = tokens.skip(start, {"with", "and", "inbound", "incoming", "open", "opening", "allow", "allowing", "the"})
    at = tokens.after(at, "tcp ports", "tcp port", "udp ports", "udp port") or tokens.skip(at, {"port", "ports"})
    spoken = at > start and tokens.low(at - 1) in ("port", "ports")
    protocol = "Udp" if tokens.low(at - 2) == "udp" else "Tcp"
    ports: list[str] = []
    end = at
    while port := _port(tokens, at, spoken):
        ports.append(port[0])
        protocol = port[1] or protocol
        end = at + 1
        at = end + 1 if end < len(tokens) and tokens.tokens[end].kind == "comma" else end
        at = tokens.skip(at, {"and", "port"})
    if not ports or end == start:
        return None
    end = tokens.skip(end, {"access", "traffic", "inbound", "in", "open", "opened", "tcp", "connections"})
    if tokens.low(end - 1) == "in" and read_kind(tokens.tokens, end) is not None:
        end -= 1
    source = _source(tokens, end)
    if source is None:
        return Phrase("openings", Opening(tuple(ports), protocol, None), start, end)
    return Phrase("openings", Opening(tuple(ports), protocol, source[0]), start, tokens.skip(source[1], {"open"}))


def _port(tokens: Tokens, at: int, spoken: bool) -> tuple[str, str | None] | None:
    word = tokens.low(at)
    if word in SERVICES:
        return SERVICES[word], None
    found = _PORT.match(word)
    if not spoken or found is None:
        return None
    ends = [int(port) for port in found["ports"].split("-")]
    if not 0 < ends[0] <= ends[-1] < 65536:
        return None
    return found["ports"], found["protocol"].capitalize() if found["protocol"] else None


def _source(tokens: Tokens, at: int) -> tuple[str, int] | None:
    """(`*`, an address range, or `VirtualNetwork`; the index after it) for `from …` or `to …`."""
    if tokens.low(at) not in ("from", "to", "for"):
        return None
    end = tokens.after(at + 1, *_ANYWHERE)
    if end is not None:
        return "*", end
    end = tokens.after(at + 1, "the virtual network", "the vnet", "inside the vnet", "virtualnetwork")
    if end is not None:
        return "VirtualNetwork", end
    prefix = prefix_of(tokens.text(at + 1))
    return None if prefix is None else ("*" if prefix == "0.0.0.0/0" else prefix, at + 2)


def prefix_of(text: str) -> str | None:
    """An address or range as ARM writes it (`10.0.0.0/16`, `1.2.3.4`), or None."""
    if not re.fullmatch(r"[0-9a-fA-F:.]+(/\d{1,3})?", text) or not ("." in text or ":" in text):
        return None
    try:
        network = ip_network(text)
    except ValueError:
        return None
    return str(network) if "/" in text else text


def read_prefixes(tokens: Tokens, start: int) -> Phrase | None:
    """`with address space 10.1.0.0/16 and 10.2.0.0/16`, or a bare range."""
    at = tokens.skip(start, {"with", "and", "an", "the", "using", "in", "a", "of"})
    keyword = tokens.after(
        at,
        "address space",
        "address spaces",
        "address prefix",
        "address prefixes",
        "address range",
        "ip range",
        "prefix",
        "range",
        "cidr",
    )
    at = tokens.skip(keyword, {"of", "is"}) if keyword is not None else start
    prefixes: list[str] = []
    end = start
    while "/" in tokens.text(at) and (prefix := prefix_of(tokens.text(at))):
        prefixes.append(prefix)
        end = at + 1
        at = tokens.skip(end + 1 if end < len(tokens) and tokens.tokens[end].kind == "comma" else end, {"and"})
    return Phrase("prefixes", tuple(prefixes), start, end) if prefixes else None


def read_subnets(tokens: Tokens, start: int) -> Phrase | None:
    """`with a subnet called web 10.1.1.0/24`, `with subnets web 10.1.1.0/24 and db 10.1.2.0/24`."""
    at = _attached(tokens, start, "subnet")
    if at is None:
        return None
    found: list[SubnetSpec] = []
    while (spec := _subnet(tokens, at)) is not None:
        found.append(spec[0])
        end = spec[1]
        at = tokens.skip(end + 1 if end < len(tokens) and tokens.tokens[end].kind == "comma" else end, {"and"})
        if at == end or tokens.low(at) in FUNCTION_WORDS:
            return Phrase("subnets", tuple(found), start, end)
    return None


def _subnet(tokens: Tokens, at: int) -> tuple[SubnetSpec, int] | None:
    at = tokens.skip(at, CALLED)
    name = None
    if at < len(tokens) and is_name(tokens.tokens[at]) and prefix_of(tokens.text(at)) is None:
        if tokens.low(at) in FUNCTION_WORDS:
            return None
        name, at = tokens.text(at), at + 1
    after = tokens.skip(at, {"with", "the", "address", "prefix", "range", "space", "of", "at", "in", "using", "cidr"})
    if "/" in tokens.text(after) and (prefix := prefix_of(tokens.text(after))):
        return SubnetSpec(name, prefix), after + 1
    return None if name is None else (SubnetSpec(name, None), at)


def read_containers(tokens: Tokens, start: int) -> Phrase | None:
    """`with a container called logs`, `with containers logs and data`."""
    at = _attached(tokens, start, "container")
    if at is None:
        return None
    found = read_names(tokens.tokens, tokens.skip(at, CALLED), lambda i: tokens.low(i) in FUNCTION_WORDS)
    return Phrase("containers", found.names, start, found.end) if found and found.names else None


def _attached(tokens: Tokens, start: int, kind: str) -> int | None:
    """The index after `with a KIND`, `with two KINDs`."""
    if tokens.low(start) not in ("with", "including", "having"):
        return None
    at = tokens.skip(start + 1, {"a", "an", "the", "one", "private"})
    number = read_number(tokens.tokens, at) if at < len(tokens) else None
    mention = read_kind(tokens.tokens, number.end if number else at)
    return mention.end if mention and mention.kind.name == kind else None


def read_storage_sku(tokens: Tokens, start: int) -> Phrase | None:
    """`ZRS`, `Standard_GRS`, `with sku Premium_LRS`, `geo-redundant`, `hot tier`."""
    at = tokens.skip(start, {"with", "and", "using", "of"})
    at = tokens.after(at, "redundancy", "replication", "sku", "--sku") or at
    word = tokens.low(at)
    tier, _, rest = word.rpartition("_")
    if rest in _SKUS and tier in ("", "standard", "premium"):
        name = f"{(tier or 'standard').capitalize()}_{_SKUS[rest]}"
        return Phrase("sku", name, start, tokens.skip(at + 1, {"redundancy", "replication"}))
    if word in ("hot", "cool", "cold"):
        return Phrase("tier", word.capitalize(), start, tokens.skip(at + 1, {"access", "tier"}))
    for form in sorted(_REDUNDANT, key=len, reverse=True):
        end = tokens.after(at, f"{form} redundant", f"{form}-redundant")
        if end is not None:
            return Phrase("sku", f"Standard_{_REDUNDANT[form]}", start, end)
    return None


def read_priority(tokens: Tokens, start: int) -> Phrase | None:
    """`with priority 200`."""
    at = tokens.after(tokens.skip(start, {"with", "and", "a", "at"}), "priority of", "priority", "--priority")
    if at is None or not re.fullmatch(r"[0-9]{1,9}", tokens.low(at)):
        return None
    return Phrase("priority", int(tokens.low(at)), start, at + 1)
