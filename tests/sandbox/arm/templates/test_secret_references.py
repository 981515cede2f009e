"""Parameters that name a secret of a vault."""

from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Call, Registry, load
from azlin.sandbox.arm.templates.expression_parser import TemplateInvalid
from azlin.sandbox.arm.templates.secret_references import with_secrets
from tests.sandbox.conftest import Azure


@pytest.fixture
def registry() -> Registry:
    return load()


def vault_of(azure: Azure, *, enabled: bool = True) -> str:
    path = f"{azure.group()}/providers/Microsoft.KeyVault/vaults/v"
    rid = azure.plane.store.parse(path, azure.tenant.id)
    azure.plane.store.put(rid, {"location": "westeurope", "properties": {"enabledForTemplateDeployment": enabled}})
    return path


def read(azure: Azure, vault: str, name: str = "s", version: str | None = None) -> Any:
    call = Call(azure.plane, "PUT", "2024-01-01", azure.tenant.id, azure.tenant.principal_oid)
    reference = {"keyVault": {"id": vault}, "secretName": name, **({"secretVersion": version} if version else {})}
    return with_secrets({"p": {"reference": reference}, "q": {"value": 1}}, call)


def test_the_value_comes_from_whoever_keeps_the_secrets(azure: Azure) -> None:
    asked: list[Any] = []

    def kept(vault: Any, name: str, version: str | None) -> str:
        asked.append((vault.id.name, name, version))
        return "canary"

    azure.plane.registry.vault_secret = kept
    vault = vault_of(azure)
    assert read(azure, vault) == {"p": {"value": "canary"}, "q": {"value": 1}}
    read(azure, vault, "t", "7")
    assert asked == [("v", "s", None), ("v", "t", "7")]


def test_a_secret_is_never_made_up(azure: Azure) -> None:
    vault = vault_of(azure)
    for keeper in (None, lambda *_: None):
        azure.plane.registry.vault_secret = keeper
        with pytest.raises(TemplateInvalid, match=r"NotFound.*name/id. s was not found") as refused:
            read(azure, vault)
        assert refused.value.code == "KeyVaultParameterReferenceSecretRetrieveFailed"


def test_a_vault_must_be_there_and_open_to_deployments(azure: Azure) -> None:
    azure.plane.registry.vault_secret = lambda *_: "canary"
    closed = vault_of(azure, enabled=False)
    with pytest.raises(TemplateInvalid, match="Forbidden"):
        read(azure, closed)
    for absent in (f"{closed}8", "no id", f"{azure.subscription}/resourceGroups/g"):
        with pytest.raises(TemplateInvalid, match="could not be found") as refused:
            read(azure, absent)
        assert refused.value.code == "KeyVaultParameterReferenceNotFound"
