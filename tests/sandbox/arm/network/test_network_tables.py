"""The tables speak of each other's arrays."""

from __future__ import annotations

from azlin.sandbox.arm.network.network_tables import NUMBERS, PARTS, USES


def test_every_use_is_between_arrays_of_parts():
    children = {"backendAddressPools", "inboundNatRules"}
    for type_name, uses in USES.items():
        known = PARTS[type_name] | (children if type_name.endswith("loadbalancers") else set[str]())
        assert {one.array for one in uses} | {one.of for one in uses} <= known


def test_names_are_folded_where_they_are_looked_up_folded():
    assert all(one == one.casefold() for one in (*NUMBERS, *PARTS, *USES))
