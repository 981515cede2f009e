from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Behaviour, Inline
from azlin.sandbox.seed import SeedUnreadable, seed

SUB = "/subscriptions/11111111-2222-3333-4444-555555555555"
NET = f"{SUB}/resourceGroups/Net/providers/Microsoft.Sandbox/nets/n"


def write(tmp_path: Path, held: Any) -> Path:
    path = tmp_path / "estate.json"
    path.write_text(json.dumps(held))
    return path


def test_an_export_is_loaded_without_loss(azure: Any, tmp_path: Path):
    resource = {
        "id": NET,
        "name": "n",
        "type": "Microsoft.Sandbox/nets",
        "location": "westeurope",
        "resourceGroup": "net",
        "identity": None,
        "zones": ["1"],
        "plan": {"name": "p"},
        "properties": {"deep": {"list": [1, 2.5, None, {"ü": "ß"}]}, "provisioningState": "Failed"},
    }
    report = seed(write(tmp_path, [resource]), "Contoso", azure.plane)
    assert (report.resources, report.groups, report.groups_added) == (1, 1, ["Net"])
    tenant = azure.plane.directory.tenant(report.tenant)
    assert tenant.name == "Contoso"
    shown = azure.ask("GET", NET, tenant=tenant).body
    assert shown == {key: value for key, value in resource.items() if key not in ("resourceGroup", "identity")}


def test_several_subscriptions_and_their_groups_are_loaded(azure: Any, tmp_path: Path):
    second = SUB.replace("1111", "2222")
    held = {
        "subscriptions": [{"id": SUB, "displayName": "Production", "tenantId": "99999999-0000-0000-0000-000000000001"}],
        "resource_groups": [{"id": f"{SUB}/resourceGroups/net", "location": "eastus", "tags": {"a": "b"}}],
        "resources": [
            {"id": NET, "location": "eastus"},
            {"id": f"{second}/resourceGroups/x/providers/Microsoft.Sandbox/nets/m", "location": "northeurope"},
        ],
    }
    report = seed(write(tmp_path, held), None, azure.plane)
    assert report.tenant == "99999999-0000-0000-0000-000000000001"
    assert report.tenant_name == "estate"
    tenant = azure.plane.directory.tenant(report.tenant)
    listed = azure.ask("GET", "/subscriptions", tenant=tenant).body["value"]
    assert [one["displayName"] for one in listed] == ["Production", "estate 2"]
    assert azure.ask("GET", f"{SUB}/resourceGroups/NET", tenant=tenant).body["tags"] == {"a": "b"}
    assert report.groups_added == ["x"]


def test_inline_children_become_resources(azure: Any, tmp_path: Path):
    class Nets(Behaviour):
        inline = (Inline("subnets"),)

    azure.plane.registry.type("Microsoft.Sandbox/nets", Nets())
    subnets = [{"name": "a", "properties": {"p": 1}}, {"name": "b", "properties": {"p": 2}}]
    held = [
        {"id": f"{NET}/subnets/b", "properties": {"p": 3}},
        {"id": NET, "location": "eastus", "properties": {"subnets": subnets}},
    ]
    report = seed(write(tmp_path, held), "t", azure.plane)
    tenant = azure.plane.directory.tenant(report.tenant)
    shown = azure.ask("GET", NET, tenant=tenant).body["properties"]["subnets"]
    assert [(one["name"], one["properties"]) for one in shown] == [("a", {"p": 1}), ("b", {"p": 3})]


def test_seeding_twice_changes_nothing(azure: Any, tmp_path: Path):
    path = write(tmp_path, [{"id": NET, "location": "eastus"}])
    seed(path, "t", azure.plane)
    count = azure.plane.store.count()
    assert seed(path, "t", azure.plane).groups_added == []
    assert azure.plane.store.count() == count


@pytest.mark.parametrize(
    "held", [[], {}, "x", [{"name": "no id"}], [{"id": "nonsense/path"}], [{"id": NET}, {"id": f"{SUB}/providers/X"}]]
)
def test_a_file_that_is_no_export_is_refused_and_nothing_is_loaded(azure: Any, tmp_path: Path, held: Any):
    with pytest.raises(SeedUnreadable):
        seed(write(tmp_path, held), "t", azure.plane)
    assert azure.plane.store.count() == 0


def test_a_file_that_is_not_there_or_not_json_is_refused(azure: Any, tmp_path: Path):
    with pytest.raises(SeedUnreadable, match="cannot be read"):
        seed(tmp_path / "none.json", "t", azure.plane)
    broken = tmp_path / "broken.json"
    broken.write_text('[{"id":')
    with pytest.raises(SeedUnreadable, match="not JSON"):
        seed(broken, "t", azure.plane)


def test_a_subscription_of_one_tenant_is_not_taken_by_another(azure: Any, tmp_path: Path):
    path = write(tmp_path, [{"id": NET, "location": "eastus"}])
    seed(path, "one", azure.plane)
    with pytest.raises(SeedUnreadable, match="already belongs to tenant one"):
        seed(path, "two", azure.plane)


def test_what_an_export_says_again_of_the_id_is_not_part_of_the_resource(azure: Any, tmp_path: Path):
    tenant = "99999999-2222-3333-4444-555555555555"
    again = {"resourceGroup": "net", "subscriptionId": SUB.rpartition("/")[2], "tenantId": tenant, "kind": None}
    entry = {"id": NET, "name": "n", "type": "Microsoft.Sandbox/nets", "location": "westeurope", **again}
    seeded = seed(write(tmp_path, [entry]), "again", azure.plane)
    kept = azure.plane.store.get(azure.plane.store.parse(NET, seeded.tenant))
    assert sorted(kept.body) == ["id", "location", "name", "type"]


def test_what_an_export_says_stays_until_something_there_is_written(azure: Any, tmp_path: Path):
    class Counting(Behaviour):
        def show(self, resource: Any, call: Any, /) -> Any:
            resource.properties["parts"] = sum(1 for _ in call.plane.store.all(parent=resource.id))
            return resource.body

    azure.plane.registry.type("Microsoft.Sandbox/nets", Counting())
    held = [{"id": NET, "location": "westeurope", "properties": {"parts": 40}}]
    tenant = azure.plane.directory.tenant(seed(write(tmp_path, held), "T", azure.plane).tenant)
    assert azure.ask("GET", NET, tenant=tenant).body["properties"]["parts"] == 40
    azure.ask("PUT", f"{NET}/parts/one", {}, tenant=tenant)
    assert azure.ask("GET", NET, tenant=tenant).body["properties"]["parts"] == 1
