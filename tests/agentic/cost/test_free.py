"""What Azure does not bill."""

from __future__ import annotations

import pytest

from azlin.agentic.cost import free


@pytest.mark.parametrize("type_", sorted(free.TYPES))
def test_what_is_free_is_a_known_zero_with_its_source(type_: str):
    assert free.is_free(type_.upper())
    bill = free.nothing(type_.upper())
    assert [(charge.meter, charge.expected, charge.confidence) for charge in bill.charges] == [
        (free.TYPES[type_], 0, "high")
    ]
    assert bill.charges[0].source
    assert bill.unknown == []


@pytest.mark.parametrize("type_", ["Microsoft.Compute/virtualMachines", "Microsoft.Network/virtualNetworkGateways", ""])
def test_what_is_not_listed_is_not_free(type_: str):
    assert not free.is_free(type_)
