"""The rules by which a recording is asked again, on recordings made up for the purpose."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from azlin.sandbox.arm.behaviour import Registry, load
from azlin.sandbox.keys import SigningKey
from conformance.cassettes import Cassette
from conformance.replay import Replayed, key_paths, replay

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000"
THING = f"{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/routeTables/t"


@pytest.fixture(scope="session")
def registry() -> Registry:
    return load()


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    return SigningKey.kept(tmp_path_factory.mktemp("key") / "signing.pem")


def exchange(
    method: str, path: str, sent: Any = None, status: int = 200, got: Any = None, headers: Any = None, **asked: str
) -> dict[str, Any]:
    uri = path if path.startswith("https:") else f"https://management.azure.com{path}?api-version=2021-05-01"
    return {
        "request": {
            "method": method,
            "uri": uri,
            "body": sent if isinstance(sent, str) or sent is None else json.dumps(sent),
            "headers": {name: [value] for name, value in asked.items()},
        },
        "response": {
            "status": {"code": status, "message": ""},
            "body": {"string": "" if got is None else json.dumps(got)},
            "headers": headers or {},
        },
    }


def replayed(registry: Registry, key: SigningKey, *exchanges: dict[str, Any]) -> Replayed:
    text = yaml.safe_dump({"interactions": list(exchanges)}).encode()
    return replay(Cassette("network", "made up", text), registry, key)


def test_key_paths_fold_arrays_and_count_inner_keys_too():
    body = {"value": [{"id": 1}, {"tags": {"a.b": None}}]}
    assert set(key_paths(body)) == {"value", "value[].id", "value[].tags", "value[].tags.a.b"}


def test_a_group_that_nobody_makes_is_there_already(registry: Registry, key: SigningKey):
    done = replayed(
        registry, key, exchange("PUT", THING, {"location": "West US"}, 201, {"id": "x", "mystery": {"a": 1}})
    )
    (one,) = done.asked
    assert one.status_right
    assert one.answer.body["location"] == "westus"
    assert one.missing_paths == {"mystery", "mystery.a"}


def test_with_a_wrong_status_class_no_key_path_is_there(registry: Registry, key: SigningKey):
    missing = exchange("GET", THING, got={"id": "x", "error": {"code": "y"}})
    made = exchange("PUT", THING.rpartition("/providers")[0], {"location": "westus"}, 201, {"id": "x"})
    _, one = replayed(registry, key, made, missing).asked
    assert not one.status_right
    assert one.missing_paths == one.recorded_paths == {"id", "error", "error.code"}


def test_polls_are_not_sent_however_the_client_spelled_them(registry: Registry, key: SigningKey):
    poll = "https://management.azure.com:443/subscriptions/x/operations/A%2BB?api-version=1"
    again = "https://management.azure.com/subscriptions/x/operations/a+b?api-version=1"
    done = replayed(
        registry,
        key,
        exchange("PUT", THING, {"location": "westus"}, 201, {}, {"Azure-AsyncOperation": [poll]}),
        exchange("GET", again, got={"status": "Succeeded"}),
        exchange("GET", "https://vault.example/secrets"),
    )
    assert len(done.asked) == 1
    assert done.unsent == {"polls": 1, "to another host": 1}


def test_what_the_service_chose_is_what_this_one_chose(registry: Registry, key: SigningKey):
    etag = 'W/"11111111-recorded"'
    done = replayed(
        registry,
        key,
        exchange("PUT", THING, {"location": "westus"}, 201, {"etag": etag}),
        exchange("DELETE", THING, None, 200, None, None, **{"If-Match": etag}),
    )
    assert [one.answer.status // 100 for one in done.asked] == [2, 2]


def test_a_body_that_was_recorded_in_the_words_of_python_is_read(registry: Registry, key: SigningKey):
    sent = str(str(json.dumps({"location": "westus"}).encode()).encode())
    (one,) = replayed(registry, key, exchange("PUT", THING, sent, 201, {"location": "westus"})).asked
    assert one.status_right
    assert one.missing_paths == set()


def test_the_nth_instance_stands_for_the_nth(registry: Registry, key: SigningKey):
    under = f"{SUBSCRIPTION}/resourceGroups/rg/providers"
    scale_set = f"{under}/Microsoft.Compute/virtualMachineScaleSets/s"
    network = f"{under}/Microsoft.Network/virtualNetworks/v"
    subnets = [{"name": "s", "properties": {"addressPrefix": "10.0.0.0/24"}}]
    space = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": subnets}
    configuration = {"name": "i", "properties": {"subnet": {"id": f"{network}/subnets/s"}}}
    interface = {"name": "n", "properties": {"primary": True, "ipConfigurations": [configuration]}}
    image = {"publisher": "MicrosoftWindowsServer", "offer": "WindowsServer", "sku": "2019-Datacenter"}
    profile = {
        "osProfile": {"computerNamePrefix": "p", "adminUsername": "somebody", "adminPassword": "Aa!1()-xyz"},
        "storageProfile": {"imageReference": {**image, "version": "latest"}},
        "networkProfile": {"networkInterfaceConfigurations": [interface]},
    }
    properties = {"upgradePolicy": {"mode": "Manual"}, "virtualMachineProfile": profile}
    model = {"location": "eastus", "sku": {"name": "Standard_D2s_v3", "capacity": 1}, "properties": properties}
    done = replayed(
        registry,
        key,
        exchange("PUT", network, {"location": "eastus", "properties": space}, 201),
        exchange("PUT", scale_set, model, 201),
        exchange("GET", f"{scale_set}/virtualmachines/0", status=404),
        exchange("GET", f"{scale_set}/virtualmachines/7", got={"instanceId": "7"}),
        exchange("POST", f"{scale_set}/restart", {"instanceIds": ["7"]}, 202),
    )
    assert [one.answer.status // 100 for one in done.asked] == [2, 2, 4, 2, 2], [one.answer.body for one in done.asked]


def test_what_was_fetched_once_is_not_fetched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    from conformance import cassettes

    kept = tmp_path / "azlin" / "conformance" / "azure-mgmt-x-1.zip"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"")
    assert cassettes.fetched("azure-mgmt-x==1") == kept
