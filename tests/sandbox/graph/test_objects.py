from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azlin.sandbox.arm.store import Store
from azlin.sandbox.graph.objects import Objects

TENANT = "t"
TEXT = st.text(max_size=6)


def objects() -> Objects:
    return Objects(Store(":memory:"))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.text(max_size=8), st.lists(st.text(max_size=6), max_size=3)), max_size=6), st.text(max_size=6)
)
def test_an_index_finds_what_reading_everything_finds(apps: list[tuple[str, list[str]]], wanted: str):
    kept = objects()
    for name, uris in apps:
        kept.add(TENANT, "application", {"displayName": name, "identifierUris": uris})
    everything = list(kept.all(TENANT, "application"))
    for value in {wanted, *(name for name, _ in apps)}:
        folded = value.casefold()
        found = [one.id for one in kept.find(TENANT, "application", "displayName", value)]
        assert found == [one.id for one in everything if one.body["displayName"].casefold() == folded]
        holding = [one.id for one in kept.find(TENANT, "application", "identifierUris", value)]
        uris = [(one.id, [uri.casefold() for uri in one.body["identifierUris"]]) for one in everything]
        assert holding == [name for name, held in uris if folded in held]


def test_a_saved_object_is_found_by_what_it_is_now():
    kept = objects()
    one = kept.add(TENANT, "group", {"displayName": "old"}, {"secret": 1})
    one.body["displayName"] = "new"
    kept.save(one)
    assert kept.find(TENANT, "group", "displayName", "old") == []
    assert kept.find(TENANT, "group", "displayName", "NEW")[0].hidden == {"secret": 1}


def test_tenants_do_not_see_each_other():
    kept = objects()
    one = kept.add(TENANT, "group", {"displayName": "g"})
    assert kept.get("other", one.id) is None
    assert list(kept.all("other", "group")) == kept.find("other", "group", "displayName", "g") == []


def test_a_write_that_fails_leaves_nothing():
    kept = objects()

    def broken() -> None:
        with kept.store.transaction():
            kept.add(TENANT, "group", {"displayName": "g"})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    assert kept.count(TENANT, "group") == 0
    assert kept.find(TENANT, "group", "displayName", "g") == []
