"""Address ranges: the values of the reference, and laws that hold for every range."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azlin.sandbox.arm.templates.function_networks import cidr_host, cidr_subnet, parse_cidr


def test_a_range_is_described_as_the_reference_describes_it():
    assert parse_cidr(["10.144.0.0/20"]) == {
        "network": "10.144.0.0",
        "netmask": "255.255.240.0",
        "broadcast": "10.144.15.255",
        "firstUsable": "10.144.0.1",
        "lastUsable": "10.144.15.254",
        "cidr": 20,
    }
    assert parse_cidr(["fdad:3236:5555::/48"]) == {
        "network": "fdad:3236:5555::",
        "netmask": "ffff:ffff:ffff::",
        "firstUsable": "fdad:3236:5555::",
        "lastUsable": "fdad:3236:5555:ffff:ffff:ffff:ffff:ffff",
        "cidr": 48,
    }


def test_hosts_and_subnets_are_those_of_the_reference():
    assert [cidr_host(["10.144.3.0/24", at]) for at in range(3)] == ["10.144.3.1", "10.144.3.2", "10.144.3.3"]
    assert [cidr_subnet(["10.144.0.0/20", 24, at]) for at in (0, 5)] == ["10.144.0.0/24", "10.144.5.0/24"]


@pytest.mark.parametrize(
    "asked",
    [
        lambda: cidr_subnet(["10.0.0.0/24", 16, 0]),
        lambda: cidr_subnet(["10.0.0.0/24", 26, 4]),
        lambda: cidr_host(["10.0.0.0/30", 2]),
        lambda: cidr_host(["10.0.0.0/24", -1]),
        lambda: parse_cidr(["10.0.0.0"]),
        lambda: parse_cidr(["10.0.0.0/40"]),
        lambda: parse_cidr([7]),
    ],
)
def test_what_the_range_does_not_have_is_refused(asked):
    with pytest.raises(ValueError):  # noqa: PT011 - the words are those of the range at hand
        asked()


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(8, 24), st.integers(0, 6), st.data())
def test_subnets_are_within_their_range_and_apart(address: int, length: int, more: int, data: st.DataObject):
    network = ip_network((address, length), strict=False)
    places = data.draw(st.lists(st.integers(0, 2**more - 1), min_size=2, max_size=2, unique=more > 0))
    one, other = (ip_network(cidr_subnet([str(network), length + more, at])) for at in places)
    assert one.subnet_of(network)  # pyright: ignore[reportArgumentType] - both are IPv4
    assert one == other or not one.overlaps(other)
    assert ip_address(cidr_host([str(one), 0])) in one
