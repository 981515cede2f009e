from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.errors import NotFound
from azlin.gateways import schema_seed
from azlin.gateways.schema import Schemas
from azlin.gateways.schema_server import find_azmcp
from azlin.paths import Paths

VM = "Microsoft.Compute/virtualMachines"
GOOD_VM: dict[str, Any] = {
    "location": "westeurope",
    "tags": {"env": "test"},
    "zones": ["1"],
    "identity": {"type": "SystemAssigned"},
    "properties": {
        "hardwareProfile": {"vmSize": "Standard_D2s_v5"},
        "storageProfile": {
            "imageReference": {"publisher": "Canonical", "offer": "o", "sku": "s", "version": "latest"},
            "osDisk": {
                "createOption": "FromImage",
                "deleteOption": "Delete",
                "managedDisk": {"storageAccountType": "Premium_LRS"},
            },
        },
        "osProfile": {"computerName": "sam", "adminUsername": "a", "linuxConfiguration": {"ssh": {"publicKeys": []}}},
        "networkProfile": {"networkInterfaces": [{"id": "/x", "properties": {"deleteOption": "Delete"}}]},
    },
}


@pytest.fixture
def notes() -> list[str]:
    return []


@pytest.fixture
def schemas(tmp_path: Path, notes: list[str]) -> Schemas:
    """A machine with azlin and nothing else."""
    return Schemas(Paths(tmp_path / "home"), note=notes.append)


def words(schemas: Schemas, type_: str, body: dict[str, Any]) -> list[str]:
    return [str(problem) for problem in schemas.check(type_, body)]


@pytest.mark.parametrize(
    "type_",
    [
        "Microsoft.Resources/resourceGroups",
        VM,
        "Microsoft.Compute/disks",
        "Microsoft.Compute/availabilitySets",
        "Microsoft.Compute/sshPublicKeys",
        "Microsoft.Network/networkInterfaces",
        "Microsoft.Network/virtualNetworks",
        "Microsoft.Network/virtualNetworks/subnets",
        "Microsoft.Network/networkSecurityGroups",
        "Microsoft.Network/networkSecurityGroups/securityRules",
        "Microsoft.Network/publicIPAddresses",
        "Microsoft.Network/loadBalancers",
        "Microsoft.Network/natGateways",
        "Microsoft.Network/routeTables",
        "Microsoft.Storage/storageAccounts",
        "Microsoft.Storage/storageAccounts/blobServices/containers",
        "Microsoft.ManagedIdentity/userAssignedIdentities",
        "Microsoft.KeyVault/vaults",
        "Microsoft.Authorization/roleAssignments",
    ],
)
def test_a_fresh_machine_knows_the_properties_of_what_azlin_writes(schemas: Schemas, type_: str):
    flags = schemas.require(type_)
    assert flags.definition is not None
    assert flags.type == type_
    assert flags.api_version >= "2021"
    assert flags.source.startswith("built in (msmcp-azure")
    assert "name" in flags.required
    assert "id" in flags.read_only


def test_a_type_is_found_in_any_casing_and_named_as_azure_writes_it(schemas: Schemas):
    assert (
        schemas.require("MICROSOFT.network/VIRTUALnetworks/subnets").type == "Microsoft.Network/virtualNetworks/subnets"
    )


def test_a_lock_has_an_api_version_though_its_properties_are_not_published_here(schemas: Schemas):
    flags = schemas.require("Microsoft.Authorization/locks")
    assert (flags.api_version, flags.definition) == ("2020-05-01", None)
    assert schemas.check("Microsoft.Authorization/locks", {"properties": {"level": "CanNotDelete"}}) == []


def test_looking_up_a_type_leaves_no_file_behind(schemas: Schemas, tmp_path: Path):
    schemas.check(VM, GOOD_VM)
    assert not (tmp_path / "home").exists()


def test_the_flags_of_a_virtual_machine_name_its_paths(schemas: Schemas):
    flags = schemas.require(VM)
    assert flags.scopes == {"ResourceGroup"}
    assert flags.secret == {"properties.osProfile.adminPassword"}
    assert "properties.storageProfile.dataDisks[].lun" in flags.required
    assert {"properties.provisioningState", "identity.userAssignedIdentities.*.clientId"} <= flags.read_only


