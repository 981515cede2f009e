"""What ARM signs is tried on the data plane in tests/sandbox/blobs/test_access.py."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest

from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.storage.signatures import account_signature, service_signature

KEYS = ["a2V5MQ==", "a2V5Mg=="]
ASKED = {
    "signedServices": "b",
    "signedResourceTypes": "o",
    "signedPermission": "r",
    "signedExpiry": "2100-01-01T00:00:00Z",
}


def test_the_key_that_is_named_signs():
    first, second = (
        parse_qs(account_signature("acct", KEYS, {**ASKED, "keyToSign": key})["accountSasToken"])["sig"]
        for key in ("key1", "key2")
    )
    assert first != second
    assert parse_qs(account_signature("acct", KEYS, ASKED)["accountSasToken"])["sig"] == first


def test_what_is_missing_or_of_another_service_is_refused():
    for name in ASKED:
        with pytest.raises(ArmRefusal, match=name):
            account_signature("acct", KEYS, {key: value for key, value in ASKED.items() if key != name})
    for resource in ("/blob/other/con", "/file/acct/share"):
        with pytest.raises(ArmRefusal, match="canonicalizedResource"):
            service_signature("acct", KEYS, {"canonicalizedResource": resource, "signedResource": "c"})
