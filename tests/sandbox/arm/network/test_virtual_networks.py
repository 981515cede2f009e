"""Networks, interfaces, addresses and security groups, as Azure's network service keeps them."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from tests.sandbox.conftest import Azure


@pytest.fixture
def registry() -> Registry:
    return load()


class Net:
    """A group with a network `v` (10.0.0.0/16) that has the subnet `s` (10.0.1.0/24)."""

    def __init__(self, azure: Azure) -> None:
        self.azure = azure
        self.base = f"{azure.group()}/providers/Microsoft.Network"
        self.network = f"{self.base}/virtualNetworks/v"
        self.subnet = f"{self.network}/subnets/s"
        self.put_network({"name": "s", "properties": {"addressPrefix": "10.0.1.0/24"}})

    def put_network(self, *subnets: dict[str, Any], prefix: str = "10.0.0.0/16", keep: bool = False) -> Any:
        properties: dict[str, Any] = {"addressSpace": {"addressPrefixes": [prefix]}}
        if not keep:
            properties["subnets"] = list(subnets)
        return self.azure.ask("PUT", self.network, {"location": "westeurope", "properties": properties})

    def interface(self, name: str = "n", *, public: str | None = None, static: str | None = None) -> Any:
        own: dict[str, Any] = {"subnet": {"id": self.subnet}}
        if public is not None:
            own["publicIPAddress"] = {"id": public}
        if static is not None:
            own |= {"privateIPAllocationMethod": "Static", "privateIPAddress": static}
        properties = {"ipConfigurations": [{"name": "c", "properties": own}]}
        path = f"{self.base}/networkInterfaces/{name}"
        return self.azure.ask("PUT", path, {"location": "westeurope", "properties": properties})

    def address(self, name: str = "p", **properties: Any) -> str:
        path = f"{self.base}/publicIPAddresses/{name}"
        self.azure.put(path, {"location": "westeurope", "properties": properties})
        return path


@pytest.fixture
def net(azure: Azure) -> Net:
    return Net(azure)


def test_an_inline_subnet_is_a_child_resource(net: Net, azure: Azure) -> None:
    shown = azure.get(net.network)["properties"]
    assert [one["name"] for one in shown["subnets"]] == ["s"]
    assert azure.get(net.subnet)["properties"]["addressPrefix"] == "10.0.1.0/24"
    azure.put(net.network + "/subnets/t", {"properties": {"addressPrefix": "10.0.2.0/24"}})
    assert [one["name"] for one in azure.get(net.network)["properties"]["subnets"]] == ["s", "t"]
    assert shown["virtualNetworkPeerings"] == []
    assert shown["resourceGuid"] == azure.get(net.network)["properties"]["resourceGuid"]


def test_a_put_without_subnets_keeps_them(net: Net, azure: Azure) -> None:
    net.put_network(keep=True)
    assert [one["name"] for one in azure.get(net.network)["properties"]["subnets"]] == ["s"]


@pytest.mark.parametrize(
    ("prefix", "code"),
    [
        ("10.9.0.0/24", "NetcfgInvalidSubnet"),
        ("10.0.1.128/25", "NetcfgSubnetRangesOverlap"),
        ("10.0.2.1/24", "InvalidCIDRNotation"),
        ("ten", "InvalidAddressPrefixFormat"),
    ],
)
def test_a_subnet_that_does_not_fit_is_refused(net: Net, azure: Azure, prefix: str, code: str) -> None:
    body = {"properties": {"addressPrefix": prefix}}
    assert azure.code("PUT", net.network + "/subnets/t", body) == (400, code)
    assert len(azure.get(net.network)["properties"]["subnets"]) == 1


def test_an_address_space_cannot_leave_its_subnets_outside(net: Net) -> None:
    answer = net.put_network(prefix="10.8.0.0/16", keep=True)
    assert (answer.status, answer.body["error"]["code"]) == (400, "NetcfgInvalidSubnet")


def test_addresses_are_given_out_of_the_subnet_and_taken_back(net: Net, azure: Azure) -> None:
    first, second = net.interface("a").body, net.interface("b").body
    given = [one["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"] for one in (first, second)]
    assert given == ["10.0.1.4", "10.0.1.5"]
    users = [one["id"] for one in azure.get(net.subnet)["properties"]["ipConfigurations"]]
    assert users == [f"{first['id']}/ipConfigurations/c", f"{second['id']}/ipConfigurations/c"]
    azure.ask("DELETE", first["id"])
    assert net.interface("c").body["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"] == "10.0.1.4"


def test_a_put_again_keeps_the_address_the_guid_and_the_users(net: Net, azure: Azure) -> None:
    net.interface("other")
    before = net.interface("a").body
    net.interface("a")
    after = azure.get(before["id"])
    for name in ("resourceGuid", "ipConfigurations"):
        left, right = before["properties"][name], after["properties"][name]
        assert _without_etag(left) == _without_etag(right)
    assert len(azure.get(net.subnet)["properties"]["ipConfigurations"]) == 2


def _without_etag(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_etag(one) for one in value]
    if isinstance(value, dict):
        return {name: _without_etag(one) for name, one in value.items() if name != "etag"}
    return value


def test_a_network_tells_how_full_its_subnets_are(net: Net, azure: Azure) -> None:
    net.interface("a")
    (usage,) = azure.values(f"{net.network}/usages")
    assert (usage["id"], usage["currentValue"], usage["limit"]) == (net.subnet, 1, 256 - 5)


@pytest.mark.parametrize(
    ("asked", "code"),
    [("10.0.2.9", "PrivateIPAddressNotInSubnet"), ("10.0.1.9", "PrivateIPAddressInUse"), ("x", "InvalidIPAddress")],
)
def test_a_static_address_must_be_free_and_inside(net: Net, asked: str, code: str) -> None:
    assert net.interface("a", static="10.0.1.9").status == 201
    assert net.interface("b", static=asked).body["error"]["code"] == code


def test_a_full_subnet_says_so(net: Net, azure: Azure) -> None:
    small = net.network + "/subnets/small"
    azure.put(small, {"properties": {"addressPrefix": "10.0.9.0/29"}})
    net.subnet = small
    codes = [net.interface(f"n{at}").status for at in range(4)]
    assert codes == [201, 201, 201, 400]
    assert net.interface("last").body["error"]["code"] == "SubnetIsFull"


def test_what_is_in_use_cannot_be_deleted(net: Net, azure: Azure) -> None:
    group = f"{net.base}/networkSecurityGroups/g"
    azure.put(group)
    public = net.address()
    path = net.interface(public=public).body["id"]
    body = azure.get(path)
    body["properties"]["networkSecurityGroup"] = {"id": group}
    azure.put(path, body)
    assert azure.code("DELETE", net.subnet) == (400, "InUseSubnetCannotBeDeleted")
    assert azure.code("DELETE", net.network) == (400, "InUseSubnetCannotBeDeleted")
    assert azure.code("DELETE", public) == (400, "PublicIPAddressCannotBeDeleted")
    assert azure.code("DELETE", group) == (400, "InUseNetworkSecurityGroupCannotBeDeleted")
    azure.ask("DELETE", path)
    for one in (net.subnet, net.network, public, group):
        assert azure.ask("DELETE", one).status == 200


def test_a_reference_to_nothing_is_refused(net: Net, azure: Azure) -> None:
    answer = net.interface(public=f"{net.base}/publicIPAddresses/none")
    assert answer.body["error"]["code"] == "InvalidResourceReference"
    azure.ask("DELETE", net.subnet)
    assert net.interface().body["error"]["code"] == "InvalidResourceReference"


def test_a_public_address_has_one_user(net: Net, azure: Azure) -> None:
    public = net.address()
    first = net.interface("a", public=public).body["id"]
    assert net.interface("b", public=public).body["error"]["code"] == "PublicIPAddressInUse"
    assert azure.get(public)["properties"]["ipConfiguration"]["id"] == f"{first}/ipConfigurations/c"
    net.interface("a")
    assert "ipConfiguration" not in azure.get(public)["properties"]
    assert net.interface("b", public=public).status == 201


def test_public_addresses_belong_to_nobody_and_differ(net: Net, azure: Azure) -> None:
    pools = [ipaddress.ip_network(one) for one in ("203.0.113.0/24", "198.18.0.0/15")]
    given = [azure.get(net.address(f"p{at}"))["properties"]["ipAddress"] for at in range(300)]
    assert len(set(given)) == 300
    assert all(any(ipaddress.ip_address(one) in pool for pool in pools) for one in given)


def test_a_dynamic_address_is_there_only_while_it_is_used(net: Net, azure: Azure) -> None:
    public = net.address(publicIPAllocationMethod="Dynamic")
    assert "ipAddress" not in azure.get(public)["properties"]
    net.interface(public=public)
    assert azure.get(public)["properties"]["ipAddress"]


def test_a_dns_label_is_taken_once_in_a_region(net: Net, azure: Azure) -> None:
    here = f"{azure.subscription}/providers/Microsoft.Network/locations/westeurope/CheckDnsNameAvailability"
    assert azure.get(here + "?domainNameLabel=web")["available"] is True
    public = net.address(dnsSettings={"domainNameLabel": "web"})
    assert azure.get(public)["properties"]["dnsSettings"]["fqdn"] == "web.westeurope.cloudapp.azure.com"
    assert azure.get(here + "?domainNameLabel=web")["available"] is False
    body = {"location": "westeurope", "properties": {"dnsSettings": {"domainNameLabel": "web"}}}
    assert azure.code("PUT", f"{net.base}/publicIPAddresses/q", body) == (400, "DnsRecordInUse")
    azure.ask("DELETE", public)
    assert azure.get(here + "?domainNameLabel=web")["available"] is True


def rule(priority: Any = 100, direction: str = "Inbound") -> dict[str, Any]:
    own = {"protocol": "Tcp", "access": "Deny", "direction": direction, "priority": priority}
    return {"properties": own}


def test_a_security_group_has_the_default_rules_and_its_own(net: Net, azure: Azure) -> None:
    group = f"{net.base}/networkSecurityGroups/g"
    azure.put(group, {"location": "westeurope", "properties": {"securityRules": [{"name": "a", **rule()}]}})
    azure.put(group + "/securityRules/b", rule(200))
    shown = azure.get(group)["properties"]
    assert [one["name"] for one in shown["securityRules"]] == ["a", "b"]
    assert len(shown["defaultSecurityRules"]) == 6
    assert {one["properties"]["access"] for one in shown["defaultSecurityRules"]} == {"Allow", "Deny"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (rule(100), "SecurityRuleConflict"),
        (rule(99), "SecurityRuleInvalidPriority"),
        ({"properties": {"protocol": "Tcp"}}, "SecurityRuleParameterMissing"),
    ],
)
def test_a_rule_that_cannot_stand_is_refused(net: Net, azure: Azure, body: Any, code: str) -> None:
    group = f"{net.base}/networkSecurityGroups/g"
    azure.put(group, {"location": "westeurope", "properties": {"securityRules": [{"name": "a", **rule()}]}})
    assert azure.code("PUT", group + "/securityRules/b", body) == (400, code)
    assert azure.put(group + "/securityRules/c", rule(100, "Outbound"))["properties"]["priority"] == 100


def test_a_load_balancer_gives_its_parts_ids_and_shows_empty_lists(net: Net, azure: Azure) -> None:
    path = f"{net.base}/loadBalancers/l"
    front = {"name": "f", "properties": {"subnet": {"id": net.subnet}}}
    azure.put(path, {"location": "westeurope", "properties": {"frontendIPConfigurations": [front]}})
    shown = azure.get(path)["properties"]
    assert shown["frontendIPConfigurations"][0]["id"] == f"{path}/frontendIPConfigurations/f"
    assert [shown[name] for name in ("backendAddressPools", "probes", "loadBalancingRules")] == [[], [], []]


def test_a_peering_is_connected_when_both_sides_have_it(net: Net, azure: Azure) -> None:
    other = f"{net.base}/virtualNetworks/w"
    azure.put(other, {"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.1.0.0/16"]}}})
    there = azure.put(
        net.network + "/virtualNetworkPeerings/p", {"properties": {"remoteVirtualNetwork": {"id": other}}}
    )
    assert there["properties"]["peeringState"] == "Initiated"
    azure.put(other + "/virtualNetworkPeerings/p", {"properties": {"remoteVirtualNetwork": {"id": net.network}}})
    assert azure.get(net.network + "/virtualNetworkPeerings/p")["properties"]["peeringState"] == "Connected"
    azure.ask("DELETE", other + "/virtualNetworkPeerings/p")
    assert azure.get(net.network + "/virtualNetworkPeerings/p")["properties"]["peeringState"] == "Disconnected"


def test_usages_count_what_is_in_the_region(net: Net, azure: Azure) -> None:
    net.address()
    here = f"{azure.subscription}/providers/Microsoft.Network/locations/westeurope/usages"
    counted = {one["name"]["value"]: one["currentValue"] for one in azure.values(here)}
    assert (counted["VirtualNetworks"], counted["PublicIPAddresses"], counted["LoadBalancers"]) == (1, 1, 0)


def test_a_deleted_group_takes_a_used_network_with_it(net: Net, azure: Azure) -> None:
    net.interface(public=net.address())
    assert azure.ask("DELETE", f"{azure.subscription}/resourceGroups/g").status in (200, 202)
    assert azure.plane.store.recall_all("about/subnet-addresses/") == {}
    assert azure.plane.store.recall_all("about/public-address/") == {}
