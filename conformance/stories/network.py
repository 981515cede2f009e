"""azure-mgmt-network: what a machine needs around it, and what is asked of it afterwards."""
# pyright: basic, reportMissingImports=false, reportMissingTypeStubs=false

from __future__ import annotations

from typing import Any

from azure.identity import DefaultAzureCredential
from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient

from conformance.stories.steps import LOCATION, SUBSCRIPTION, Steps

CLIENT = "azure-mgmt-network"
_GROUP = "story-network"
_RULE = {
    "properties": {
        "priority": 100,
        "direction": "Inbound",
        "access": "Allow",
        "protocol": "Tcp",
        "sourcePortRange": "*",
        "sourceAddressPrefix": "10.0.0.0/8",
        "destinationPortRange": "22",
        "destinationAddressPrefix": "*",
    }
}


def _in_place(**properties: object) -> dict[str, object]:
    return {"location": LOCATION, "properties": properties}


def tell(step: Steps) -> None:
    credential = DefaultAzureCredential()
    groups = ResourceManagementClient(credential, SUBSCRIPTION).resource_groups
    client = NetworkManagementClient(credential, SUBSCRIPTION)
    step("create a group", lambda: groups.create_or_update(_GROUP, {"location": LOCATION}))
    nets, subnets, nsgs = client.virtual_networks, client.subnets, client.network_security_groups
    net = step(
        "create a network",
        lambda: nets.begin_create_or_update(
            _GROUP, "net", _in_place(addressSpace={"addressPrefixes": ["10.1.0.0/16"]})
        ).result(),
        lambda one: one.provisioning_state == "Succeeded" and one.resource_guid,
    )
    nsg = step(
        "create a security group",
        lambda: nsgs.begin_create_or_update(_GROUP, "nsg", _in_place()).result(),
        lambda one: len(one.default_security_rules) == 6,
    )
    step(
        "add a rule",
        lambda: client.security_rules.begin_create_or_update(_GROUP, "nsg", "ssh", _RULE).result(),
        lambda one: one.access == "Allow" and one.priority == 100,
    )
    clash = {"properties": {**_RULE["properties"], "destinationPortRange": "80"}}
    step.refused(
        "two rules of one priority are refused",
        lambda: client.security_rules.begin_create_or_update(_GROUP, "nsg", "http", clash).result(),
        "SecurityRuleConflict",
    )
    subnet = step(
        "add a subnet with the security group",
        lambda: subnets.begin_create_or_update(
            _GROUP,
            "net",
            "sub",
            {"properties": {"addressPrefix": "10.1.1.0/24", "networkSecurityGroup": {"id": nsg.id}}},
        ).result(),
        lambda one: one.network_security_group.id == nsg.id,
    )
    step.refused(
        "a subnet that overlaps is refused",
        lambda: subnets.begin_create_or_update(
            _GROUP, "net", "other", {"properties": {"addressPrefix": "10.1.1.128/25"}}
        ).result(),
        "NetcfgSubnetRangesOverlap",
    )
    ip = step(
        "create a public address",
        lambda: client.public_ip_addresses.begin_create_or_update(
            _GROUP,
            "ip",
            {
                **_in_place(publicIPAllocationMethod="Static", dnsSettings={"domainNameLabel": "azlinstory"}),
                "sku": {"name": "Standard"},
            },
        ).result(),
        lambda one: one.ip_address and one.dns_settings.fqdn == f"azlinstory.{LOCATION}.cloudapp.azure.com",
    )
    nic = step(
        "create an interface",
        lambda: client.network_interfaces.begin_create_or_update(
            _GROUP,
            "nic",
            _in_place(
                ipConfigurations=[
                    {"name": "first", "properties": {"subnet": {"id": subnet.id}, "publicIPAddress": {"id": ip.id}}}
                ]
            ),
        ).result(),
        lambda one: one.ip_configurations[0].private_ip_address == "10.1.1.4",
    )
    step(
        "the address knows its interface",
        lambda: client.public_ip_addresses.get(_GROUP, "ip"),
        lambda one: one.ip_configuration.id == nic.ip_configurations[0].id,
    )
    step(
        "is an address free",
        lambda: nets.check_ip_address_availability(_GROUP, "net", ip_address="10.1.1.4"),
        lambda one: one.available is False and one.available_ip_addresses,
    )
    step(
        "list a network's usage", lambda: list(nets.list_usage(_GROUP, "net")), lambda all_: all_[0].current_value == 1
    )
    step.refused(
        "a subnet in use is kept",
        lambda: subnets.begin_delete(_GROUP, "net", "sub").result(),
        "InUseSubnetCannotBeDeleted",
    )
    _around(step, client, net)
    step("detach and delete", lambda: client.network_interfaces.begin_delete(_GROUP, "nic").result())
    step("delete a subnet", lambda: subnets.begin_delete(_GROUP, "net", "sub").result())
    step("delete the group", lambda: groups.begin_delete(_GROUP).result())
    step.refused("nothing is left", lambda: list(nets.list(_GROUP)), "ResourceGroupNotFound")


