from __future__ import annotations

import pytest

from azlin.sandbox.demo.large import make_large
from azlin.sandbox.seed import SeedUnreadable
from tests.sandbox.demo.conftest import empty_plane


@pytest.mark.parametrize("size", [1, 89, 300])
def test_an_estate_has_the_size_that_was_asked_for(size: int):
    plane = empty_plane()
    made = make_large("Big", size, plane)
    assert sum(1 for _ in plane.store.all(subscription=made.subscriptions[0], listed=True)) == size
    assert made.resources + made.groups == sum(1 for _ in plane.store.all(subscription=made.subscriptions[0]))


def test_a_copy_is_wired_within_itself_and_has_its_own_names_and_guids():
    plane = empty_plane()
    made = make_large("Big", 300, plane)
    group = f"/subscriptions/{made.subscriptions[0]}/resourceGroups/rg-district-0000"
    machine = "providers/Microsoft.Compute/virtualMachines/server-03"
    first, copy = (plane.store.get(f"{group}{at}/{machine}") for at in (0, 1))
    assert first is not None
    assert copy is not None
    assert first.properties["vmId"] != copy.properties["vmId"]
    (nic,) = copy.properties["networkProfile"]["networkInterfaces"]
    assert nic["id"].startswith(f"{group}1/")
    found = plane.store.get(nic["id"])
    assert found is not None
    assert found.properties["virtualMachine"]["id"] == copy.id.id
    accounts = [one.id.name for one in plane.store.all(type="Microsoft.Storage/storageAccounts")]
    assert len(set(accounts)) == len(accounts) == made.groups - 1


def test_the_same_name_is_not_made_twice():
    plane = empty_plane()
    make_large("Big", 1, plane)
    with pytest.raises(SeedUnreadable, match="there already"):
        make_large("big", 1, plane)


@pytest.mark.parametrize("size", [0, -1, 100_001])
def test_a_size_that_cannot_be_is_refused(size: int):
    with pytest.raises(SeedUnreadable, match="1 to 100,000"):
        make_large("Big", size, empty_plane())
