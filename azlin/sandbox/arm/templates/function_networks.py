"""The template language's CIDR functions: `parseCidr`, `cidrSubnet`, `cidrHost`.

Results as Microsoft's reference shows them: an IPv4 range has no usable first and last address, an IPv6 range is usable
throughout and has no broadcast address. A host index counts from the first usable address.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any


def _network(text: Any) -> IPv4Network | IPv6Network:
    if not isinstance(text, str) or "/" not in text:
        raise ValueError(f"'{text}' is not an address range in CIDR notation")
    return ip_network(text, strict=False)


def _usable(found: IPv4Network | IPv6Network) -> tuple[int, int]:
    first, last = int(found.network_address), int(found.broadcast_address)
    return (first + 1, last - 1) if found.version == 4 and found.prefixlen < 31 else (first, last)


def _address(number: int, like: IPv4Network | IPv6Network) -> str:
    return str(type(like.network_address)(number)) if like.version == 6 else str(ip_address(number))


def parse_cidr(arguments: Sequence[Any]) -> dict[str, Any]:
    """`parseCidr(network)`."""
    found = _network(arguments[0])
    first, last = _usable(found)
    return {
        "network": str(found.network_address),
        "netmask": str(found.netmask),
        **({"broadcast": str(found.broadcast_address)} if found.version == 4 else {}),
        "firstUsable": _address(first, found),
        "lastUsable": _address(last, found),
        "cidr": found.prefixlen,
    }


def cidr_subnet(arguments: Sequence[Any]) -> str:
    """`cidrSubnet(network, prefixLength, index)`. Raises ValueError when there is no such part."""
    found, length, index = _network(arguments[0]), int(arguments[1]), int(arguments[2])
    if not found.prefixlen <= length <= found.max_prefixlen:
        raise ValueError(f"'{length}' is not a prefix length from {found.prefixlen} to {found.max_prefixlen}")
    if not 0 <= index < 1 << (length - found.prefixlen):
        raise ValueError(f"'{index}' is not the index of a subnet of '{found}' with prefix length {length}")
    start = int(found.network_address) + (index << (found.max_prefixlen - length))
    return f"{_address(start, found)}/{length}"


def cidr_host(arguments: Sequence[Any]) -> str:
    """`cidrHost(network, index)`. Raises ValueError when the range has no such address."""
    found, index = _network(arguments[0]), int(arguments[1])
    first, last = _usable(found)
    if index < 0 or first + index > last:
        raise ValueError(f"'{index}' is not the index of a usable address of '{found}'")
    return _address(first + index, found)
