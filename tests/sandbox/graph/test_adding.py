from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from azlin.sandbox.graph.adding import NotADirectoryObject
from azlin.sandbox.seed import SeedUnreadable, seed

ADA = "AAAAAAAA-0000-4000-8000-000000000001"
DEV = "bbbbbbbb-0000-4000-8000-000000000002"


def estate(tenant: str) -> list[dict[str, Any]]:
    return [
        {
            "@odata.type": "#microsoft.graph.group",
            "id": DEV,
            "displayName": "dev",
            "members": [ADA],
            "owners": [{"id": ADA}],
        },
        {
            "@odata.type": "#microsoft.graph.user",
            "id": ADA,
            "displayName": "Ada",
            "userPrincipalName": "ada@contoso.com",
            "passwordProfile": {"password": "Secret12345!"},
        },
        {
            "id": "/subscriptions/99999999-0000-4000-8000-000000000009/resourceGroups/g",
            "location": "westeurope",
            "tenantId": tenant,
        },
    ]


def test_a_seed_holds_directory_objects_beside_resources(graph: Any, tmp_path: Path):
    file = tmp_path / "estate.json"
    file.write_text(json.dumps(estate(graph.tenant.id)))
    report = seed(file, None, graph.azure.plane)
    assert (report.tenant, report.groups) == (graph.tenant.id, 1)
    assert graph.get("/users/ada@contoso.com")["id"] == ADA.lower()
    assert graph.names(f"/groups/{DEV}/members") == graph.names(f"/groups/{DEV}/owners") == ["Ada"]
    form = {"grant_type": "password", "username": "ada@contoso.com", "password": "Secret12345!"}
    assert graph.sign_in(**form).status == 200


def test_a_seed_with_an_object_of_an_unknown_type_loads_nothing(graph: Any, tmp_path: Path):
    file = tmp_path / "estate.json"
    unknown = {"@odata.type": "#microsoft.graph.unicorn", "id": "1"}
    file.write_text(json.dumps([*estate(graph.tenant.id), unknown]))
    with pytest.raises(SeedUnreadable):
        seed(file, None, graph.azure.plane)
    assert graph.names("/groups") == []
    assert graph.azure.plane.store.count() == 0


def test_what_is_added_again_is_replaced_and_keeps_its_links(graph: Any):
    for entry in estate(graph.tenant.id)[:2]:
        graph.graph.add(graph.tenant.id, entry)
    graph.graph.add(graph.tenant.id, {**estate(graph.tenant.id)[1], "displayName": "Ada L."})
    assert graph.names(f"/groups/{DEV}/members") == ["Ada L."]


def test_an_application_with_a_known_secret_signs_in(graph: Any):
    body = {"appId": "cccccccc-0000-4000-8000-000000000003", "displayName": "ci"}
    secret = {"passwordCredentials": [{"displayName": "known", "secretText": "a-secret-of-ours"}]}
    graph.graph.add(graph.tenant.id, {"@odata.type": "#microsoft.graph.application", **body, **secret})
    graph.graph.add(graph.tenant.id, {"@odata.type": "#microsoft.graph.servicePrincipal", **body})
    assert graph.client_token(body["appId"], "a-secret-of-ours")
    shown = graph.get(f"/applications(appId='{body['appId']}')")["passwordCredentials"][0]
    assert (shown["hint"], shown["secretText"]) == ("a-s", None)


def test_an_unknown_type_is_refused(graph: Any):
    with pytest.raises(NotADirectoryObject):
        graph.graph.add(graph.tenant.id, {"@odata.type": "#microsoft.graph.unicorn"})
