from __future__ import annotations

from collections.abc import Callable

from azlin.sandbox.arm.store import Resource
from azlin.sandbox.demo.estate import Estate
from azlin.sandbox.demo.landscape import gateway, hub, private_endpoint, spoke
from azlin.sandbox.demo.services import storage

Stored = Callable[[str], Resource]


def test_a_spoke_peers_with_its_hub_both_ways_and_routes_through_the_firewall(estate: Estate, stored: Stored):
    group = estate.group("g", "westeurope")
    seat = hub(estate, group, 0, "")
    made = spoke(estate, seat, estate.group("s", "westeurope"), "web", 1, "front", "back")
    there, back = (
        stored(f"{network}/virtualNetworkPeerings/{name}").properties["remoteVirtualNetwork"]["id"]
        for network, name in ((made.network, "to-hub"), (seat.network, "to-web"))
    )
    assert (there, back) == (seat.network, made.network)
    routes = stored(stored(made.subnets["front"]).properties["routeTable"]["id"])
    (route,) = estate.plane.store.all(parent=routes.id)
    assert route.properties["nextHopIpAddress"] == seat.firewall_address


def test_a_private_door_stands_in_the_subnet_and_names_its_service(estate: Estate, stored: Stored):
    group = estate.group("g", "westeurope")
    seat = hub(estate, group, 0, "")
    account = storage(estate, group, "data")
    zone = seat.zones["privatelink.blob.core.windows.net"]
    door = stored(private_endpoint(estate, group, f"{seat.network}/subnets/shared", account, "blob", zone))
    (connection,) = door.properties["privateLinkServiceConnections"]
    assert connection["properties"]["privateLinkServiceId"] == account
    zones = stored(f"{door.id.id}/privateDnsZoneGroups/default").properties["privateDnsZoneConfigs"]
    assert zones[0]["properties"]["privateDnsZoneId"] == zone


def test_the_key_that_a_gateway_shares_is_forgotten(estate: Estate, stored: Stored):
    group = estate.group("g", "westeurope")
    gateway(estate, hub(estate, group, 0, ""), "192.168.0.0/16")
    connection = stored(f"{group.id}/providers/Microsoft.Network/connections/con-headquarters")
    assert "sharedKey" not in connection.properties
