"""Which public addresses are given out."""

from __future__ import annotations

import ipaddress

import pytest

from azlin.sandbox.arm.behaviour import Call
from azlin.sandbox.arm.network.public_addresses import ADDRESSES, PublicAddresses, give_address, holder_of
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource
from tests.sandbox.conftest import Azure

POOLS = [ipaddress.ip_network(one) for one in ("203.0.113.0/24", "198.18.0.0/15")]


@pytest.fixture
def call(azure: Azure) -> Call:
    return Call(azure.plane, "PUT", "2024-05-01", azure.tenant.id, "")


def address(azure: Azure, name: str, **properties: object) -> Resource:
    path = f"{azure.subscription}/resourceGroups/g/providers/{ADDRESSES}/{name}"
    return azure.plane.store.put(
        azure.plane.store.parse(path), {"location": "westeurope", "properties": dict(properties)}
    )


def test_hundreds_of_addresses_differ_and_belong_to_nobody(azure: Azure, call: Call):
    made = [address(azure, f"p{at}") for at in range(400)]
    for one in made:
        give_address(one, call)
    found = {ipaddress.ip_address(one.properties["ipAddress"]) for one in made}
    assert len(found) == 400
    assert all(any(one in pool for pool in POOLS) for one in found)


def test_an_address_is_kept_and_given_again_once_it_is_free(azure: Azure, call: Call):
    one = address(azure, "p")
    give_address(one, call)
    first = one.properties["ipAddress"]
    give_address(one, call)
    assert one.properties["ipAddress"] == first
    PublicAddresses().deleted(one, call)
    again = address(azure, "P")
    give_address(again, call)
    assert again.properties["ipAddress"] == first


def test_version_6_is_given_out_of_the_documentation_range(azure: Azure, call: Call):
    one = address(azure, "six", publicIPAddressVersion="IPv6")
    give_address(one, call)
    assert ipaddress.ip_address(one.properties["ipAddress"]) in ipaddress.ip_network("2001:db8::/32")


def test_a_label_is_held_in_its_region_until_its_owner_lets_go(azure: Azure, call: Call):
    behaviour = PublicAddresses()
    one = address(azure, "p", dnsSettings={"domainNameLabel": "sam"})
    behaviour.written(one, None, call)
    assert holder_of("SAM", "westeurope", call) == one.id.key
    assert holder_of("sam", "eastus", call) is None
    behaviour.check(one, one, call)
    with pytest.raises(ArmRefusal) as refused:
        behaviour.check(address(azure, "q", dnsSettings={"domainNameLabel": "sam"}), None, call)
    assert refused.value.code == "DnsRecordInUse"
    behaviour.written(address(azure, "p"), one, call)
    assert holder_of("sam", "westeurope", call) is None


@pytest.mark.parametrize("label", ["Sam", "1a", "ab", "a-", "a" * 64, "a.b"])
def test_a_label_of_the_wrong_form_is_refused(azure: Azure, call: Call, label: str):
    with pytest.raises(ArmRefusal) as refused:
        PublicAddresses().check(address(azure, "p", dnsSettings={"domainNameLabel": label}), None, call)
    assert refused.value.code == "InvalidDomainNameLabel"
