from __future__ import annotations

import base64
import re

import pytest

from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.demo.estate import READER, Estate


def test_what_azure_refuses_is_refused_to_the_estate_too(estate: Estate):
    group = estate.group("g", "westeurope")
    with pytest.raises(ArmRefusal, match="not formatted correctly"):
        estate.put(group, "Microsoft.Network/virtualNetworks", "v", {"addressSpace": {"addressPrefixes": ["ten"]}})
    assert estate.made == [group.id]


def test_a_unique_name_keeps_to_the_length_and_letters_of_a_storage_account(estate: Estate):
    made = {estate.unique("st-a-very-long-stem-of-a-name") for _ in range(50)}
    assert len(made) == 50
    assert all(re.fullmatch(r"[a-z0-9]{3,24}", one) for one in made)


def test_an_ssh_key_has_openssh_s_form(estate: Estate):
    kind, blob, _ = estate.ssh_key().split()
    decoded = base64.b64decode(blob)
    assert decoded[4:15].decode() == kind == "ssh-ed25519"
    assert len(decoded) == 4 + 11 + 4 + 32


def test_the_same_role_of_the_same_principal_has_the_same_name(estate: Estate):
    group = estate.group("g", "westeurope")
    first, again = (estate.role(group.id, READER, estate.tenant.user_oid, "User") for _ in range(2))
    assert first == again


def test_a_removed_resource_leaves_what_refers_to_it(estate: Estate):
    group = estate.group("g", "westeurope")
    workspace = estate.put(group, "Microsoft.OperationalInsights/workspaces", "log")
    nsg = estate.put(group, "Microsoft.Network/networkSecurityGroups", "nsg")
    setting = estate.watch(nsg, workspace, "NetworkSecurityGroupEvent")
    estate.remove(workspace)
    assert not estate.plane.store.exists(workspace.casefold())
    kept = estate.plane.store.get(setting)
    assert kept is not None
    assert kept.properties["workspaceId"] == workspace


def test_the_principal_of_what_is_not_there_is_an_error(estate: Estate):
    with pytest.raises(LookupError, match="is not there"):
        estate.principal_of("/subscriptions/x/resourceGroups/g/providers/Microsoft.Web/sites/none")
