from __future__ import annotations

from azlin.sandbox.arm.quota.capacity import Capacity, QuotaLimit, Unavailable
from azlin.sandbox.arm.store import Store


def test_the_last_word_on_a_limit_wins_and_is_kept():
    store = Store(":memory:")
    capacity = Capacity(store)
    capacity.add([QuotaLimit(name="cores", limit=4), QuotaLimit(name="cores", limit=6, location="East US")], [])
    capacity.add([QuotaLimit(name="CORES", limit=5, subscription="S1")], [])
    again = Capacity(store)
    assert again.limit("cores", "eastus", "s1", 1) == 5
    assert again.limit("cores", "eastus", "s2", 1) == 6
    assert again.limit("cores", "westus", "s2", 1) == 4
    assert again.limit("PublicIPAddresses", "westus", "s2", 1) == 1


def test_a_size_is_unavailable_where_it_was_said():
    capacity = Capacity(Store(":memory:"))
    said = Unavailable(size="Standard_D*", location="westeurope")
    capacity.add([], [said])
    assert capacity.unavailable("standard_d2s_v3", "westeurope", "s") == [said]
    assert capacity.unavailable("Standard_B2s", "westeurope", "s") == []
    assert capacity.unavailable("Standard_D2s_v3", "eastus", "s") == []


def test_what_is_cleared_is_gone_for_good():
    store = Store(":memory:")
    capacity = Capacity(store)
    capacity.add([QuotaLimit(name="cores", limit=4)], [Unavailable(size="*")])
    assert capacity.clear() == 2
    assert Capacity(store).limit("cores", "eastus", "s", 9) == 9
    assert capacity.clear() == 0
