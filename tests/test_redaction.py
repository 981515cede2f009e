"""A secret is found wherever it stands, and nothing else is taken for one."""

from __future__ import annotations

import json
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.agentic.types import GROUP_TYPE, Operation, ResourceRef
from azlin.imprint import imprint
from azlin.redaction import MASK, extract_secrets, fill, is_secret_name, redact, secret_names

SENTENCES = (
    "create a vm called Sam with password {}",
    "create a vm called Sam with password {}, size Standard_B2s",
    "make web1 (password: {}) in rg1",
    "the admin password is {}.",
    "the password for Sam is {} and it stays so",
    "set the password to '{}' please",
    'user "Sam" and with password "{}"',
    "web1 with {} as its password",
    "use '{}' as the admin password",
    "log in with password {} and try {} again",
    "vm web1, adminPassword={}, tags env=test",
    "store a secret named db in vault kv1 with value {}",
    "api key: {}",
    "connect with client secret: {} now",
    "use AccountName=a;AccountKey={};EndpointSuffix=core.windows.net",
    "Server=tcp:x;User ID=sa;Password={};Initial Catalog=y",
    "Endpoint=sb://x/;SharedAccessKeyName=Root;SharedAccessKey={}",
    "copy https://a.blob.core.windows.net/c?sv=2024-11-04&se=2026-12-01&sig={}&sp=r",
    "clone https://me:{}@dev.azure.com/org",
    "Authorization: Bearer {}",
    "az vm create -n Sam --admin-password {} -g rg",
    "az vm create -n Sam --admin-password={} -g rg",
    "az login --service-principal -u app -p {} --tenant t",
    "az keyvault secret set --vault-name kv1 -n db --value {}",
    'Azure said {{"error": {{"clientSecret": "{}", "code": 1}}}}',
    'body: "{{\\"adminPassword\\": \\"{}\\"}}"',
    "DB_PASSWORD={} ./run",
    "-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN OPENSSH PRIVATE KEY-----\n{}",
)
NAMES = (
    "password adminPassword administratorLoginPassword DB_PASSWORD clientSecret client_secret secretText primaryKey "
    "secondaryKey accountKey primaryMasterKey apiKey accessToken connectionString primaryConnectionString sasToken "
    "sharedAccessKey SharedAccessSignature Authorization passphrase storageAccountAccessKey"
)
HARMLESS_NAMES = (
    "name keyName keyVaultId sshPublicKey publicKeys keyData ssh_key keySource secretName secretUri keyVaultSecretId "
    "passwordSecretRef disablePasswordAuthentication allowSharedKeyAccess partitionKey nextToken continuationToken "
    "skipToken keyUri tokens compass signatureAlgorithm thumbprint keyId"
)
HARMLESS = (
    "create a vm called Sam in westeurope with ssh key ~/.ssh/id_rsa.pub",
    "create a vm with password authentication disabled",
    "reset the password of vm Sam",
    "show the secrets in key vault kv1",
    "create key vault kv1 with key mykey",
    "list vms tagged key=foo and env=test",
    "the password must be between 12 and 72 characters long",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE8mYkY2Q2l4dG9uZ3VlbW9uZGF5c3VucmlzZTEy sam@home",
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ" + "b7Xk" * 80 + "== sam@home",
    "GET /subscriptions/6b1d6a2e-0f3a-4a9b-8c6b-1d2f3a4b5c6d/resourceGroups/web/providers/Microsoft.Web/sites/x",
    "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0\n-----END PUBLIC KEY-----",
    "with password {secret:password} and key {secret:key}",
)

canaries = st.tuples(
    st.text(string.ascii_letters, min_size=1, max_size=1),
    st.text(string.ascii_letters + string.digits + "!#$%*+-_~^", min_size=8, max_size=30),
    st.text(string.digits, min_size=1, max_size=2),
).map("".join)
tokens = st.text(string.ascii_letters + string.digits, min_size=12, max_size=60).filter(
    lambda text: any(c.isdigit() for c in text) and any(c.isalpha() for c in text)
)


@pytest.mark.parametrize("sentence", SENTENCES)
@given(canary=tokens)
def test_no_sentence_keeps_its_secret(sentence: str, canary: str) -> None:
    text = sentence.format(canary, canary)

    assert canary not in redact(text)
    kept, secrets = extract_secrets(text)
    assert canary not in kept
    assert any(canary in secret for secret in secrets.values())
    assert fill(kept, secrets) == text


@given(password=canaries)
def test_a_password_may_be_made_of_any_signs(password: str) -> None:
    kept, secrets = extract_secrets(f"create a vm called Sam with password {password} in rg1")

    assert secrets == {"password": password}
    assert kept == "create a vm called Sam with password {secret:password} in rg1"


@given(text=st.text() | st.sampled_from(SENTENCES).flatmap(lambda s: tokens.map(lambda c: s.format(c, c))))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = redact(text)

    assert redact(once) == once


@given(text=st.text(string.printable, max_size=200).filter(lambda text: "{secret:" not in text))
def test_any_text_can_be_put_together_again(text: str) -> None:
    kept, secrets = extract_secrets(text)

    assert fill(kept, secrets) == text


