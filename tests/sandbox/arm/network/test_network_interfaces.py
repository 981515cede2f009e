"""Private addresses of interfaces."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Call, Registry, load
from azlin.sandbox.arm.network.network_interfaces import addresses_of, attach, forget_addresses
from tests.sandbox.conftest import Azure


@pytest.fixture
def registry() -> Registry:
    return load()


@pytest.fixture
def call(azure: Azure) -> Call:
    return Call(azure.plane, "PUT", "2024-05-01", azure.tenant.id, "")


@pytest.fixture
def subnet(azure: Azure) -> str:
    path = f"{azure.group()}/providers/Microsoft.Network/virtualNetworks/v"
    subnets = [{"name": "s", "properties": {"addressPrefix": "10.0.1.0/28"}}]
    space = {"addressPrefixes": ["10.0.0.0/16"]}
    azure.put(path, {"location": "westeurope", "properties": {"addressSpace": space, "subnets": subnets}})
    return f"{path}/subnets/s"


def put(azure: Azure, name: str, *configurations: dict[str, Any]) -> Any:
    path = f"{azure.subscription}/resourceGroups/g/providers/Microsoft.Network/networkInterfaces/{name}"
    body = {"location": "westeurope", "properties": {"ipConfigurations": list(configurations)}}
    return azure.ask("PUT", path, body)


def test_eleven_addresses_of_sixteen_are_given_out_once_each(azure: Azure, call: Call, subnet: str):
    one = {"name": "c", "properties": {"subnet": {"id": subnet}}}
    answers = [put(azure, f"n{at}", one) for at in range(12)]
    assert [answer.status for answer in answers[:11]] == [201] * 11
    assert answers[11].body["error"]["code"] == "SubnetIsFull"
    taken = {ipaddress.ip_address(address) for address in addresses_of(subnet.casefold(), call)}
    assert taken == {ipaddress.ip_address(f"10.0.1.{last}") for last in range(4, 15)}
    forget_addresses(subnet.casefold(), call)
    assert addresses_of(subnet.casefold(), call) == {}


def test_a_further_configuration_is_in_the_subnet_of_the_first(azure: Azure, subnet: str):
    first = {"name": "a", "properties": {"subnet": {"id": subnet}}}
    shown = put(azure, "n", first, {"name": "b"}).body["properties"]["ipConfigurations"]
    assert [one["properties"]["subnet"]["id"] for one in shown] == [subnet, subnet]
    assert [one["properties"]["primary"] for one in shown] == [True, False]
    assert len({one["properties"]["privateIPAddress"] for one in shown}) == 2


@pytest.mark.parametrize(
    ("configurations", "code"),
    [
        ([], "NetworkInterfaceMustHaveAtLeastOneIpConfiguration"),
        ([{"name": "c", "properties": {}}], "SubnetReferenceMissing"),
    ],
)
def test_an_interface_that_hangs_on_nothing_is_refused(azure: Azure, subnet: str, configurations: Any, code: str):
    assert put(azure, "n", *configurations).body["error"]["code"] == code


def test_a_mac_address_is_one_and_stays(azure: Azure, call: Call, subnet: str):
    shown = put(azure, "n", {"name": "c", "properties": {"subnet": {"id": subnet}}}).body
    found = azure.plane.store.get(shown["id"])
    assert found is not None
    attach(found, "/vm", primary=True, call=call)
    first = found.properties["macAddress"]
    attach(found, "/vm", primary=True, call=call)
    assert found.properties["macAddress"] == first
    assert [len(part) for part in first.split("-")] == [2] * 6
    assert azure.code("DELETE", shown["id"])[1] == "NicInUse"
