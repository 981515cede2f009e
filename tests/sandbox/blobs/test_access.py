from __future__ import annotations

from urllib.parse import urlencode

import pytest

from azlin.sandbox.blobs.signatures import account_text, resource_texts, signed
from tests.sandbox.blobs.conftest import Account, whole

LATER, EARLIER = "2100-01-01T00:00:00Z", "2020-01-01T00:00:00Z"


@pytest.fixture
def account(account: Account) -> Account:
    account.put("/con/a", b"hello")
    return account


def _bearer(account: Account, scope: str = "https://storage.azure.com/.default") -> str:
    return f"Bearer {account.azure.token(account.azure.tenant, scope)}"


def _service_sas(account: Account, path: str, **fields: str) -> str:
    query = {"sp": "r", "se": LATER, "sv": "2025-01-05", "sr": "b", **fields}
    text = next(iter(resource_texts("acct", path, query, delegated=False)))
    return urlencode({**query, "sig": signed(account.key, text)})


def _account_sas(account: Account, **fields: str) -> str:
    query = {"sp": "rl", "ss": "b", "srt": "sco", "se": LATER, "sv": "2025-01-05", **fields}
    return urlencode({**query, "sig": signed(account.key, account_text("acct", query))})


def test_only_a_key_that_arm_lists_opens_the_account(account: Account):
    assert account.ask("GET", "/con/a", signed_by="SharedKey acct:AAAA").status == 403
    assert account.ask("GET", "/con/a", signed_by=f"SharedKey other:{account.key}").status == 403
    old = account.key
    account.azure.ask("POST", f"{account.id}/regenerateKey", {"keyName": "key1"})
    assert account.code("GET", "/con/a") == (403, "AuthenticationFailed")
    account.key = account.azure.ask("POST", f"{account.id}/listKeys").body["keys"][0]["value"]
    assert account.key != old
    assert account.data("/con/a") == b"hello"
    account.change(allowSharedKeyAccess=False)
    assert account.code("GET", "/con/a") == (403, "KeyBasedAuthenticationNotPermitted")


def test_a_token_for_storage_opens_it_and_one_for_arm_does_not(account: Account):
    assert whole(account.ask("GET", "/con/a", signed_by=_bearer(account))) == b"hello"
    assert (
        account.ask("GET", "/con/a", signed_by=_bearer(account, "https://acct.blob.core.windows.net/.default")).status
        == 200
    )
    answer = account.ask("GET", "/con/a", signed_by=_bearer(account, "https://management.azure.com/.default"))
    assert (answer.status, "resource_id=https://storage.azure.com" in answer.headers["WWW-Authenticate"]) == (401, True)


def test_somebody_without_a_role_is_let_in_to_nothing(account: Account):
    entra, tenant = account.azure.entra, account.azure.tenant
    body = entra._access(tenant, "11111111-1111-4111-8111-111111111111", "app", "https://storage.azure.com")
    stranger = f"Bearer {body['access_token']}"
    for method, url in (
        ("GET", "/con/a"),
        ("PUT", "/con/b"),
        ("GET", "/?comp=list"),
        ("DELETE", "/con?restype=container"),
    ):
        assert account.code(method, url, signed_by=stranger) == (403, "AuthorizationPermissionMismatch"), url


def test_a_signature_opens_what_was_signed_and_nothing_else(account: Account):
    sas = _service_sas(account, "/con/a")
    assert account.ask("GET", f"/con/a?{sas}", signed_by=None).status == 200
    assert account.code("DELETE", f"/con/a?{sas}", signed_by=None) == (403, "AuthorizationPermissionMismatch")
    account.put("/con/b", b"")
    assert account.code("GET", f"/con/b?{sas}", signed_by=None) == (403, "AuthenticationFailed")
    forged = sas.replace("sp=r", "sp=d")
    assert account.code("DELETE", f"/con/a?{forged}", signed_by=None) == (403, "AuthenticationFailed")
    for times in ({"se": EARLIER}, {"st": LATER}):
        late = _service_sas(account, "/con/a", **times)
        assert account.code("GET", f"/con/a?{late}", signed_by=None) == (403, "AuthenticationFailed"), times


