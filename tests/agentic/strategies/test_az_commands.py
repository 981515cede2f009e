from __future__ import annotations

from typing import Any

import pytest

from azlin.agentic.strategies.az_commands import acting, deleting, ensuring, id_of, is_rest, method_of
from azlin.agentic.types import GROUP_TYPE, Operation, ResourceRef

SUBSCRIPTION = "00000000-0000-0000-0000-00000000cafe"
VM = ResourceRef(type="Microsoft.Compute/virtualMachines", name="web1", group="web", subscription=SUBSCRIPTION)
GROUP = ResourceRef(type=GROUP_TYPE, name="web", subscription=SUBSCRIPTION)


def operation(
    target: ResourceRef, verb: Any, desired: dict[str, Any] | None = None, effect: Any = "changes"
) -> Operation:
    return Operation(id="o", verb=verb, effect=effect, target=target, desired=desired or {})


def version() -> str:
    return "2024-07-01"


def unasked() -> str:
    raise AssertionError("no api-version is needed for this")


def test_a_part_of_a_machine_that_is_only_its_size_is_a_resize():
    size = {"properties": {"hardwareProfile": {"vmSize": "Standard_D4s_v5"}}}
    command = ensuring(operation(VM, "ensure", size), unasked)
    assert command.argv == ("az", "vm", "resize", "--ids", VM.id, "--size", "Standard_D4s_v5")


def test_another_part_of_a_machine_is_patched():
    part = operation(VM, "ensure", {"tags": {"env": "test"}, "properties": {"hardwareProfile": {"vmSize": "x"}}})
    command = ensuring(part, version)
    assert command.argv[:4] == ("az", "rest", "--method", "patch")
    assert method_of(part) == "PATCH"


def test_a_whole_body_that_changes_what_exists_is_put():
    body = {"location": "westeurope", "properties": {"hardwareProfile": {"vmSize": "x"}}}
    command = ensuring(operation(VM, "ensure", body), version)
    assert command.argv == ("az", "rest", "--method", "put", "--url", f"{VM.id}?api-version=2024-07-01")
    assert command.body == body


def test_names_are_quoted_in_a_url():
    odd = ResourceRef(type="Microsoft.Foo/bars", name="a b#c", group="g", subscription="s")
    assert (
        ensuring(operation(odd, "ensure", {"x": 1}), version)
        .argv[-1]
        .endswith("/bars/a%20b%23c?api-version=2024-07-01")
    )


@pytest.mark.parametrize(("action", "word"), [("start", "start"), ("powerOff", "stop"), ("deallocate", "deallocate")])
def test_what_machines_do_has_commands_of_its_own(action: str, word: str):
    command = acting(operation(VM, "act", {"action": action}), unasked)
    assert command.argv == ("az", "vm", word, "--ids", VM.id)
    assert command.repeatable


def test_restarting_twice_is_not_restarting_once():
    assert not acting(operation(VM, "act", {"action": "restart"}), unasked).repeatable


def test_any_other_action_is_posted_with_its_body():
    command = acting(operation(VM, "act", {"action": "runCommand", "body": {"commandId": "x"}}), version)
    assert command.argv == ("az", "rest", "--method", "post", "--url", f"{VM.id}/runCommand?api-version=2024-07-01")
    assert command.body == {"commandId": "x"}


def test_deleting_says_yes_where_az_would_ask():
    assert deleting(operation(VM, "delete"), unasked).argv == ("az", "vm", "delete", "--yes", "--ids", VM.id)
    assert deleting(operation(GROUP, "delete"), unasked).argv == (
        *("az", "group", "delete", "-n", "web", "--yes", "--subscription", SUBSCRIPTION),
    )


def test_anything_can_be_deleted():
    other = ResourceRef(type="Microsoft.Foo/bars", name="x", group="g", subscription="s")
    command = deleting(operation(other, "delete"), version)
    assert is_rest(command)
    assert command.argv[-1] == f"{other.id}?api-version=2024-07-01"


def test_a_plan_for_an_unknown_subscription_can_be_shown():
    target = ResourceRef(type="Microsoft.Foo/bars", name="x", group="g")
    assert id_of(target).startswith("/subscriptions/{subscriptionId}/resourceGroups/g/")
    group = ResourceRef(type=GROUP_TYPE, name="web")
    assert ensuring(operation(group, "ensure", {"location": "westeurope"}, "creates"), unasked).argv == (
        *("az", "group", "create", "-n", "web", "-l", "westeurope"),
    )


@pytest.mark.parametrize("name", ["@file", "-x", "a'b", "a\nb"])
def test_a_name_that_az_would_read_differently_is_sent_in_a_url(name: str):
    group = ResourceRef(type=GROUP_TYPE, name=name, subscription="s")
    assert is_rest(ensuring(operation(group, "ensure", {"location": "westeurope"}, "creates"), version))
    assert is_rest(deleting(operation(group, "delete"), version))


def test_only_the_default_blob_service_has_a_command():
    container = ResourceRef(
        type="Microsoft.Storage/storageAccounts/blobServices/containers",
        name="acc/other/c",
        group="g",
        subscription="s",
    )
    assert is_rest(ensuring(operation(container, "ensure", {"properties": {}}, "creates"), version))
