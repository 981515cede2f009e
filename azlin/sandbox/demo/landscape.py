"""The ground an estate stands on: a hub with its gateways and name service, and spokes that peer with it."""

from __future__ import annotations

from dataclasses import dataclass

from azlin.sandbox.arm.store import Body
from azlin.sandbox.demo.estate import Estate, Group

_ZONES = ("privatelink.blob.core.windows.net", "privatelink.vaultcore.azure.net", "privatelink.database.windows.net")


@dataclass(frozen=True, slots=True)
class Hub:
    """What the spokes share."""

    group: Group
    network: str
    firewall_address: str
    bastion_address: str
    zones: dict[str, str]
    workspace: str


@dataclass(frozen=True, slots=True)
class Spoke:
    """A workload's network; `subnets` maps a name to an id, `security` is the NSG of its first subnet."""

    group: Group
    network: str
    subnets: dict[str, str]
    security: str
    block: str


def rule(name: str, priority: int, port: str, source: str, access: str = "Allow") -> Body:
    """An inbound TCP rule of a network security group."""
    return {
        "name": name,
        "properties": {
            "priority": priority,
            "direction": "Inbound",
            "access": access,
            "protocol": "Tcp",
            "sourceAddressPrefix": source,
            "sourcePortRange": "*",
            "destinationAddressPrefix": "*",
            "destinationPortRange": port,
        },
    }


def address(estate: Estate, group: Group, name: str, **envelope: object) -> str:
    """A static standard public address."""
    return estate.put(
        group,
        "Microsoft.Network/publicIPAddresses",
        name,
        {"publicIPAllocationMethod": "Static", "publicIPAddressVersion": "IPv4", "idleTimeoutInMinutes": 4},
        sku={"name": "Standard", "tier": "Regional"},
        **envelope,
    )


def hub(estate: Estate, group: Group, octet: int, workspace: str) -> Hub:
    """The central network 10.`octet`.0.0/16 of a region: firewall, bastion, private DNS zones."""
    block = f"10.{octet}"
    subnets = {
        "AzureFirewallSubnet": f"{block}.0.0/26",
        "AzureBastionSubnet": f"{block}.0.64/26",
        "GatewaySubnet": f"{block}.0.128/27",
        "shared": f"{block}.1.0/24",
    }
    network = estate.put(
        group,
        "Microsoft.Network/virtualNetworks",
        "vnet-hub",
        {
            "addressSpace": {"addressPrefixes": [f"{block}.0.0/16"]},
            "dhcpOptions": {"dnsServers": [f"{block}.1.4", f"{block}.1.5"]},
            "subnets": [{"name": name, "properties": {"addressPrefix": one}} for name, one in subnets.items()],
        },
    )
    place = group.location
    policy = estate.put(
        group,
        "Microsoft.Network/firewallPolicies",
        f"afwp-{place}",
        {"sku": {"tier": "Standard"}, "threatIntelMode": "Alert"},
    )
    estate.under(
        policy,
        "ruleCollectionGroups",
        "DefaultNetworkRules",
        {
            "priority": 200,
            "ruleCollections": [
                {
                    "ruleCollectionType": "FirewallPolicyFilterRuleCollection",
                    "name": "allow-time",
                    "priority": 1000,
                    "action": {"type": "Allow"},
                    "rules": [
                        {
                            "ruleType": "NetworkRule",
                            "name": "ntp",
                            "ipProtocols": ["UDP"],
                            "sourceAddresses": [f"{block}.0.0/16"],
                            "destinationAddresses": ["*"],
                            "destinationPorts": ["123"],
                        }
                    ],
                }
            ],
        },
    )
    firewall_address = address(estate, group, f"pip-afw-{place}", zones=["1", "2", "3"])
    estate.put(
        group,
        "Microsoft.Network/azureFirewalls",
        f"afw-{place}",
        {
            "sku": {"name": "AZFW_VNet", "tier": "Standard"},
            "firewallPolicy": {"id": policy},
            "ipConfigurations": [
                {
                    "name": "main",
                    "properties": {
                        "subnet": {"id": f"{network}/subnets/AzureFirewallSubnet"},
                        "publicIPAddress": {"id": firewall_address},
                    },
                }
            ],
        },
        zones=["1", "2", "3"],
    )
    bastion_address = address(estate, group, f"pip-bas-{place}")
    estate.put(
        group,
        "Microsoft.Network/bastionHosts",
        f"bas-{place}",
        {
            "ipConfigurations": [
                {
                    "name": "main",
                    "properties": {
                        "subnet": {"id": f"{network}/subnets/AzureBastionSubnet"},
                        "publicIPAddress": {"id": bastion_address},
                    },
                }
            ]
        },
        sku={"name": "Basic"},
    )
    return Hub(group, network, f"{block}.0.4", bastion_address, _names(estate, group, network), workspace)


