from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.sandbox.arm.store import Store

GROUP = "/subscriptions/s/resourceGroups/g"
VNET = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v"

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture
def store() -> Iterator[Store]:
    store = Store(":memory:")
    yield store
    store.close()


def put(store: Store, path: str, **body: object) -> None:
    store.put(store.parse(path), dict(body))


@given(st.dictionaries(st.text().filter(lambda key: key not in ("id", "name", "type")), JSON, max_size=5))
def test_what_is_put_is_got_back_without_loss(body: dict[str, object]):
    store = Store(":memory:")
    put(store, VNET, **body)
    found = store.get(VNET)
    assert found is not None
    assert {key: value for key, value in found.body.items() if key not in ("id", "name", "type")} == body
    store.close()


def test_an_id_is_found_in_any_casing_and_keeps_its_first_spelling(store: Store):
    put(store, VNET, a=1)
    put(store, VNET.upper(), a=2)
    found = store.get(VNET.lower())
    assert found is not None
    assert found.body == {"id": VNET, "name": "v", "type": "Microsoft.Network/virtualNetworks", "a": 2}


def test_a_child_takes_the_spelling_of_its_parent(store: Store):
    put(store, VNET)
    put(store, f"{VNET.upper()}/SUBNETS/a")
    found = store.get(f"{VNET}/subnets/a")
    assert found is not None
    assert found.id.id == f"{VNET}/SUBNETS/a"


def test_every_write_changes_the_etag(store: Store):
    first = store.put(store.parse(VNET), {})
    assert store.put(store.parse(VNET), {}).etag != first.etag


def test_deleting_takes_children_and_extensions_along_and_no_neighbour(store: Store):
    put(store, GROUP)
    put(store, f"{GROUP}2")
    put(store, VNET)
    put(store, f"{VNET}/subnets/a")
    put(store, f"{VNET}/providers/Microsoft.Authorization/locks/l")
    put(store, f"{VNET}2")
    assert store.delete(store.parse(VNET)) == 3
    assert store.exists(f"{VNET}2")
    assert store.delete(store.parse(GROUP)) == 2
    assert store.exists(f"{GROUP}2")


def test_lists_are_made_by_type_group_parent_and_subscription(store: Store):
    other = VNET.replace("/subscriptions/s/", "/subscriptions/t/")
    for path in (VNET, f"{VNET}/subnets/a", f"{VNET}/subnets/b", f"{VNET}/subnets/b/x/y", f"{VNET}2", other):
        put(store, path)

    def names(**how: object) -> list[str]:
        return [one.id.name for one in store.all(**how)]  # type: ignore[arg-type]

    assert names(type="microsoft.network/VIRTUALNETWORKS", subscription="S") == ["v", "v2"]
    assert names(parent=store.parse(VNET)) == ["a", "b"]
    assert names(group=store.parse(GROUP), type="Microsoft.Network/virtualNetworks") == ["v", "v2"]
    assert names(type="Microsoft.Network/virtualNetworks") == ["v", "v2", "v"]


@given(st.integers(0, 30), st.integers(1, 7))
def test_pages_together_are_the_whole_list(count: int, top: int):
    store = Store(":memory:")
    for number in range(count):
        put(store, f"{VNET}{number}")
    seen: list[str] = []
    token: str | None = None
    while True:
        page = store.page(subscription="s", top=top, skip_token=token)
        assert len(page.resources) <= top
        seen += [one.id.name for one in page.resources]
        token = page.skip_token
        if token is None:
            break
    assert seen == [f"v{number}" for number in range(count)]
    store.close()


def test_only_tracked_resources_are_listed_as_resources(store: Store):
    put(store, GROUP, location="x")
    put(store, VNET, location="x")
    put(store, f"{VNET}/subnets/a")
    put(store, f"{VNET}/providers/Microsoft.Insights/diagnosticSettings/d", location="x")
    assert [one.id.name for one in store.all(subscription="s", listed=True)] == ["v"]


def test_everything_survives_closing_and_opening_again(tmp_path: Path):
    store = Store(tmp_path / "state.sqlite")
    put(store, VNET, location="x")
    store.remember("fact", {"a": 1})
    store.close()
    again = Store(tmp_path / "state.sqlite")
    assert again.parse(VNET.upper()).type == "Microsoft.Network/virtualNetworks"
    assert again.exists(VNET)
    assert again.recall("fact") == {"a": 1}
    again.close()


def put_and_fail(store: Store, path: str) -> None:
    with store.transaction():
        put(store, path)
        raise ZeroDivisionError


def test_a_transaction_that_fails_leaves_nothing_behind_at_any_depth(store: Store):
    with pytest.raises(ZeroDivisionError):
        put_and_fail(store, VNET)
    assert not store.exists(VNET)
    with store.transaction():
        put(store, VNET)
        with pytest.raises(ZeroDivisionError):
            put_and_fail(store, f"{VNET}2")
        put(store, f"{VNET}3")
    assert [store.exists(f"{VNET}{end}") for end in ("", "2", "3")] == [True, False, True]


def test_a_path_that_names_no_resource_is_no_id(store: Store):
    with pytest.raises(ValueError, match="not a resource id"):
        store.parse(f"{GROUP}/providers/Microsoft.Network/virtualNetworks")


@pytest.mark.parametrize("how", ["subscription", "group", "parent", "type"], ids=lambda how: f"by_{how}")
def test_no_list_looks_at_every_row(store: Store, how: str):
    from azlin.sandbox.arm import store as module

    where = {"subscription": "subscription = 's' AND type = 't'", "group": "grp = 'g' AND type = 't'"}.get(
        how, f"{how} = 'p'"
    )
    plan = store._db.execute(f"EXPLAIN QUERY PLAN {module._SELECT}seq > 0 AND {where} ORDER BY seq LIMIT 9").fetchall()
    assert not [line for line in plan if "SCAN" in line[3]], plan


def test_a_full_disk_refuses_one_write_and_damages_nothing(tmp_path: Path):
    store = Store(tmp_path / "state.sqlite")
    put(store, VNET, a=1)
    pages = store._db.execute("PRAGMA page_count").fetchone()[0]
    store._db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(sqlite3.OperationalError, match="full"), store.transaction():
        put(store, f"{VNET}2", a="x" * 100_000)
    with store.transaction():
        put(store, VNET, a=2)
    assert not store.exists(f"{VNET}2")
    found = store.get(VNET)
    assert found is not None
    assert found.body["a"] == 2
    store.close()


def test_names_of_the_whole_world_are_found_wherever_they_are(store: Store):
    put(store, f"{GROUP}/providers/Microsoft.Storage/storageAccounts/One")
    put(store, f"{GROUP}2/providers/Microsoft.Storage/storageAccounts/two")
    put(store, f"{GROUP}/providers/Microsoft.KeyVault/vaults/one")
    (found,) = store.named("microsoft.storage/StorageAccounts", "ONE")
    assert found.id.name == "One"
    plan = store._db.execute("EXPLAIN QUERY PLAN SELECT 1 FROM resources WHERE type = 't' AND name = 'n'").fetchall()
    assert all("SCAN" not in line[3] and "name=?" in line[3] for line in plan), plan
