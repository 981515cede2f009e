"""Who exists, and how each is found."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Store
from azlin.sandbox.directory import Directory

OTHER = "33333333-4444-4555-8666-777777777777"


@pytest.fixture
def directory() -> Directory:
    return Directory(Store(":memory:"))


def code(directory: Directory, subscription: str, tenant: str) -> tuple[int, str]:
    with pytest.raises(ArmRefusal) as refused:
        directory.subscription(subscription, tenant)
    return refused.value.status, refused.value.code


def test_two_sandboxes_have_the_same_ids_and_secrets_of_their_own(directory: Directory):
    other = Directory(Store(":memory:"))
    assert [one.id for one in directory.tenants] == [one.id for one in other.tenants]
    assert directory.default_subscription == other.default_subscription
    secrets = {one.client_secret for one in (*directory.tenants, *other.tenants)}
    assert len(secrets) == 4


def test_no_secret_begins_like_an_option_of_a_command(directory: Directory):
    made = [directory.add_tenant(f"tenant {number}") for number in range(100)]
    assert all(one.client_secret[0].isalnum() for one in made)


def test_what_was_added_is_there_after_a_restart(tmp_path: Path):
    store = Store(tmp_path / "state.sqlite")
    directory = Directory(store)
    tenant = directory.add_tenant("Contoso")
    added = directory.add_subscription(OTHER, "theirs", tenant.id)
    store.close()
    again = Directory(Store(tmp_path / "state.sqlite"))
    assert again.tenants == directory.tenants
    assert again.tenant("contoso.onmicrosoft.com") == tenant
    assert again.subscriptions(tenant.id) == [added]
    assert again.owner(OTHER.upper()) == tenant


def test_a_tenant_is_found_by_id_domain_and_the_names_for_any(directory: Directory):
    home, other = directory.tenants
    assert directory.tenant(home.id.upper()) == directory.tenant(home.domain.upper()) == home
    assert directory.tenant("common") == directory.tenant("Organizations") == directory.default_tenant == home
    assert directory.tenant(other.domain) == other
    assert directory.tenant("nobody.example") is None


def test_a_known_tenant_or_subscription_is_left_as_it_is(directory: Directory):
    made = directory.add_tenant("Contoso", OTHER.upper())
    assert made.id == OTHER
    assert directory.add_tenant("contoso") is directory.add_tenant("Fabrikam", OTHER) is made
    held = directory.default_subscription
    assert directory.add_subscription(held.id.upper(), "renamed", made.id) is held
    assert len(directory.tenants) == 3


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=6), max_size=6))
def test_every_tenant_is_found_by_its_own_domain(names: list[str]):
    directory = Directory(Store(":memory:"))
    for name in names:
        directory.add_tenant(name)
    for tenant in directory.tenants:
        assert directory.tenant(tenant.domain) == tenant
    assert len({tenant.user for tenant in directory.tenants}) == len(directory.tenants)


def test_a_subscription_is_shown_only_to_its_tenant_and_says_why_not(directory: Directory):
    home, other = directory.tenants
    mine = directory.default_subscription
    assert directory.subscription(mine.id.upper(), home.id) == mine
    assert mine.body()["tenantId"] == home.id
    assert code(directory, mine.id, other.id) == (401, "InvalidAuthenticationTokenTenant")
    assert code(directory, str(uuid.UUID(int=5)), home.id) == (404, "SubscriptionNotFound")
    assert code(directory, "my subscription", home.id) == (400, "InvalidSubscriptionId")
    assert directory.owner(mine.id) == home
    assert directory.owner("nobody's") is None