def _around(step: Steps, client: NetworkManagementClient, net: Any) -> None:
    other = step(
        "create a second network",
        lambda: client.virtual_networks.begin_create_or_update(
            _GROUP, "far", _in_place(addressSpace={"addressPrefixes": ["10.9.0.0/16"]})
        ).result(),
    )
    for one, far in (("net", other), ("far", net)):
        step(
            f"peer {one}",
            lambda one=one, far=far: client.virtual_network_peerings.begin_create_or_update(
                _GROUP,
                one,
                "peer",
                {"properties": {"remoteVirtualNetwork": {"id": far.id}, "allowVirtualNetworkAccess": True}},
            ).result(),
        )
    step(
        "both peerings are connected",
        lambda: [client.virtual_network_peerings.get(_GROUP, one, "peer").peering_state for one in ("net", "far")],
        lambda states: states == ["Connected", "Connected"],
    )
    balancer = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{_GROUP}/providers/Microsoft.Network/loadBalancers/lb"
    step(
        "create a load balancer",
        lambda: client.load_balancers.begin_create_or_update(
            _GROUP,
            "lb",
            {
                **_in_place(
                    frontendIPConfigurations=[
                        {
                            "name": "front",
                            "properties": {"subnet": {"id": f"{net.id}/subnets/sub"}},
                        }
                    ],
                    backendAddressPools=[{"name": "pool"}],
                    probes=[{"name": "probe", "properties": {"protocol": "Tcp", "port": 80}}],
                    loadBalancingRules=[
                        {
                            "name": "rule",
                            "properties": {
                                "protocol": "Tcp",
                                "frontendPort": 80,
                                "backendPort": 80,
                                "frontendIPConfiguration": {"id": f"{balancer}/frontendIPConfigurations/front"},
                                "backendAddressPool": {"id": f"{balancer}/backendAddressPools/pool"},
                                "probe": {"id": f"{balancer}/probes/probe"},
                            },
                        }
                    ],
                ),
                "sku": {"name": "Standard"},
            },
        ).result(),
        lambda one: one.load_balancing_rules[0].backend_address_pool.id == f"{balancer}/backendAddressPools/pool",
    )
    step("delete a load balancer", lambda: client.load_balancers.begin_delete(_GROUP, "lb").result())
    step(
        "create a route table",
        lambda: client.route_tables.begin_create_or_update(
            _GROUP,
            "routes",
            _in_place(routes=[{"name": "out", "properties": {"addressPrefix": "0.0.0.0/0", "nextHopType": "None"}}]),
        ).result(),
        lambda one: one.routes[0].provisioning_state == "Succeeded",
    )
    step("list usages", lambda: list(client.usages.list(LOCATION)), lambda all_: all_)
    step("list service tags", lambda: client.service_tags.list(LOCATION), lambda one: one.values)
