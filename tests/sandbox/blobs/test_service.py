from __future__ import annotations

from tests.sandbox.blobs.conftest import Account


def test_what_is_not_served_says_so(account: Account):
    for kind in ("queue", "table", "file", "dfs"):
        assert account.code("GET", "/", host=f"acct.{kind}.core.windows.net") == (501, "NotServedBySandbox"), kind
    assert account.code("GET", "/?comp=list", host="other.blob.core.windows.net") == (404, "AccountNotFound")
    assert account.code("GET", "/?restype=service&comp=stats") == (501, "NotServedBySandbox")


def test_every_answer_carries_the_version_that_was_asked(account: Account):
    assert account.ask("GET", "/con/nothing").headers["x-ms-version"] == "2025-01-05"


def test_a_copy_shares_its_bytes_and_outlives_its_source(account: Account):
    account.put("/con/a", b"hello", x_ms_meta_who="me")
    made = account.ok("PUT", "/con/b", x_ms_copy_source="https://acct.blob.core.windows.net/con/a")
    assert (made.status, made.headers["x-ms-copy-status"]) == (202, "success")
    account.ok("DELETE", "/con/a")
    assert account.data("/con/b") == b"hello"
    assert account.ok("HEAD", "/con/b").headers["x-ms-meta-who"] == "me"
    assert account.files() == 1


def test_a_copy_from_outside_is_refused(account: Account):
    for host, code in (("example.org", "CannotVerifyCopySource"), ("nobody.blob.core.windows.net", "AccountNotFound")):
        assert account.code("PUT", "/con/b", x_ms_copy_source=f"https://{host}/con/a")[1] == code
    gone = {"x_ms_copy_source": "https://acct.blob.core.windows.net/con/a"}
    assert account.code("PUT", "/con/b", **gone) == (404, "BlobNotFound")


def test_blobs_of_a_container_that_arm_forgot_are_gone_and_swept(account: Account):
    account.put("/con/a", b"hello")
    container = f"{account.id}/blobServices/default/containers/con"
    assert account.azure.ask("DELETE", container).status == 200
    assert account.code("GET", "/con/a") == (404, "ContainerNotFound")
    account.azure.put(container, {"properties": {}})
    assert account.code("GET", "/con/a") == (404, "BlobNotFound")
    assert account.files() == 1
    account.service.sweep()
    assert account.files() == 0


def test_a_name_without_container_is_in_the_root_container(account: Account):
    account.ok("PUT", "/$root?restype=container")
    account.put("/a.txt", b"x")
    assert account.data("/$root/a.txt") == b"x"
