"""Lists that Azure never has empty: refused where people choose from them, else marked as unknown."""

from __future__ import annotations

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from tests.sandbox.conftest import Azure


@pytest.fixture
def registry() -> Registry:
    return load()


@pytest.mark.parametrize(
    "path",
    [
        "Microsoft.Search/offerings",
        "microsoft.network/NETWORKVIRTUALAPPLIANCESKUS/x",
        "Microsoft.DBforMySQL/locations/westeurope/capabilities",
        "Microsoft.CognitiveServices/locations/westeurope/models",
    ],
)
def test_what_people_choose_from_is_not_empty(azure: Azure, path: str):
    assert azure.code("GET", f"{azure.subscription}/providers/{path}") == (409, "NotServedBySandbox")


@pytest.mark.parametrize("path", ["Microsoft.Maps/operations", "Microsoft.Sql/locations/westeurope/usages"])
def test_what_clients_read_on_their_way_is_empty_and_says_that_nobody_knows(azure: Azure, path: str):
    answer = azure.ask("GET", f"{azure.subscription}/providers/{path}")
    assert (answer.body["value"], answer.headers["x-azlin-sandbox"]) == ([], "not-known-here")


def test_what_customers_make_is_known(azure: Azure):
    assert "x-azlin-sandbox" not in azure.ask("GET", f"{azure.subscription}/resourceGroups").headers


def test_nor_is_what_is_asked_for_by_post(azure: Azure):
    asked = f"{azure.subscription}/providers/Microsoft.BotService/listAuthServiceProviders"
    assert azure.code("POST", asked, {}) == (409, "NotServedBySandbox")


@pytest.mark.parametrize(
    "path", ["Microsoft.Network/locations/westeurope/usages", "Microsoft.Compute/locations/westeurope/usages"]
)
def test_what_is_known_is_told(azure: Azure, path: str):
    assert azure.values(f"{azure.subscription}/providers/{path}")


def test_a_region_that_is_none_is_refused_first(azure: Azure):
    asked = f"{azure.subscription}/providers/Microsoft.Sql/locations/atlantis/capabilities"
    assert azure.code("GET", asked) == (400, "NoRegisteredProviderFound")


def test_what_customers_make_may_be_empty(azure: Azure):
    assert azure.values(f"{azure.subscription}/providers/Microsoft.Network/expressRouteCircuits") == []
