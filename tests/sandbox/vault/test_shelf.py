from __future__ import annotations

from azlin.sandbox.arm.store import Store
from azlin.sandbox.vault.shelf import Held, Shelf, Version, forget, secret_value


def _kept(store: Store, vault: str) -> None:
    version = Version(id="1", created=1, updated=1, data={"value": vault})
    Shelf(store, vault, 90, 1).put("secrets", Held(name="S", versions=[version]))


def test_a_purged_vault_takes_only_its_own_contents_along():
    store = Store(":memory:")
    _kept(store, "/vaults/a")
    _kept(store, "/vaults/ab")
    assert forget(store, "/vaults/A") == 1
    assert secret_value(store, "/vaults/a", "s") is None
    assert secret_value(store, "/vaults/AB", "s") == "/vaults/ab"
    assert forget(store) == 1


def test_what_the_vaults_hold_goes_when_everything_is_reset():
    store = Store(":memory:")
    _kept(store, "/vaults/a")
    store.remember("identity", 1)
    store.clear()
    assert (secret_value(store, "/vaults/a", "s"), store.recall("identity")) == (None, 1)