def gateway(estate: Estate, seat: Hub, site_block: str) -> None:
    """A VPN gateway with one connection to a site on premises; its shared key is never shown again."""
    group = seat.group
    gateway_id = estate.put(
        group,
        "Microsoft.Network/virtualNetworkGateways",
        f"vgw-{group.location}",
        {
            "gatewayType": "Vpn",
            "vpnType": "RouteBased",
            "sku": {"name": "VpnGw1", "tier": "VpnGw1"},
            "ipConfigurations": [
                {
                    "name": "main",
                    "properties": {
                        "privateIPAllocationMethod": "Dynamic",
                        "subnet": {"id": f"{seat.network}/subnets/GatewaySubnet"},
                        "publicIPAddress": {"id": address(estate, group, f"pip-vgw-{group.location}")},
                    },
                }
            ],
        },
    )
    site = estate.put(
        group,
        "Microsoft.Network/localNetworkGateways",
        "lgw-headquarters",
        {"gatewayIpAddress": "198.51.100.7", "localNetworkAddressSpace": {"addressPrefixes": [site_block]}},
    )
    estate.put(
        group,
        "Microsoft.Network/connections",
        "con-headquarters",
        {
            "connectionType": "IPsec",
            "virtualNetworkGateway1": {"id": gateway_id},
            "localNetworkGateway2": {"id": site},
            "sharedKey": estate.password(),
            "routingWeight": 10,
        },
    )


def _names(estate: Estate, group: Group, network: str) -> dict[str, str]:
    zones: dict[str, str] = {}
    for name in _ZONES:
        zone = estate.put(group, "Microsoft.Network/privateDnsZones", name, location="global")
        estate.under(
            zone,
            "virtualNetworkLinks",
            "hub",
            {"virtualNetwork": {"id": network}, "registrationEnabled": False},
            location="global",
        )
        zones[name] = zone
    return zones


def spoke(estate: Estate, seat: Hub, group: Group, name: str, octet: int, *subnets: str) -> Spoke:
    """A network that peers with the hub both ways, routes through the firewall, and lets in only the bastion."""
    block = f"10.{octet}"
    security = estate.put(
        group,
        "Microsoft.Network/networkSecurityGroups",
        f"nsg-{name}",
        {
            "securityRules": [
                rule("allow-bastion-rdp", 100, "3389", f"{seat.firewall_address}/32"),
                rule("allow-bastion-ssh", 110, "22", "VirtualNetwork"),
                rule("allow-https", 200, "443", "AzureLoadBalancer"),
                rule("deny-internet", 4000, "*", "Internet", "Deny"),
            ]
        },
    )
    routes = estate.put(
        group,
        "Microsoft.Network/routeTables",
        f"rt-{name}",
        {
            "disableBgpRoutePropagation": True,
            "routes": [
                {
                    "name": "default",
                    "properties": {
                        "addressPrefix": "0.0.0.0/0",
                        "nextHopType": "VirtualAppliance",
                        "nextHopIpAddress": seat.firewall_address,
                    },
                }
            ],
        },
    )
    made: list[Body] = [
        {
            "name": one,
            "properties": {
                "addressPrefix": f"{block}.{at}.0/24",
                "networkSecurityGroup": {"id": security},
                "routeTable": {"id": routes},
                "serviceEndpoints": [{"service": "Microsoft.Storage"}] if at == 0 else [],
                "privateEndpointNetworkPolicies": "Disabled",
            },
        }
        for at, one in enumerate(subnets)
    ]
    network = estate.put(
        group,
        "Microsoft.Network/virtualNetworks",
        f"vnet-{name}",
        {"addressSpace": {"addressPrefixes": [f"{block}.0.0/16"]}, "subnets": made},
    )
    ways = {"allowVirtualNetworkAccess": True, "allowForwardedTraffic": True}
    estate.under(network, "virtualNetworkPeerings", "to-hub", {"remoteVirtualNetwork": {"id": seat.network}, **ways})
    estate.under(
        seat.network, "virtualNetworkPeerings", f"to-{name}", {"remoteVirtualNetwork": {"id": network}, **ways}
    )
    found = {one: f"{network}/subnets/{one}" for one in subnets}
    return Spoke(group, network, found, security, block)


def private_endpoint(estate: Estate, group: Group, subnet: str, target: str, part: str, zone: str) -> str:
    """A private door to a service in a subnet; Azure makes its NIC. `part` is the group id (`blob`, `vault`)."""
    name = target.rpartition("/")[2]
    door = estate.put(
        group,
        "Microsoft.Network/privateEndpoints",
        f"pe-{name}-{part}",
        {
            "subnet": {"id": subnet},
            "privateLinkServiceConnections": [
                {"name": part, "properties": {"privateLinkServiceId": target, "groupIds": [part]}}
            ],
        },
    )
    estate.under(
        door,
        "privateDnsZoneGroups",
        "default",
        {"privateDnsZoneConfigs": [{"name": part, "properties": {"privateDnsZoneId": zone}}]},
    )
    return door
