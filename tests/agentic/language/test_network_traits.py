from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.agentic.language import network_traits as traits
from azlin.agentic.language.network_traits import Opening, SubnetSpec
from azlin.agentic.language.phrase import Phrase, Tokens
from azlin.agentic.language.tokens import tokenise


def tokens(text: str) -> Tokens:
    return Tokens(tokenise(text))


@pytest.mark.parametrize(
    ("text", "opening"),
    [
        ("ssh from anywhere", Opening(("22",), "Tcp", "*")),
        ("ports 80 and 443 from 10.0.0.0/8", Opening(("80", "443"), "Tcp", "10.0.0.0/8")),
        ("port 53/udp", Opening(("53",), "Udp", None)),
        ("udp port 53 from the vnet", Opening(("53",), "Udp", "VirtualNetwork")),
        ("port 8000-8100 open to 0.0.0.0/0", Opening(("8000-8100",), "Tcp", "*")),
    ],
)
def test_an_opening_is_read_whole(text: str, opening: Opening):
    said = tokens(text)
    assert traits.read_opening(said, 0) == Phrase("openings", opening, 0, len(said))


@pytest.mark.parametrize("port", ["0", "65536", "99999", "100-65536", "8100-8000", "٢٢", "²", "-1"])
def test_what_is_no_port_opens_nothing(port: str):
    assert traits.read_opening(tokens(f"port {port} from anywhere"), 0) is None


@given(st.integers(1, 65535), st.integers(1, 65535))
def test_a_range_of_ports_runs_upwards(first: int, last: int):
    found = traits.read_opening(tokens(f"port {first}-{last}"), 0)
    assert (found is not None) is (first <= last)


@pytest.mark.parametrize("said", ["²", "٢٠٠", "high", "9" * 5000, "-1"])
def test_what_is_no_priority_is_none_and_no_crash(said: str):
    assert traits.read_priority(tokens(f"with priority {said}"), 0) is None


def test_a_priority_is_a_whole_number():
    assert traits.read_priority(tokens("with priority of 200"), 0) == Phrase("priority", 200, 0, 4)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("with a public ip", True), ("without a public IP address", False), ("and no public ip", False)],
)
def test_a_public_address_is_wanted_or_refused(text: str, wanted: bool):
    said = tokens(text)
    assert traits.read_public_ip(said, 0) == Phrase("public_ip", wanted, 0, len(said))


def test_a_public_address_by_itself_is_no_trait():
    assert traits.read_public_ip(tokens("public ip"), 0) is None


def test_several_subnets_keep_their_ranges():
    found = traits.read_subnets(tokens("with subnets web 10.1.1.0/24 and db 10.1.2.0/24 in uksouth"), 0)
    assert found is not None
    assert found.value == (SubnetSpec("web", "10.1.1.0/24"), SubnetSpec("db", "10.1.2.0/24"))


def test_containers_are_read_as_names():
    found = traits.read_containers(tokens("with two containers called logs and data in uksouth"), 0)
    assert found is not None
    assert found.value == ("logs", "data")


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("ZRS", "sku", "Standard_ZRS"),
        ("premium_lrs", "sku", "Premium_LRS"),
        ("with sku standard_ra-grs", "sku", "Standard_RAGRS"),
        ("geo-zone redundant", "sku", "Standard_GZRS"),
        ("locally redundant", "sku", "Standard_LRS"),
        ("cool tier", "tier", "Cool"),
    ],
)
def test_redundancy_is_written_as_azure_writes_it(text: str, slot: str, value: str):
    said = tokens(text)
    assert traits.read_storage_sku(said, 0) == Phrase(slot, value, 0, len(said))


@pytest.mark.parametrize("text", ["basic_lrs", "lrsx", "redundant"])
def test_no_redundancy_is_made_up(text: str):
    assert traits.read_storage_sku(tokens(text), 0) is None


@given(st.ip_addresses(v=4), st.integers(0, 32))
def test_a_range_that_azure_would_take_is_kept_as_it_is(address: Any, length: int):
    whole = str(ip_network(f"{address}/{length}", strict=False))
    assert traits.prefix_of(whole) == whole
    assert traits.read_prefixes(tokens(f"with address space {whole}"), 0) == Phrase("prefixes", (whole,), 0, 4)
