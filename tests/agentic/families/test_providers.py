from __future__ import annotations

from typing import Any

import pytest

from azlin.agentic.families.cures import Case
from azlin.agentic.families.providers import Providers, registering, registration_cure
from azlin.agentic.types import PROVIDER_TYPE, Failure, Intent, Operation, ResourceRef

SAID = "The subscription is not registered to use namespace 'Microsoft.Storage'. See https://aka.ms/rps-not-found"
MISSING = Failure(type="needs_change", code="MissingSubscriptionRegistration", message=SAID, action="register_provider")


@pytest.fixture
def namespace(azure: Any) -> Any:
    """Says how far the registration of Microsoft.Storage is."""

    def of(state: str) -> None:
        azure.put(PROVIDER_TYPE, "Microsoft.Storage", registrationState=state)

    return of


def test_the_address_of_a_provider_is_azures():
    ref = ResourceRef(type=PROVIDER_TYPE, name="Microsoft.Storage", subscription="s")
    assert ref.id == "/subscriptions/s/providers/Microsoft.Storage"
    assert ResourceRef.from_id(ref.id) == ref


def test_what_is_not_registered_is_registered_by_one_act(azure: Any, namespace: Any):
    namespace("NotRegistered")
    (act,) = Providers().plan(registering("Microsoft.Storage"), azure.world()).operations
    assert (act.verb, act.effect, act.desired) == ("act", "changes", {"action": "register"})


@pytest.mark.parametrize("state", ["Registered", "Registering"])
def test_what_is_registered_is_left_as_it_is(azure: Any, namespace: Any, state: str):
    namespace(state)
    plan = Providers().plan(registering("Microsoft.Storage"), azure.world())
    assert plan.operations == ()
    assert plan.assumptions == ("Microsoft.Storage is registered already",)


def test_it_is_offered_only_where_azure_says_that_it_is_missing(azure: Any, namespace: Any, plan_of: Any):
    plan = plan_of("create a storage account called samlogs2026")
    failed: Operation = plan.operations[-1]
    intent = Intent(family="storage", action="create", summary="")

    def cures(failure: Failure) -> Any:
        return registration_cure(Case(intent, plan, failed, failure, frozenset(), (plan,), azure.world()))

    namespace("NotRegistered")
    (cure,) = cures(MISSING)
    assert cure.changes == {"register": "Microsoft.Storage"}
    assert cures(Failure(type="needs_permission", code="AuthorizationFailed", message=SAID)) == ()
    namespace("Registered")
    assert cures(MISSING) == ()
