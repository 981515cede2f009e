"""What a provider says of a name before it is asked for, in the form that its client reads."""

from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from azlin.sandbox.arm.names.name_checks import CHECKS
from azlin.sandbox.arm.names.unique_names import BY_TYPE
from tests.sandbox.conftest import Azure


@pytest.fixture
def registry() -> Registry:
    return load()


def have(azure: Azure, kind: str, name: str) -> None:
    path = f"/subscriptions/00000000-0000-0000-0000-0000000000fe/resourceGroups/g/providers/{kind}/{name}"
    azure.plane.store.put(azure.plane.store.parse(path, "elsewhere"), {"location": "eastus", "properties": {}})


def ask(azure: Azure, path: str, name: str) -> dict[str, Any]:
    answer = azure.ask("POST", f"{azure.subscription}/providers/{path}", {"name": name, "type": "Site"})
    assert answer.status == 200, answer.body
    return answer.body


@pytest.mark.parametrize("check", CHECKS, ids=lambda one: one.type)
def test_a_name_is_free_until_somebody_has_it(azure: Azure, check: Any) -> None:
    namespace = check.type.partition("/")[0]
    flag = "available" if namespace == "Microsoft.Sql" else "nameAvailable"
    assert ask(azure, f"{namespace}/checkNameAvailability", "mine")[flag] is True
    have(azure, check.type, "MINE")
    said = ask(azure, f"{namespace}/checkNameAvailability", "mine")
    assert said[flag] is False
    assert said["reason"] in ("AlreadyExists", "NameInUse")
    assert ask(azure, f"{namespace}/checkNameAvailability", "other")[flag] is True


def test_a_region_can_be_asked_too(azure: Azure) -> None:
    have(azure, "Microsoft.Web/sites", "mine")
    said = ask(azure, "Microsoft.Web/locations/westeurope/checknameavailability", "mine")
    assert (said["nameAvailable"], said["hostName"]) == (False, "mine.azurewebsites.net")


def test_the_name_of_a_deleted_store_is_not_free(azure: Azure) -> None:
    path = f"{azure.group()}/providers/Microsoft.AppConfiguration/configurationStores/mine"
    azure.put(path, {"location": "westeurope", "sku": {"name": "Standard"}})
    azure.ask("DELETE", path)
    assert ask(azure, "Microsoft.AppConfiguration/checkNameAvailability", "mine")["nameAvailable"] is False
    azure.clock.advance(8 * 86400)
    assert ask(azure, "Microsoft.AppConfiguration/checkNameAvailability", "mine")["nameAvailable"] is True


def test_redis_answers_nothing_or_refuses(azure: Azure) -> None:
    asked = f"{azure.subscription}/providers/Microsoft.Cache/CheckNameAvailability"
    body = {"name": "mine", "type": "Microsoft.Cache/Redis"}
    assert azure.ask("POST", asked, body).status == 200
    have(azure, "Microsoft.Cache/redis", "mine")
    assert azure.code("POST", asked, body) == (409, "NameNotAvailable")


def test_cosmos_is_asked_with_a_head(azure: Azure) -> None:
    path = "/providers/Microsoft.DocumentDB/databaseAccountNames/mine"
    assert azure.ask("HEAD", path).status == 404
    have(azure, "Microsoft.DocumentDB/databaseAccounts", "mine")
    assert azure.ask("HEAD", path).status == 200


def test_a_subdomain_is_asked_for_by_itself(azure: Azure) -> None:
    asked = f"{azure.subscription}/providers/Microsoft.CognitiveServices/checkDomainAvailability"
    body = {"subdomainName": "talks", "type": "Microsoft.CognitiveServices/accounts"}
    assert azure.ask("POST", asked, body).body["isSubdomainAvailable"] is True
    account = {"location": "westeurope", "kind": "OpenAI", "sku": {"name": "S0"}}
    account["properties"] = {"customSubDomainName": "talks"}
    azure.put(f"{azure.group()}/providers/Microsoft.CognitiveServices/accounts/a", account)
    assert azure.ask("POST", asked, body).body["isSubdomainAvailable"] is False


def test_what_is_checked_is_also_refused() -> None:
    assert {check.type.casefold() for check in CHECKS} <= set(BY_TYPE)
