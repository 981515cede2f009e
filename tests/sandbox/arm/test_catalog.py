"""What is known of types and versions (that it is complete and agrees with itself: `test_providers.py`)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.sandbox.arm.catalog import is_plausible, namespaces, newest_version, types, versions

VM = "Microsoft.Compute/virtualMachines"


def test_a_type_and_a_namespace_are_found_in_any_casing():
    assert types()[VM.casefold()] == VM
    assert namespaces()["microsoft.compute"] == "Microsoft.Compute"
    assert versions(VM.upper()) == versions(VM) != ()


def test_a_type_nobody_has_has_no_versions():
    assert versions("Contoso.Nothing/things") == ()
    assert versions("") == ()


def test_the_parent_of_every_known_type_is_a_type_itself():
    known = types()
    assert not [name for name in known if name.count("/") > 1 and name.rpartition("/")[0] not in known]


@given(st.dates(date(2014, 1, 1), date.today()), st.sampled_from(["", "-preview"]))
def test_every_day_since_arm_began_may_be_a_version(day: date, suffix: str):
    assert is_plausible(f"{day}{suffix}")


@pytest.mark.parametrize("version", ["2013-12-31", "2024-02-30", "2024-13-01", "latest", "", "9999-12-31"])
def test_what_cannot_be_a_version_is_not_one(version: str):
    assert not is_plausible(version)


def test_the_near_future_may_be_a_version_and_the_far_one_may_not():
    latest = max(date.fromisoformat(newest_version()), date.today())
    assert is_plausible(str(latest + timedelta(days=300)))
    assert not is_plausible(str(latest + timedelta(days=1000)))