@given(
    name=st.sampled_from(NAMES.split()),
    canary=canaries,
    inside=st.sampled_from(["plain", "list", "dict", "tuple", "text"]),
)
def test_whatever_stands_under_a_secret_name_is_hidden(name: str, canary: str, inside: str) -> None:
    value: Any = {name: canary, "location": "westeurope"}
    if inside == "list":
        value = [value]
    elif inside == "dict":
        value = {"properties": {"osProfile": value}}
    elif inside == "tuple":
        value = ({name: [canary, {"value": canary}]},)
    elif inside == "text":
        value = json.dumps(value)

    assert canary not in repr(redact(value))


@given(
    name=st.sampled_from(HARMLESS_NAMES.split()), value=st.text(string.ascii_letters + "-", max_size=30) | st.booleans()
)
def test_names_that_only_speak_of_secrets_hide_nothing(name: str, value: str | bool) -> None:
    assert not is_secret_name(name)
    assert redact({name: value}) == {name: value}


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text
    assert extract_secrets(text) == (text, {})


@given(canary=canaries)
def test_a_setting_is_judged_by_the_name_beside_its_value(canary: str) -> None:
    settings = [{"name": "DB_PASSWORD", "value": canary}, {"name": "LOG_LEVEL", "value": "debug"}]

    assert redact(settings) == [{"name": "DB_PASSWORD", "value": MASK}, {"name": "LOG_LEVEL", "value": "debug"}]
    assert canary not in repr(redact({"keys": [{"keyName": "key1", "value": canary, "permissions": "Full"}]}))
    assert canary not in repr(redact({"secrets": [{"name": "db", "value": canary}]}))
    assert canary not in repr(redact({"adminPw": {"type": "SecureString", "value": canary}}))


@given(canary=canaries)
def test_an_argument_list_keeps_no_secret(canary: str) -> None:
    assert redact(["az", "vm", "create", "--admin-password", canary, "-n", "Sam"]) == [
        *["az", "vm", "create", "--admin-password", MASK, "-n", "Sam"]
    ]
    assert canary not in repr(redact(["az", "login", "-u", "app", "-p", canary]))
    assert canary not in repr(redact(["az", "keyvault", "secret", "set", "-n", "db", "--value", canary]))
    assert canary not in repr(redact(["az", "x", "--settings", f"DB_PASSWORD={canary}"]))


def test_keys_of_azure_are_known_by_their_shape() -> None:
    storage_key = "lJzRc1YdHaAA2KCNJJ1tkYwF" * 3 + "q+nlcNQSnIYVTk" + "=="
    token = "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJhcm0ifQ.c2lnbmF0dXJl"
    client_secret = "abc8Q~" + "Zx9_-.~" * 4 + "Zx9_-a"

    for secret in (storage_key, token, client_secret, "ghp_" + "a1B2" * 9):
        assert redact(f"it answered {secret} to us") == f"it answered {MASK} to us"


def test_references_to_secrets_are_not_secrets() -> None:
    body = {
        "adminPassword": "{secret:password}",
        "clientSecret": "@Microsoft.KeyVault(SecretUri=https://kv.vault.azure.net/secrets/x)",
        "password": "[parameters('adminPassword')]",
        "disablePasswordAuthentication": True,
        "secret": None,
    }

    assert redact(body) == body


def test_an_ssh_public_key_may_stand_beside_a_password() -> None:
    body = {"publicKeys": [{"keyData": "ssh-ed25519 AAAAC3NzaC1lZDI1 me"}], "adminPassword": "hunter2"}

    assert redact(body) == {**body, "adminPassword": MASK}


def test_two_secrets_of_one_kind_get_two_names_and_one_secret_gets_one() -> None:
    kept, secrets = extract_secrets("web1 with password abc1, web2 with password xyz2, web3 with password abc1")

    assert secrets == {"password": "abc1", "password-2": "xyz2"}
    assert kept.count("{secret:password}") == 2
    assert secret_names({"text": kept, "more": ["{secret:key}"]}) == ("key", "password", "password-2")


def test_a_new_secret_does_not_take_a_name_that_is_in_use() -> None:
    kept, secrets = extract_secrets("web1 with password {secret:password} and web2 with password abc1")

    assert kept == "web1 with password {secret:password} and web2 with password {secret:password-2}"
    assert secrets == {"password-2": "abc1"}


def test_filling_without_the_secret_names_what_is_missing() -> None:
    with pytest.raises(KeyError, match="password"):
        fill({"adminPassword": ["{secret:password}"]}, {})


def test_agentic_values_are_searched_too() -> None:
    group = ResourceRef(type=GROUP_TYPE, name="web", subscription="s")
    operation = Operation(id="g", verb="ensure", effect="creates", target=group, desired={"tags": {"apiKey": "x"}})

    assert redact(operation)["desired"] == {"tags": {"apiKey": MASK}}


@given(data=st.lists(st.dictionaries(st.text(), st.integers())))
def test_an_imprint_tells_data_apart_and_holds_none_of_it(data: list[dict[str, int]]) -> None:
    kept = imprint(data)

    assert kept is not None
    assert kept["count"] == len(data)
    assert imprint(kept) == kept
    assert imprint([*data, {"more": 1}]) != kept
    assert imprint(None) is None
