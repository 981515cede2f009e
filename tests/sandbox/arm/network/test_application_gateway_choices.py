"""The lists that gateways are set up from."""

from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from tests.sandbox.conftest import Azure


@pytest.fixture
def registry() -> Registry:
    return load()


def under(azure: Azure) -> str:
    return f"{azure.subscription}/providers/Microsoft.Network"


def test_every_cipher_of_a_predefined_policy_can_be_chosen_or_is_of_tls_1_3(azure: Azure):
    options = azure.get(f"{under(azure)}/applicationGatewayAvailableSslOptions/default")["properties"]
    path = f"{under(azure)}/applicationGatewayAvailableSslOptions/default/predefinedPolicies"
    listed = azure.values(path)
    assert [one["name"] for one in listed] == [one["id"].rpartition("/")[2] for one in options["predefinedPolicies"]]
    assert options["defaultPolicy"] in [one["name"] for one in listed]
    for one in listed:
        ciphers = {cipher for cipher in one["properties"]["cipherSuites"] if not cipher.startswith("TLS_AES")}
        assert ciphers <= set(options["availableCipherSuites"])
        assert azure.get(f"{path}/{one['name'].lower()}") == one
    assert azure.ask("GET", f"{path}/none").status == 404


@pytest.mark.parametrize(
    ("name", "one"),
    [
        ("applicationGatewayAvailableRequestHeaders", "Accept"),
        ("applicationGatewayAvailableResponseHeaders", "Set-Cookie"),
        ("applicationGatewayAvailableServerVariables", "client_ip"),
    ],
)
def test_headers_and_variables_are_a_bare_list(azure: Azure, name: str, one: str):
    found: Any = azure.ask("GET", f"{under(azure)}/{name}").body
    assert one in found
    assert len(found) == len(set(found))
