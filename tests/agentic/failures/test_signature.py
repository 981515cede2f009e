from __future__ import annotations

import string
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.agentic.failures.signature import LENGTH, signature

NAMES = st.text(string.ascii_lowercase + string.digits + "-", min_size=1, max_size=24)
REGIONS = st.sampled_from(["westeurope", "eastus2", "Germany West Central", "usgovvirginia"])
TIMES = st.datetimes().map(lambda at: at.isoformat() + "Z")


def quota(name: str, guid: UUID, region: str, number: int, at: str) -> str:
    return (
        f"Create or update VMSS /subscriptions/{guid}/resourceGroups/{name}/providers/Microsoft.Compute/"
        f"virtualMachineScaleSets/{name} failed. Operation could not be completed as it results in exceeding approved "
        f"Total Regional Cores quota. Additional details - Location: '{region}', Current Limit: {number}, time "
        f"{at}, see https://aka.ms/{name}?id={number} ({guid})."
    )


@given(NAMES, NAMES, st.uuids(), st.uuids(), REGIONS, REGIONS, st.integers(0), st.integers(0), TIMES, TIMES)
def test_names_ids_places_numbers_and_times_make_no_difference(
    name: str, name2: str, guid: UUID, guid2: UUID, region: str, region2: str, n: int, n2: int, at: str, at2: str
):
    one = signature("needs_quota", "OperationNotAllowed", quota(name, guid, region, n, at))
    other = signature("needs_quota", "OperationNotAllowed", quota(name2, guid2, region2, n2, at2))
    assert one == other
    assert len(one) == LENGTH


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The VM 'a' is running.", "The VM 'b-2' is running."),
        ('Disk "os 1" is attached to VM "x".', 'Disk "data" is attached to VM "y z".'),
        ("Resource group rg-web-01 could not be found.", "Resource group my_group.7 could not be found."),
        ("Resource group rgone could not be found.", "Resource group rgtwo could not be found."),
        ("The storage account named stone is already taken.", "The storage account named sttwo is already taken."),
        (
            "The requested size is currently not available in location westeurope.",
            "The requested size is currently not available in location eastus2.",
        ),
        (
            "The subscription is not registered to use namespace Microsoft.Web.",
            "The subscription is not registered to use namespace Microsoft.App.",
        ),
        ("Vault: kv-a;location=westeurope was refused", "Vault: kv-b;location=uksouth was refused"),
        ("Retry after 2026-11-21T10:00:00Z.", "Retry after 2027-01-01T00:00:00Z."),
        ("Client 10.0.0.4 may not.", "Client fe80::1 may not."),
        ("Subnet web has 3 addresses left.", "Subnet db has 14 addresses left."),
    ],
)
def test_the_same_failure_of_another_thing_has_the_same_signature(one: str, other: str):
    assert signature("needs_change", "X", one) == signature("needs_change", "X", other)


def test_another_failure_has_another_signature():
    told = [
        ("needs_change", "X", "The machine is running."),
        ("needs_change", "X", "The machine is generalized."),
        ("needs_change", "Y", "The machine is running."),
        ("wait_for_state", "X", "The machine is running."),
    ]
    assert len({signature(*one) for one in told}) == len(told)


def test_the_spelling_of_a_code_makes_no_difference_and_its_numbers_none():
    assert signature("t", "AllocationFailed", "m") == signature("t", "allocationfailed", "m")
    assert signature("t", "OperationNotAllowed-12", "m") == signature("t", "OperationNotAllowed-7", "m")


@given(st.text(), st.text(), st.text())
def test_every_failure_has_one(type_: str, code: str, message: str):
    assert len(signature(type_, code, message)) == LENGTH