def test_a_body_that_azure_takes_has_no_problem(schemas: Schemas):
    assert words(schemas, VM, GOOD_VM) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"tgas": {}}, "no property 'tgas'; did you mean 'tags'?"),
        ({"hardwareProfile": {}}, "no property 'hardwareProfile'; did you mean 'properties.hardwareProfile'?"),
        (
            {"properties": {"hardwareProfile": {"vmSise": "x"}}},
            "properties.hardwareProfile: no property 'vmSise'; did you mean 'vmSize'?",
        ),
        ({"properties": {"hardwareProfile": "x"}}, "properties.hardwareProfile: must be an object, not a text"),
        ({"zones": "1"}, "zones: must be a list, not a text"),
        (
            {"properties": {"storageProfile": {"dataDisks": [{"lun": "a", "createOption": "Empty"}]}}},
            "properties.storageProfile.dataDisks[0].lun: must be a whole number, not a text",
        ),
        (
            {"properties": {"storageProfile": {"dataDisks": [{"lun": 0}]}}},
            "properties.storageProfile.dataDisks[0]: 'createOption' is required",
        ),
        (
            {"properties": {"storageProfile": {"osDisk": {"createOption": "FromImage", "caching": "ReadWrit"}}}},
            "properties.storageProfile.osDisk.caching: 'ReadWrit' is not one of None, ReadOnly, ReadWrite; "
            "did you mean 'ReadWrite'?",
        ),
        ({"location": None}, "'location' is required"),
    ],
)
def test_what_is_wrong_with_a_body_is_said_in_words(schemas: Schemas, change: dict[str, Any], problem: str):
    assert words(schemas, VM, {**GOOD_VM, **change}) == [problem]


@pytest.mark.parametrize(
    ("units", "problems"),
    [
        (1, ["properties.scaleUnits: 2 to 50 allowed, not 1"]),
        (2, []),
        (50, []),
        (51, ["properties.scaleUnits: 2 to 50 allowed, not 51"]),
    ],
)
def test_a_number_out_of_range_is_a_problem(schemas: Schemas, units: int, problems: list[str]):
    assert words(schemas, "Microsoft.Network/bastionHosts", {"properties": {"scaleUnits": units}}) == problems


def test_a_size_that_the_list_does_not_have_yet_is_no_problem(schemas: Schemas):
    body = {**GOOD_VM, "properties": {"hardwareProfile": {"vmSize": "Standard_D2s_v9"}}}
    assert words(schemas, VM, body) == []


def test_names_and_values_are_compared_without_regard_to_case(schemas: Schemas):
    body = {"Location": "westeurope", "Kind": "storagev2", "SKU": {"Name": "Standard_LRS"}}
    assert words(schemas, "Microsoft.Storage/storageAccounts", body) == []


def test_a_body_of_an_unknown_type_is_not_refused(schemas: Schemas):
    assert schemas.flags("Contoso.Things/things") is None
    assert schemas.api_version("Contoso.Things/things") is None
    assert schemas.check("Contoso.Things/things", {"sze": 1}) == []


def test_an_unknown_type_is_not_found_and_near_ones_are_named(schemas: Schemas):
    with pytest.raises(NotFound) as missed:
        schemas.require("Microsoft.Compute/virtualMachine")
    assert missed.value.fix.startswith(f"did you mean {VM}?")


def test_a_secret_value_is_never_in_a_problem(schemas: Schemas):
    body = {**GOOD_VM, "properties": {"osProfile": {"adminPassword": ["canary-9f3a"]}}}
    assert "canary-9f3a" not in " ".join(words(schemas, VM, body))
    assert words(schemas, VM, body)


def test_what_only_azure_sets_is_stripped_and_the_rest_kept(schemas: Schemas):
    answered = {
        "id": "/subscriptions/s/x",
        "name": "sam",
        "type": VM,
        "etag": "1",
        **GOOD_VM,
        "identity": {"type": "SystemAssigned", "principalId": "p", "tenantId": "t"},
        "properties": {
            **GOOD_VM["properties"],
            "provisioningState": "Succeeded",
            "vmId": "v",
            "timeCreated": "2026-01-01",
            "instanceView": {"statuses": []},
        },
    }
    assert schemas.strip_read_only(VM, answered) == GOOD_VM


def test_a_type_that_nobody_knows_is_stripped_by_rule(schemas: Schemas):
    own = "/subscriptions/s/resourceGroups/g/providers/Contoso.Things/things/t"
    body = {
        "id": own,
        "name": "t",
        "identity": {"type": "SystemAssigned", "principalId": "p"},
        "properties": {
            "provisioningState": "Succeeded",
            "createdAt": "2026-01-01",
            "parts": [{"id": f"{own}/parts/1", "name": "1", "uses": {"id": f"{own}/parts/2"}}],
        },
    }
    assert schemas.strip_read_only("Contoso.Things/things", body) == {
        "identity": {"type": "SystemAssigned"},
        "properties": {"parts": [{"name": "1", "uses": {"id": f"{own}/parts/2"}}]},
    }