def test_an_account_signature_names_its_kinds_of_resources(account: Account):
    assert account.ask("GET", f"/con?restype=container&comp=list&{_account_sas(account)}", signed_by=None).status == 200
    only_objects = _account_sas(account, srt="o")
    assert account.ask("GET", f"/con/a?{only_objects}", signed_by=None).status == 200
    refused = (403, "AuthorizationResourceTypeMismatch")
    assert account.code("GET", f"/?comp=list&{only_objects}", signed_by=None) == refused
    assert account.code("GET", f"/con/a?{_account_sas(account, ss='q')}", signed_by=None) == refused


def test_a_stored_policy_gives_a_signature_its_terms_and_takes_them_back(account: Account):
    sas = _service_sas(account, "/con", sr="c", si="pol", sp="", se="")
    assert account.code("GET", f"/con/a?{sas}", signed_by=None) == (403, "AuthenticationFailed")
    policy = f"<AccessPolicy><Expiry>{LATER}</Expiry><Permission>r</Permission></AccessPolicy>"
    body = f"<SignedIdentifiers><SignedIdentifier><Id>pol</Id>{policy}</SignedIdentifier></SignedIdentifiers>"
    account.ok("PUT", "/con?restype=container&comp=acl", body.encode())
    assert account.ask("GET", f"/con/a?{sas}", signed_by=None).status == 200
    assert account.xml("/con?restype=container&comp=acl").findtext("SignedIdentifier/Id") == "pol"
    account.ok("PUT", "/con?restype=container&comp=acl", b"<SignedIdentifiers/>")
    assert account.ask("GET", f"/con/a?{sas}", signed_by=None).status == 403


def test_a_user_delegation_key_signs_for_whoever_asked_for_it(account: Account):
    body = f"<KeyInfo><Start>{EARLIER}</Start><Expiry>{LATER}</Expiry></KeyInfo>".encode()
    answer = account.ask("POST", "/?restype=service&comp=userdelegationkey", body, signed_by=_bearer(account))
    import xml.etree.ElementTree as ET

    key = ET.fromstring(answer.body)
    said = {
        "skoid": "SignedOid",
        "sktid": "SignedTid",
        "skt": "SignedStart",
        "ske": "SignedExpiry",
        "sks": "SignedService",
    }
    fields = {name: key.findtext(tag) or "" for name, tag in said.items()}
    query = {
        "sp": "r",
        "se": LATER,
        "sv": "2025-01-05",
        "sr": "b",
        "skv": key.findtext("SignedVersion") or "",
        **fields,
    }
    text = next(iter(resource_texts("acct", "/con/a", query, delegated=True)))
    sas = urlencode({**query, "sig": signed(key.findtext("Value") or "", text)})
    assert account.ask("GET", f"/con/a?{sas}", signed_by=None).status == 200
    other = urlencode({**query, "skoid": "somebody", "sig": signed(key.findtext("Value") or "", text)})
    assert account.code("GET", f"/con/a?{other}", signed_by=None) == (403, "AuthenticationFailed")


def test_without_any_sign_in_only_public_blobs_are_read(account: Account):
    assert account.code("GET", "/con/a", signed_by=None) == (401, "NoAuthenticationInformation")
    assert account.code("PUT", "/pub?restype=container", x_ms_blob_public_access="blob") == (
        409,
        "PublicAccessNotPermitted",
    )
    account.change(allowBlobPublicAccess=True)
    account.ok("PUT", "/pub?restype=container", x_ms_blob_public_access="blob")
    account.put("/pub/a", b"open")
    assert whole(account.ask("GET", "/pub/a", signed_by=None)) == b"open"
    for method, url in (("GET", "/con/a"), ("GET", "/pub?restype=container&comp=list"), ("DELETE", "/pub/a")):
        assert account.code(method, url, signed_by=None) == (404, "ResourceNotFound"), url


def test_what_arm_signs_opens_the_account_and_the_container(account: Account):
    terms = {"signedPermission": "r", "signedExpiry": LATER}
    whole_account = account.azure.ask(
        "POST", f"{account.id}/ListAccountSas", {**terms, "signedServices": "b", "signedResourceTypes": "o"}
    ).body["accountSasToken"]
    container = account.azure.ask(
        "POST",
        f"{account.id}/ListServiceSas",
        {**terms, "canonicalizedResource": "/blob/acct/con", "signedResource": "c"},
    ).body["serviceSasToken"]
    for sas in (whole_account, container):
        assert account.ask("GET", f"/con/a?{sas}", signed_by=None).status == 200
        assert account.ask("DELETE", f"/con/a?{sas}", signed_by=None).status == 403
