from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.ids import Casing, parse_id
from azlin.sandbox.arm.policy.fields import Candidate, values_of

GROUP = "/subscriptions/s/resourceGroups/g/providers"


def of(path: str, body: dict[str, Any]) -> Candidate:
    rid = parse_id(f"{GROUP}/{path}", Casing())
    assert rid is not None
    return Candidate(rid, body)


VM = of(
    "Microsoft.Compute/virtualMachines/web",
    {
        "identity": {"type": "SystemAssigned"},
        "properties": {
            "hardwareProfile": {"vmSize": "Standard_B1s"},
            "storageProfile": {"imageReference": {"offer": "WindowsServer"}},
        },
    },
)
ACCOUNT = of(
    "Microsoft.Storage/storageAccounts/a", {"sku": {"name": "Standard_LRS"}, "properties": {"minimumTlsVersion": "x"}}
)
DATABASE = of("Microsoft.Sql/servers/s/databases/d", {"properties": {}})


@pytest.mark.parametrize(
    ("candidate", "field", "value"),
    [
        (VM, "Microsoft.Compute/virtualMachines/sku.name", "Standard_B1s"),
        (VM, "Microsoft.Compute/imageOffer", "WindowsServer"),
        (VM, "Microsoft.Compute/virtualMachines/storageProfile.imageReference.offer", "WindowsServer"),
        (VM, "identity.type", "SystemAssigned"),
        (VM, "Microsoft.Storage/storageAccounts/sku.name", None),
        (ACCOUNT, "Microsoft.Storage/storageAccounts/sku.name", "Standard_LRS"),
        (ACCOUNT, "microsoft.storage/STORAGEACCOUNTS/MinimumTlsVersion", "x"),
        (ACCOUNT, "Microsoft.Compute/virtualMachines/sku.name", None),
        (DATABASE, "fullName", "s/d"),
        (DATABASE, "type", "Microsoft.Sql/servers/databases"),
        (DATABASE, "Microsoft.Sql/servers/databases/edition", None),
    ],
)
def test_a_field_is_found_by_name_or_alias(candidate: Candidate, field: str, value: str | None):
    assert values_of(field, candidate) == [value]


def test_a_group_has_the_type_that_it_has_in_azure():
    rid = parse_id("/subscriptions/s/resourceGroups/g", Casing())
    assert rid is not None
    assert Candidate(rid, {}).type == "Microsoft.Resources/subscriptions/resourceGroups"
