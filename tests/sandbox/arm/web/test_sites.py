from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Registry
from azlin.sandbox.arm.web import sites as web

CONFIG = {
    "linuxFxVersion": "PYTHON|3.12",
    "appSettings": [{"name": "KEY", "value": "hush"}],
    "connectionStrings": [{"name": "db", "connectionString": "Server=x", "type": "SQLAzure"}],
}


@pytest.fixture
def site(azure: Any, registry: Registry) -> str:
    web.register(registry)
    path = f"{azure.group()}/providers/Microsoft.Web/sites/shop"
    azure.put(path, {"location": "westeurope", "properties": {"siteConfig": CONFIG}})
    return path


def test_settings_are_shown_by_a_post_and_by_nothing_else(azure: Any, site: str):
    assert "hush" not in str(azure.get(site))
    assert azure.ask("POST", f"{site}/config/appsettings/list").body["properties"] == {"KEY": "hush"}
    shown = azure.ask("POST", f"{site}/config/connectionstrings/list").body["properties"]
    assert shown == {"db": {"value": "Server=x", "type": "SQLAzure"}}
    assert azure.ask("GET", f"{site}/config/appsettings").status == 405
    assert [one["name"] for one in azure.values(f"{site}/config")] == ["web"]


def test_settings_that_a_put_does_not_name_stay(azure: Any, site: str):
    azure.put(site, {"location": "westeurope", "properties": {"siteConfig": {"linuxFxVersion": "NODE|20-lts"}}})
    assert azure.ask("POST", f"{site}/config/appsettings/list").body["properties"] == {"KEY": "hush"}
    assert azure.get(f"{site}/config/web")["properties"]["linuxFxVersion"] == "NODE|20-lts"


def test_settings_are_replaced_as_a_whole(azure: Any, site: str):
    answer = azure.put(f"{site}/config/appsettings", {"properties": {"OTHER": "1"}})
    assert answer["properties"] == {"OTHER": "1"}
    assert azure.ask("POST", f"{site}/config/appsettings/list").body["properties"] == {"OTHER": "1"}


def test_what_config_web_says_is_the_site_s(azure: Any, site: str):
    azure.put(f"{site}/config/web", {"properties": {"alwaysOn": True}})
    shown = azure.get(site)["properties"]["siteConfig"]
    assert (shown["linuxFxVersion"], shown["alwaysOn"]) == ("PYTHON|3.12", True)


def test_a_site_without_settings_has_an_empty_list_of_them(azure: Any, site: str):
    bare = site.replace("shop", "bare")
    azure.put(bare)
    assert azure.ask("POST", f"{bare}/config/appsettings/list").body["properties"] == {}


def test_a_site_has_a_host_and_can_be_stopped(azure: Any, site: str):
    assert azure.get(site)["properties"]["defaultHostName"] == "shop.azurewebsites.net"
    azure.ask("POST", f"{site}/stop")
    assert azure.get(site)["properties"]["state"] == "Stopped"
    azure.ask("POST", f"{site}/restart")
    assert azure.get(site)["properties"]["state"] == "Running"
    assert azure.ask("POST", f"{site}/dance").status == 405
