"""Which file prices which type."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from azlin.agentic.cost import free
from azlin.agentic.cost.catalogue import PRICERS, bill_of, needs_body
from azlin.gateways.prices import Prices

PRICES = Prices(today=date(2026, 9, 1))
KEYS = st.sampled_from(["sku", "name", "tier", "properties", "diskSizeGB", "hardwareProfile", "vmSize", "accessTier"])
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


def test_a_type_has_one_place():
    assert not set(PRICERS) & set(free.TYPES)
    assert all(key == key.casefold() for key in PRICERS)


def test_types_are_compared_without_regard_to_case():
    bill = bill_of("MICROSOFT.NETWORK/virtualnetworks", {}, "westeurope", PRICES)
    assert [charge.expected for charge in bill.charges] == [0]
    assert needs_body("microsoft.compute/VIRTUALMACHINES")
    assert not needs_body("Microsoft.Network/virtualNetworks")


def test_a_part_of_a_storage_account_is_billed_with_it_and_a_type_that_only_begins_so_is_not():
    (charge,) = bill_of("Microsoft.Storage/storageAccounts/blobServices/containers", {}, "x", PRICES).charges
    assert (charge.meter, charge.expected) == ("containers", 0)
    assert bill_of("Microsoft.Storage/storageAccountsPlus", {}, "x", PRICES).charges == []


def test_a_type_of_which_nothing_is_known_has_a_reason_and_no_charge():
    bill = bill_of("Contoso.Things/things", {}, "westeurope", PRICES)
    assert (bill.charges, bill.unknown) == ([], ["no prices of Contoso.Things/things are known"])


@given(type_=st.sampled_from(sorted(PRICERS)), body=st.dictionaries(KEYS, JUNK, max_size=4), region=st.text(max_size=5))
def test_whatever_a_body_holds_it_is_billed_or_told_why_not(type_: str, body: dict[str, object], region: str):
    bill = bill_of(type_, body, region, PRICES)
    assert bill.charges or bill.unknown
    assert all(0 <= charge.low <= charge.expected <= charge.high for charge in bill.charges)
