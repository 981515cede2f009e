"""Zones have records of their own, and count all they have."""

from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from tests.sandbox.conftest import Azure


@pytest.fixture
def registry() -> Registry:
    return load()


@pytest.fixture
def zone(azure: Azure) -> str:
    path = f"{azure.group()}/providers/Microsoft.Network/dnsZones/example.com"
    azure.put(path, {"location": "global"})
    return path


@pytest.fixture
def private(azure: Azure) -> str:
    path = f"{azure.group()}/providers/Microsoft.Network/privateDnsZones/example.com"
    azure.put(path, {"location": "global"})
    return path


def test_a_new_zone_has_soa_and_ns_records(azure: Azure, zone: str):
    assert azure.get(zone)["properties"]["numberOfRecordSets"] == 2
    servers = azure.get(zone)["properties"]["nameServers"]
    assert [one["nsdname"] for one in azure.get(f"{zone}/NS/@")["properties"]["NSRecords"]] == servers
    assert azure.get(f"{zone}/SOA/@")["properties"]["SOARecord"]["host"] == servers[0]


def test_a_new_private_zone_has_a_soa_record_only(azure: Azure, private: str):
    assert azure.get(private)["properties"]["numberOfRecordSets"] == 1
    assert azure.get(f"{private}/SOA/@")["properties"]["soaRecord"]["host"] == "azureprivatedns.net"
    assert azure.ask("GET", f"{private}/NS/@").status == 404


def test_a_put_again_does_not_set_the_records_back(azure: Azure, zone: str):
    changed = {"properties": {"TTL": 60, "SOARecord": {"email": "me.example.com"}}}
    azure.put(f"{zone}/SOA/@", changed)
    azure.put(zone, {"location": "global", "tags": {"a": "b"}})
    soa = azure.get(f"{zone}/SOA/@")["properties"]
    assert (soa["TTL"], soa["SOARecord"]["email"]) == (60, "me.example.com")
    assert soa["SOARecord"]["host"] == "ns1-01.azure-dns.com."


def test_a_record_set_has_its_whole_name_and_its_list(azure: Azure, zone: str, private: str):
    assert azure.put(f"{zone}/A/www", {"properties": {"TTL": 60}})["properties"]["fqdn"] == "www.example.com."
    assert azure.get(f"{zone}/A/www")["properties"]["ARecords"] == []
    shown = azure.put(f"{private}/MX/@", {"properties": {"ttl": 60}})["properties"]
    assert (shown["fqdn"], shown["mxRecords"], shown["isAutoRegistered"]) == ("example.com.", [], False)


def test_all_record_sets_are_listed_at_their_zone(azure: Azure, zone: str, private: str):
    azure.put(f"{zone}/A/www", {"properties": {"TTL": 60}})
    azure.put(f"{zone}/TXT/mail", {"properties": {"TTL": 60}})
    assert [one["name"] for one in azure.values(f"{zone}/recordsets")] == ["@", "@", "www", "mail"]
    assert [one["name"] for one in azure.values(f"{zone}/A")] == ["www"]
    found: Any = azure.ask("GET", f"{zone}/recordsets?$recordsetnamesuffix=ail").body
    assert [one["name"] for one in found["value"]] == ["mail"]
    assert [one["name"] for one in azure.values(f"{private}/ALL")] == ["@"]


@pytest.mark.parametrize("kind", ["SOA", "NS"])
def test_the_records_of_the_apex_go_only_with_the_zone(azure: Azure, zone: str, kind: str):
    assert azure.ask("DELETE", f"{zone}/{kind}/@").status == 400
    assert azure.ask("DELETE", zone).status == 200
    azure.put(zone, {"location": "global"})
    assert azure.get(zone)["properties"]["numberOfRecordSets"] == 2


@pytest.mark.parametrize(("first", "second"), [("CNAME", "A"), ("TXT", "CNAME")])
def test_nothing_stands_beside_a_cname(azure: Azure, zone: str, private: str, first: str, second: str):
    for path in (zone, private):
        assert azure.ask("PUT", f"{path}/{first}/www", {"properties": {}}).status == 201
        assert azure.code("PUT", f"{path}/{second}/WWW", {"properties": {}}) == (400, "BadRequest")
        assert azure.ask("PUT", f"{path}/{first}/www", {"properties": {}}).status == 200
        assert azure.ask("PUT", f"{path}/{second}/web", {"properties": {}}).status == 201
        assert azure.ask("PUT", f"{path}/CNAME/@", {"properties": {}}).status == 400


def test_a_private_zone_with_a_link_stays(azure: Azure, private: str):
    azure.put(f"{private}/virtualNetworkLinks/l", {"location": "global", "properties": {"registrationEnabled": True}})
    shown = azure.get(private)["properties"]
    assert (shown["numberOfVirtualNetworkLinks"], shown["numberOfVirtualNetworkLinksWithRegistration"]) == (1, 1)
    assert azure.code("DELETE", private) == (409, "CannotDeleteResource")


def test_signing_is_switched_on_by_a_put_without_a_body(azure: Azure, zone: str):
    assert azure.ask("PUT", f"{zone}/dnssecConfigs/default").status in (200, 201)
    assert azure.get(f"{zone}/dnssecConfigs/default")["properties"]["provisioningState"] == "Succeeded"
    assert azure.ask("PUT", zone).status == 400


def test_aliases_are_found_by_what_they_point_at(azure: Azure, zone: str):
    target = f"{zone.rpartition('/dnsZones')[0]}/publicIPAddresses/ip"
    azure.put(f"{zone}/A/www", {"properties": {"TTL": 60, "targetResource": {"id": target}}})
    path = f"{azure.subscription}/providers/Microsoft.Network/getDnsResourceReference"
    asked = {"properties": {"targetResources": [{"id": target.upper()}, {"id": zone}]}}
    found: Any = azure.ask("POST", path, asked).body
    assert [one["dnsResources"] for one in found["properties"]["dnsResourceReferences"]] == [[{"id": f"{zone}/A/www"}]]
