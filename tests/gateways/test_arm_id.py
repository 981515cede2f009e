from __future__ import annotations

import pytest

from azlin.gateways.arm_id import collection, quoted, says_absent, type_of

VM = "Microsoft.Compute/virtualMachines"
ROLE = "Microsoft.Authorization/roleAssignments"


@pytest.mark.parametrize(
    ("resource_id", "type_"),
    [
        ("/subscriptions/s/resourceGroups/g", "Microsoft.Resources/resourceGroups"),
        ("/subscriptions/s/resourcegroups/g/providers/Microsoft.Compute/virtualMachines/v", VM),
        ("/subscriptions/s/resourceGroups/g/providers/N.S/a/x/bs/y", "N.S/a/bs"),
        ("/subscriptions/s", "Microsoft.Resources/subscriptions"),
        ("/subscriptions/s/providers/Microsoft.Authorization/roleAssignments/r", ROLE),
        ("/providers/Microsoft.Management/managementGroups/m", "Microsoft.Management/managementGroups"),
        (
            "/subscriptions/s/resourceGroups/g/providers/N.S/a/x/providers/Microsoft.Authorization/locks/l",
            "Microsoft.Authorization/locks",
        ),
    ],
)
def test_an_id_names_its_type(resource_id: str, type_: str):
    assert type_of(resource_id) == type_


@pytest.mark.parametrize("resource_id", ["", "/", "/subscriptions", "/providers/N.S", "/x/y/z"])
def test_what_names_no_type_is_refused(resource_id: str):
    with pytest.raises(ValueError, match="ARM id"):
        type_of(resource_id)


@pytest.mark.parametrize(
    ("code", "type_"),
    [
        ("ResourceNotFound", VM),
        ("ResourceGroupNotFound", VM),
        ("ParentResourceNotFound", "N.S/a/bs"),
        ("NotFound", VM),
        ("RoleAssignmentNotFound", ROLE),
        ("RoleDefinitionDoesNotExist", "Microsoft.Authorization/roleDefinitions"),
        ("VaultNotFound", "Microsoft.KeyVault/vaults"),
        ("RegistryNotFound", "Microsoft.ContainerRegistry/registries"),
        ("SubscriptionNotFound", "Microsoft.Resources/subscriptions"),
    ],
)
def test_these_codes_say_that_the_resource_is_absent(code: str, type_: str):
    assert says_absent(code, type_)


@pytest.mark.parametrize(
    "code",
    [
        "SubscriptionNotFound",
        "InvalidResourceNamespace",
        "InvalidResourceType",
        "TenantNotFound",
        "HTTP 404",
        "ProviderNotFound",
        "EndpointNotFound",
        "NoRegisteredProviderFound",
        "",
    ],
)
@pytest.mark.parametrize(
    "type_", [VM, ROLE, "Microsoft.Resources/resourceGroups", "Microsoft.Network/virtualNetworks/subnets"]
)
def test_these_codes_do_not(code: str, type_: str):
    assert not says_absent(code, type_)


def test_names_are_quoted_for_the_url():
    assert quoted("/subscriptions/s/resourceGroups/a group/providers/N.S/x/50%#1?") == (
        "/subscriptions/s/resourceGroups/a%20group/providers/N.S/x/50%25%231%3F"
    )


def test_where_a_type_is_listed():
    assert collection(VM, "s") == f"/subscriptions/s/providers/{VM}"
    assert collection(VM, "s", "g") == f"/subscriptions/s/resourceGroups/g/providers/{VM}"
    assert collection("Microsoft.Resources/resources", "s", "g") == "/subscriptions/s/resourceGroups/g/resources"
    assert collection("microsoft.resources/resourcegroups", "s") == "/subscriptions/s/resourcegroups"
    assert collection("Microsoft.Resources/subscriptions", "s") == "/subscriptions"
