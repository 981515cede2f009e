"""Where knowledge of types, routes and operations is found."""

from __future__ import annotations

import pytest

from azlin.sandbox.arm.behaviour import Answer, Behaviour, Call, ProviderType, Registry, load
from azlin.sandbox.arm.refusals import ArmRefusal
from tests.sandbox.conftest import Azure


def test_the_exact_type_wins_over_its_namespace_and_that_over_the_default(registry: Registry):
    exact, whole = Behaviour(), Behaviour()
    registry.type("Microsoft.Sandbox/*", whole)
    registry.type("Microsoft.Sandbox/Things", exact)
    assert registry.behaviour("microsoft.sandbox/THINGS") is exact
    assert registry.behaviour("Microsoft.Sandbox/things/parts") is whole
    assert registry.behaviour("Microsoft.Other/things") is registry.default


def test_a_route_is_matched_whole_and_gives_its_groups(registry: Registry):
    registry.route("get", "Microsoft.Sandbox", "/x/(?P<name>[^/]+)", lambda call, groups, body: Answer(200))
    registry.route("GET", "*", "/anywhere", lambda call, groups, body: Answer(204))
    found = registry.routed("GET", "MICROSOFT.sandbox", "/X/Sam")
    assert found is not None
    assert found[1] == {"name": "Sam"}
    assert registry.routed("GET", "Microsoft.Sandbox", "/x/a/b") is None
    assert registry.routed("POST", "Microsoft.Sandbox", "/x/a") is None
    assert registry.routed("GET", "Microsoft.Other", "/anywhere") is not None


def test_a_provider_without_a_list_takes_any_version_and_one_with_a_list_what_it_accepts():
    assert ProviderType("A.B/c").takes("2024-01-01")
    listed = ProviderType("A.B/c", api_versions=("2024-01-01",))
    assert listed.takes("2024-01-01")
    assert not listed.takes("2023-01-01")
    assert ProviderType("A.B/c", ("2024-01-01",), accepts=lambda version: version > "2022").takes("2023-01-01")


def test_an_unknown_action_is_refused_with_its_path(azure: Azure):
    call = Call(azure.plane, "POST", "2024-01-01", azure.tenant.id, "")
    path = f"{azure.group()}/providers/Microsoft.Sandbox/things/a"
    azure.put(path)
    resource = azure.plane.store.get(path)
    assert resource is not None
    with pytest.raises(ArmRefusal, match="things/a/dance"):
        Behaviour().act("dance", resource, None, call)


@pytest.mark.parametrize(
    ("asked", "found"), [("instanceView", True), ("a,INSTANCEVIEW", True), ("view", False), ("", False)]
)
def test_expand_names_are_whole_and_have_no_case(azure: Azure, asked: str, found: bool):
    assert Call(azure.plane, "GET", "", "", "", query={"$expand": asked}).expands("instanceView") is found


def test_everything_that_is_known_can_be_loaded_twice_and_is_apart():
    first, second = load(), load()
    vm = "Microsoft.Compute/virtualMachines"
    assert type(first.behaviour(vm)) is type(second.behaviour(vm)) is not type(first.default)
    assert first.behaviour(vm) is not second.behaviour(vm)
    assert first.provider_types.keys() == second.provider_types.keys()
