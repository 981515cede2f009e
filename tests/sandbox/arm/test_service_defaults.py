"""What a service adds to what a PUT said: the rules by themselves, and what the file holds."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azlin.sandbox.arm.behaviour import Call, Registry
from azlin.sandbox.arm.behaviour import load as load_behaviours
from azlin.sandbox.arm.control_plane import ControlPlane
from azlin.sandbox.arm.ids import Casing, parse_id
from azlin.sandbox.arm.jsonc import Body
from azlin.sandbox.arm.service_defaults import FILE, PLACEHOLDER, Making, Rules, load, rules_of
from azlin.sandbox.arm.store import Resource, Store
from azlin.sandbox.directory import Directory
from tests.sandbox.conftest import Azure

GUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
VAULT = "Microsoft.KeyVault/vaults"
PATH = f"/subscriptions/s/resourceGroups/g/providers/{VAULT}/Mine"


@pytest.fixture
def registry() -> Registry:
    return load_behaviours()


@pytest.fixture(scope="module")
def plane() -> ControlPlane:
    store = Store(":memory:")
    return ControlPlane(store, Registry(), Directory(store))


def made(
    plane: ControlPlane,
    nodes: dict[str, Any],
    body: Body,
    before: Body | None = None,
    version: str = "2024-01-01",
    path: str = PATH,
) -> Body:
    """The body after these rules were applied to it."""
    rid = parse_id(path, Casing(), "t")
    assert rid is not None
    rules = msgspec.convert({"body": {"k": nodes}}, Rules)
    resource = Resource(rid, body, "", 0.0, 0.0)
    earlier = None if before is None else Resource(rid, before, "", 0.0, 0.0)
    Making(rules, resource, earlier, Call(plane, "PUT", version, "tenant", "someone")).add()
    return body


def inside(**nodes: Any) -> dict[str, Any]:
    return {"properties": {"m": [{}], "k": nodes}}


def test_a_constant_is_added_where_nothing_was_said(plane: ControlPlane) -> None:
    rules = inside(mode={"m": ["Basic"]}, rules={"m": [[]]})
    assert made(plane, rules, {})["properties"] == {"mode": "Basic", "rules": []}


def test_what_was_said_stays_in_whatever_casing_it_was_named(plane: ControlPlane) -> None:
    said: Body = {"properties": {"Mode": "Own", "size": None}}
    assert made(plane, inside(mode={"m": ["Basic"]}, size={"m": [1]}), said)["properties"] == {
        "Mode": "Own",
        "size": None,
    }


def test_a_list_that_was_made_is_nobody_else_s(plane: ControlPlane) -> None:
    rules = inside(rules={"m": [[{"names": ["a"]}]]})
    made(plane, rules, {})["properties"]["rules"][0]["names"].append("b")
    assert made(plane, rules, {})["properties"]["rules"] == [{"names": ["a"]}]


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("https://{name:l}.vault.azure.net/", "https://mine.vault.azure.net/"),
        ("{id}/parts/{name}", f"{PATH}/parts/Mine"),
        ("{group} in {location}, {locationName}, {region}", "g in westus2, West US 2, WestUS2"),
        ("{tenant}", "tenant"),
        ("{creator}", "someone"),
        ("{=sku.name}", "standard"),
    ],
)
def test_a_text_is_made_from_the_resource(plane: ControlPlane, template: str, filled: str) -> None:
    body: Body = {"location": "westus2", "sku": {"name": "standard"}}
    assert made(plane, inside(x={"m": [template]}), body)["properties"]["x"] == filled


def test_parts_of_a_list_have_ids_of_their_own(plane: ControlPlane) -> None:
    rules = inside(parts={"e": {"k": {"id": {"m": ["{id}/parts/{own}"]}}}})
    body: Body = {"properties": {"parts": [{"name": "a"}, {"name": "b"}]}}
    assert [one["id"] for one in made(plane, rules, body)["properties"]["parts"]] == [
        f"{PATH}/parts/a",
        f"{PATH}/parts/b",
    ]


def test_a_child_knows_its_parent(plane: ControlPlane) -> None:
    path = f"{PATH}/keys/k"
    rules = inside(of={"m": ["{name-1}"]}, under={"m": ["{parent}"]})
    assert made(plane, rules, {}, path=path)["properties"] == {"of": "Mine", "under": PATH}


@pytest.mark.parametrize(
    ("condition", "version", "body", "expected"),
    [
        (">2023-01-01", "2023-01-01", {}, "then"),
        (">2023-01-01", "2022-12-31", {}, None),
        ("kind=app", "2023-01-01", {"kind": "app"}, "then"),
        ("kind=app", "2023-01-01", {"kind": "other"}, None),
        ("properties.on=true", "2023-01-01", {"properties": {"on": True}}, "then"),
        ("?sku", "2023-01-01", {"sku": {}}, "then"),
        (".on=true", "2023-01-01", {"properties": {"on": True}}, "then"),
    ],
)
def test_a_condition_asks_what_was_sent(
    plane: ControlPlane, condition: str, version: str, body: Body, expected: str | None
) -> None:
    rules = inside(x={"m": [condition, ["then"], None]})
    assert made(plane, rules, body, version=version)["properties"].get("x") == expected


def test_a_guid_and_a_time_of_creation_last_and_a_time_of_change_does_not(plane: ControlPlane) -> None:
    rules = inside(
        guid={"m": ["{guid}"]}, at={"m": ["{created:7Z}"]}, changedAt={"m": ["{changed:7Z}"]}, on={"m": [True]}
    )
    first = made(plane, rules, {})["properties"]
    assert GUID.fullmatch(first["guid"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z", first["at"])
    stored = {"properties": {**first, "on": False}}
    again = made(plane, rules, {}, before=stored)["properties"]
    assert (again["guid"], again["at"], again["on"]) == (first["guid"], first["at"], True)
    assert again["changedAt"] > first["changedAt"]
    sent_back = made(plane, rules, {"properties": dict(first)}, before=stored)["properties"]
    assert sent_back["guid"] == first["guid"]
    assert sent_back["changedAt"] > first["changedAt"]


Json = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=6), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=25, deadline=None)
@given(type_name=st.sampled_from(sorted(load().types)), data=st.data())
def test_whatever_was_said_is_still_said(plane: ControlPlane, type_name: str, data: st.DataObject) -> None:
    rules = rules_of(type_name)
    assert rules is not None
    names = [*rules.body.k, *(rules.body.k["properties"].k if "properties" in rules.body.k else ())]
    said = data.draw(st.dictionaries(st.sampled_from(names or ["x"]), Json, max_size=5))
    body: Body = {
        "properties": msgspec.json.decode(msgspec.json.encode(said)),
        **msgspec.json.decode(msgspec.json.encode(said)),
    }
    sent = msgspec.json.decode(msgspec.json.encode(body))
    rid = parse_id(PATH, Casing(), "t")
    assert rid is not None
    Making(rules, Resource(rid, body, "", 0.0, 0.0), None, Call(plane, "PUT", "2023-01-01", "t", "o")).add()
    _still_has(body, sent)


def _still_has(whole: Any, part: Any) -> None:
    if isinstance(part, dict) and isinstance(whole, dict):
        for name, value in part.items():
            _still_has(whole[name], value)
    elif isinstance(part, list) and isinstance(whole, list):
        assert len(whole) == len(part)
        for one, other in zip(whole, part, strict=True):
            _still_has(one, other)
    else:
        assert whole == part


def test_the_file_holds_no_ids_hosts_or_secrets_of_recordings() -> None:
    held = [text for raw in load().types.values() for text in _texts(msgspec.json.decode(raw))]
    assert len(held) > 1000
    for text in held:
        bare = PLACEHOLDER.sub("", text)
        assert GUID.search(bare) is None, text
        assert "@" not in bare or bare.startswith("@"), text
        assert re.search(r"clitest|cli_test|[a-z_-]0000\d|(\d{1,3}\.){3}\d{1,3}(?!/0)", bare) is None, text
        if "://" in bare:
            assert "{" in text, text


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for one in inner for text in _texts(one)]


def test_the_file_is_small_and_says_how_good_it_is() -> None:
    assert FILE.stat().st_size < 300_000
    assert {"in sample", "held out"} <= load().figures.keys()


def test_a_type_without_recordings_has_the_rules_of_its_namespace() -> None:
    assert rules_of("Microsoft.Network/nobodyRecordedThis") == rules_of("Microsoft.Network/norThis")
    assert rules_of("Nobody.Knows/this") is not None


def vault(azure: Azure) -> str:
    return f"{azure.group()}/providers/{VAULT}/mine"


def test_a_vault_has_its_address_though_nobody_sent_it(azure: Azure) -> None:
    body = {
        "location": "westeurope",
        "properties": {"sku": {"family": "A", "name": "standard"}, "tenantId": azure.tenant.id, "accessPolicies": []},
    }
    assert azure.put(vault(azure), body)["properties"]["vaultUri"] == "https://mine.vault.azure.net/"


def test_a_patch_and_a_second_put_keep_what_was_made(azure: Azure) -> None:
    path = f"{azure.group()}/providers/Microsoft.OperationalInsights/workspaces/w"
    body = {"location": "westeurope", "properties": {"sku": {"name": "PerGB2018"}}}
    first = azure.put(path, body)["properties"]
    assert GUID.fullmatch(first["customerId"])
    assert azure.put(path, body)["properties"]["customerId"] == first["customerId"]
    assert azure.ask("PATCH", path, {"tags": {"a": "b"}}).body["properties"]["customerId"] == first["customerId"]


def test_what_a_behaviour_took_out_is_not_put_back(plane: ControlPlane) -> None:
    rid = parse_id(PATH, Casing(), "t")
    assert rid is not None
    rules = msgspec.convert({"body": {"k": inside(value={"m": [None]})}}, Rules)
    body: Body = {"properties": {"value": "hidden"}}
    making = Making(rules, Resource(rid, body, "", 0.0, 0.0), None, Call(plane, "PUT", "2023-01-01", "t", "o"))
    del body["properties"]["value"]
    making.add()
    assert body == {"properties": {}}


def test_ids_and_names_are_written_as_the_service_writes_them(azure: Azure) -> None:
    group = azure.group()
    cluster = f"{group}/providers/Microsoft.ContainerService/managedClusters/c"
    assert azure.put(cluster)["id"] == cluster.replace("/resourceGroups/", "/resourcegroups/")
    assert [one["id"] for one in azure.values(f"{group}/providers/Microsoft.ContainerService/managedClusters")] == [
        cluster.replace("/resourceGroups/", "/resourcegroups/")
    ]
    account = f"{group}/providers/Microsoft.NetApp/netAppAccounts/a"
    azure.put(account)
    assert azure.put(f"{account}/capacityPools/p")["name"] == "a/p"


def test_a_body_that_carries_an_etag_carries_the_one_that_if_match_wants(azure: Azure) -> None:
    path = f"{azure.group()}/providers/Microsoft.Network/dnsZones/example.org"
    shown = azure.put(path, {"location": "global"})
    answer = azure.ask("GET", path)
    assert answer.headers["ETag"].strip('"') in shown["etag"]