def test_what_a_refusal_taught_is_remembered_by_the_next_process(schemas: Schemas, tmp_path: Path):
    type_ = "Contoso.Things/things"
    schemas.remember(VM, "properties.licenseKind", "read-only")
    schemas.remember(type_, "properties.size", "required")
    schemas.remember(VM, "properties.userData", "unknown")
    again = Schemas(Paths(tmp_path / "home"))
    stripped = again.strip_read_only(VM, {"properties": {"licenseKind": "x", "hardwareProfile": {"vmSize": "y"}}})
    assert stripped == {"properties": {"hardwareProfile": {"vmSize": "y"}}}
    assert again.require(VM).source.endswith("and what Azure's refusals taught")
    problems = [str(problem) for problem in again.check(VM, {"location": "x", "properties": {"userData": "x"}})]
    assert problems == ["properties: no property 'userData'; Azure refused it before"]


def test_a_damaged_cache_is_put_aside_with_a_note_and_made_again(schemas: Schemas, notes: list[str], tmp_path: Path):
    paths = Paths(tmp_path / "home")
    paths.prepare()
    paths.schemas.write_bytes(b"SQLite format 3\0" + random.Random(1).randbytes(8000))
    assert schemas.api_version(VM) is not None
    assert len(notes) == 1
    assert "damaged" in notes[0]
    schemas.remember(VM, "properties.x", "unknown")
    assert Schemas(paths).require(VM).told["unknown"] == {"properties.x"}
    assert paths.schemas.stat().st_mode & 0o777 == 0o600


def test_the_azure_mcp_server_is_asked_once_and_what_it_said_is_kept(tmp_path: Path, notes: list[str]):
    azmcp = find_azmcp()
    assert azmcp is not None, "the development environment has msmcp-azure"
    asking = Schemas(Paths(tmp_path), azmcp, note=notes.append)
    try:
        flags = asking.require("microsoft.kusto/CLUSTERS/databases")
        assert asking.flags("Contoso.Things/things") is None
        assert asking.api_version("Microsoft.Sql/servers/databases") is not None
    finally:
        asking.close()
    assert flags.type == "Microsoft.Kusto/clusters/databases"
    assert flags.source.startswith("Azure MCP server (")
    assert flags.definition is not None
    assert flags.definition.body.discriminator == "kind"
    silent = Schemas(Paths(tmp_path), tmp_path / "no-such-program", note=notes.append)
    assert silent.require("Microsoft.Kusto/clusters/databases").required == flags.required
    assert notes == []
    assert [entry.name for entry in tmp_path.iterdir()] == ["schemas.sqlite"]


def test_a_discriminated_body_is_held_against_the_variant_it_names(tmp_path: Path):
    azmcp = find_azmcp()
    asking = Schemas(Paths(tmp_path), azmcp)
    type_ = "Microsoft.Kusto/clusters/databases"
    try:
        assert (
            words(asking, type_, {"location": "x", "kind": "ReadWrite", "properties": {"hotCachePeriod": "P1D"}}) == []
        )
        assert words(asking, type_, {"location": "x", "kind": "ReadWrit"})[0].endswith("did you mean 'ReadWrite'?")
    finally:
        asking.close()


def test_a_server_that_does_not_run_is_a_note_and_no_failure(tmp_path: Path, notes: list[str]):
    asking = Schemas(Paths(tmp_path), tmp_path / "azmcp", note=notes.append)
    assert asking.flags("Microsoft.Kusto/clusters") is None
    assert "the Azure MCP server was asked about Microsoft.Kusto/clusters and failed" in notes[0]


SEEDED = [name for name in schema_seed.load().names() if not schema_seed.load().definition(name).opaque]  # type: ignore[union-attr]
KEYS = st.sampled_from(["properties", "location", "tags", "sku", "name", "id", "subnets", "provisioningState", "x"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
BODIES = st.dictionaries(KEYS, VALUES, max_size=5)
SHARED = Schemas(Paths(Path("/nonexistent")))


@given(type_=st.sampled_from(SEEDED), body=BODIES)
def test_stripping_twice_strips_no_more(type_: str, body: dict[str, Any]):
    once = SHARED.strip_read_only(type_, body)
    assert SHARED.strip_read_only(type_, once) == once


@given(type_=st.sampled_from(SEEDED), body=BODIES)
def test_nothing_is_invented_by_stripping_and_no_new_problem_is_made(type_: str, body: dict[str, Any]):
    stripped = SHARED.strip_read_only(type_, body)
    assert set(stripped) <= set(body)
    before = {str(problem) for problem in SHARED.check(type_, body) if problem.kind == "unknown-property"}
    after = {str(problem) for problem in SHARED.check(type_, stripped) if problem.kind == "unknown-property"}
    assert after <= before


@given(type_=st.sampled_from(SEEDED), body=BODIES, stranger=st.from_regex(r"[a-z]{3}Xq[a-z]{3}", fullmatch=True))
def test_a_property_that_a_type_does_not_have_is_always_told(type_: str, body: dict[str, Any], stranger: str):
    problems = [str(problem) for problem in SHARED.check(type_, {**body, stranger: 1})]
    assert any(problem.startswith(f"no property {stranger!r}") for problem in problems)
