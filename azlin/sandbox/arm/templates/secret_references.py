"""Parameters that name a secret of a vault instead of carrying it (`reference`).

The values come through `Registry.vault_secret`, from whoever keeps them. Words of the refusals: those of Azure Resource
Manager ("Use Azure Key Vault to pass secure parameter value during deployment" and what users quote of them).
"""

from __future__ import annotations

from typing import Any

from azlin.sandbox.arm.behaviour import Call
from azlin.sandbox.arm.jsonc import Body, object_of
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.templates.expression_parser import TemplateInvalid

_VAULT = "microsoft.keyvault/vaults"
_HELP = "Please see https://aka.ms/arm-keyvault for usage details."


def with_secrets(given: Body, call: Call) -> Body:
    """The parameters with every reference to a secret replaced by its value. Raises TemplateInvalid."""
    made: Body = {}
    for name, one in given.items():
        reference = object_of(one).get("reference")
        made[name] = {"value": _secret(name, object_of(reference), call)} if reference is not None else one
    return made


def _secret(parameter: str, reference: Body, call: Call) -> Any:
    vault = str(object_of(reference.get("keyVault")).get("id", ""))
    secret, version = str(reference.get("secretName", "")), reference.get("secretVersion")
    try:
        rid = call.plane.store.parse(vault, call.tenant)
        found = call.plane.find(rid, call) if rid.type.casefold() == _VAULT else None
    except (ArmRefusal, ValueError):
        found = None
    if found is None:
        raise TemplateInvalid(
            f"The specified KeyVault '{vault}' could not be found. {_HELP}", "KeyVaultParameterReferenceNotFound"
        )
    if found.properties.get("enabledForTemplateDeployment") is not True:
        raise _unreadable(parameter, "Forbidden", "The vault is not enabled for template deployment.")
    read = call.plane.registry.vault_secret
    value = None if read is None else read(found, secret, str(version) if version else None)
    if value is None:
        raise _unreadable(
            parameter,
            "NotFound",
            f"A secret with (name/id) {secret}{f'/{version}' if version else ''} was not found in this key vault. If "
            "you recently deleted this secret you may be able to recover it using the correct recovery command.",
        )
    return value


def _unreadable(parameter: str, status: str, why: str) -> TemplateInvalid:
    return TemplateInvalid(
        f"The secret of KeyVault parameter '{parameter}' cannot be retrieved. Http status code: '{status}'. Error "
        f"message: '{why}'. {_HELP}",
        "KeyVaultParameterReferenceSecretRetrieveFailed",
    )
