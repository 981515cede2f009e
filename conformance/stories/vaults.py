"""azure-mgmt-keyvault and azure-keyvault-*: a vault, and secrets, keys and certificates in it."""
# pyright: basic, reportMissingImports=false, reportMissingTypeStubs=false

from __future__ import annotations

import os

from azure.identity import DefaultAzureCredential
from azure.keyvault.certificates import CertificateClient, CertificatePolicy
from azure.keyvault.keys import KeyClient
from azure.keyvault.keys.crypto import CryptographyClient, EncryptionAlgorithm, SignatureAlgorithm
from azure.keyvault.secrets import SecretClient
from azure.mgmt.keyvault import KeyVaultManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient

from conformance.stories.steps import LOCATION, SUBSCRIPTION, Steps

CLIENT = "azure-mgmt-keyvault"
_GROUP = "story-vaults"
_VAULT = "azlin-story-vault"
_URL = f"https://{_VAULT}.vault.azure.net"


def tell(step: Steps) -> None:
    credential = DefaultAzureCredential()
    groups = ResourceManagementClient(credential, SUBSCRIPTION).resource_groups
    vaults = KeyVaultManagementClient(credential, SUBSCRIPTION).vaults
    groups.create_or_update(_GROUP, {"location": LOCATION})
    body = {
        "location": LOCATION,
        "properties": {
            "tenantId": os.environ["AZURE_TENANT_ID"],
            "sku": {"family": "A", "name": "standard"},
            "enableRbacAuthorization": True,
        },
    }
    step(
        "create a vault",
        lambda: vaults.begin_create_or_update(_GROUP, _VAULT, body).result(),
        lambda one: one.properties.vault_uri.rstrip("/") == _URL and one.properties.enable_soft_delete,
    )
    step("list vaults", lambda: [one.name for one in vaults.list_by_subscription()], lambda names: _VAULT in names)
    _secrets(Steps("azure-keyvault-secrets"), SecretClient(_URL, credential))
    _keys(Steps("azure-keyvault-keys"), KeyClient(_URL, credential), credential)
    _certificates(Steps("azure-keyvault-certificates"), CertificateClient(_URL, credential))
    step("delete a vault", lambda: vaults.delete(_GROUP, _VAULT))
    step(
        "it is among the deleted",
        lambda: [one.name for one in vaults.list_deleted()],
        lambda names: _VAULT in names,
    )
    step(
        "its name is still taken",
        lambda: vaults.check_name_availability({"name": _VAULT, "type": "Microsoft.KeyVault/vaults"}),
        lambda one: one.name_available is False,
    )
    step("purge a vault", lambda: vaults.begin_purge_deleted(_VAULT, LOCATION).result())
    step.refused("it is gone for good", lambda: vaults.get_deleted(_VAULT, LOCATION), "NotFound")
    step("delete the group", lambda: groups.begin_delete(_GROUP).result())


def _secrets(step: Steps, client: SecretClient) -> None:
    first = step(
        "set a secret", lambda: client.set_secret("word", "one", tags={"a": "b"}), lambda one: one.value == "one"
    )
    step("set it again", lambda: client.set_secret("word", "two"))
    step("get the newest", lambda: client.get_secret("word"), lambda one: one.value == "two")
    step(
        "get a version",
        lambda: client.get_secret("word", first.properties.version),
        lambda one: one.value == "one" and one.properties.tags == {"a": "b"},
    )
    step("list versions", lambda: list(client.list_properties_of_secret_versions("word")), lambda all_: len(all_) == 2)
    step("list secrets", lambda: [one.name for one in client.list_properties_of_secrets()], lambda n: n == ["word"])
    step(
        "disable it",
        lambda: client.update_secret_properties("word", enabled=False),
        lambda one: one.enabled is False,
    )
    step.refused("a disabled secret is not shown", lambda: client.get_secret("word"), "Forbidden")
    step("delete a secret", lambda: client.begin_delete_secret("word").result())
    step.refused("a deleted secret is not found", lambda: client.get_secret("word"), "SecretNotFound")
    step("recover a secret", lambda: client.begin_recover_deleted_secret("word").result())
    step("back it up", lambda: client.backup_secret("word"), lambda data: len(data) > 20)


def _keys(step: Steps, client: KeyClient, credential: DefaultAzureCredential) -> None:
    key = step("create a key", lambda: client.create_rsa_key("rsa", size=2048), lambda one: one.key_type == "RSA")
    step(
        "create an elliptic key",
        lambda: client.create_ec_key("curve", curve="P-256"),
        lambda one: one.key.crv == "P-256",
    )
    step(
        "list keys",
        lambda: [one.name for one in client.list_properties_of_keys()],
        lambda n: sorted(n) == ["curve", "rsa"],
    )
    worker = step("a client of the key", lambda: CryptographyClient(key.id, credential))
    secret = step("encrypt", lambda: worker.encrypt(EncryptionAlgorithm.rsa_oaep_256, b"hello").ciphertext)
    step(
        "decrypt",
        lambda: worker.decrypt(EncryptionAlgorithm.rsa_oaep_256, secret).plaintext,
        lambda text: text == b"hello",
    )
    digest = b"\x01" * 32
    signature = step("sign", lambda: worker.sign(SignatureAlgorithm.rs256, digest).signature)
    step(
        "verify",
        lambda: worker.verify(SignatureAlgorithm.rs256, digest, signature).is_valid,
        lambda valid: valid is True,
    )
    step("rotate", lambda: client.rotate_key("rsa"), lambda one: one.properties.version != key.properties.version)
    step("delete a key", lambda: client.begin_delete_key("rsa").result())


def _certificates(step: Steps, client: CertificateClient) -> None:
    policy = CertificatePolicy.get_default()
    step(
        "create a certificate",
        lambda: client.begin_create_certificate("cert", policy).result(),
        lambda one: one.cer and one.properties.x509_thumbprint,
    )
    step("its policy", lambda: client.get_certificate_policy("cert"), lambda one: one.issuer_name == "Self")
    step("list certificates", lambda: list(client.list_properties_of_certificates()), lambda all_: len(all_) == 1)
    step("delete a certificate", lambda: client.begin_delete_certificate("cert").result())
