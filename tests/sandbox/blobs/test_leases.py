from __future__ import annotations

from tests.sandbox.blobs.conftest import Account

MINE = "11111111-1111-4111-8111-111111111111"
OTHER = "22222222-2222-4222-8222-222222222222"


def _lease(account: Account, action: str, **headers: str):
    return account.ask("PUT", "/con/b?comp=lease", x_ms_lease_action=action, **headers)


def test_a_leased_blob_is_written_by_its_holder_only(account: Account):
    account.put("/con/b", b"x")
    taken = _lease(account, "acquire", x_ms_lease_duration="-1", x_ms_proposed_lease_id=MINE)
    assert (taken.status, taken.headers["x-ms-lease-id"]) == (201, MINE)
    new = {"x_ms_blob_type": "BlockBlob"}
    assert account.code("PUT", "/con/b", **new) == (412, "LeaseIdMissing")
    assert account.code("PUT", "/con/b", x_ms_lease_id=OTHER, **new) == (412, "LeaseIdMismatchWithBlobOperation")
    assert account.code("DELETE", "/con/b") == (412, "LeaseIdMissing")
    account.put("/con/b", b"y", x_ms_lease_id=MINE)
    assert account.ok("HEAD", "/con/b").headers["x-ms-lease-state"] == "leased"
    assert _lease(account, "acquire", x_ms_lease_duration="15").headers["x-ms-error-code"] == "LeaseAlreadyPresent"
    assert _lease(account, "release", x_ms_lease_id=OTHER).status == 409
    assert _lease(account, "release", x_ms_lease_id=MINE).status == 200
    account.ok("DELETE", "/con/b")


def test_a_lease_is_changed_broken_and_its_length_checked(account: Account):
    account.put("/con/b", b"x")
    assert _lease(account, "acquire", x_ms_lease_duration="5").headers["x-ms-error-code"] == "InvalidHeaderValue"
    _lease(account, "acquire", x_ms_lease_duration="60", x_ms_proposed_lease_id=MINE)
    assert _lease(account, "change", x_ms_lease_id=MINE, x_ms_proposed_lease_id=OTHER).headers["x-ms-lease-id"] == OTHER
    assert _lease(account, "break", x_ms_lease_break_period="0").status == 202
    assert account.ok("HEAD", "/con/b").headers["x-ms-lease-state"] == "broken"
    account.put("/con/b", b"y")
