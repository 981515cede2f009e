from __future__ import annotations

from tests.sandbox.blobs.conftest import Account


def _arm(account: Account) -> dict[str, dict[str, object]]:
    listed = account.azure.values(f"{account.id}/blobServices/default/containers")
    return {one["name"]: one["properties"] for one in listed}


def test_containers_are_the_same_for_arm_and_for_the_service(account: Account):
    account.ok("PUT", "/mine?restype=container", x_ms_meta_who="me")
    assert _arm(account)["mine"]["metadata"] == {"who": "me"}
    account.azure.put(f"{account.id}/blobServices/default/containers/theirs", {"properties": {}})
    assert account.names("/?comp=list") == ["con", "mine", "theirs"]
    assert account.ok("HEAD", "/theirs?restype=container").headers["ETag"]
    account.ok("DELETE", "/theirs?restype=container")
    assert set(_arm(account)) == {"con", "mine"}


def test_a_name_is_checked_and_made_once(account: Account):
    assert account.code("PUT", "/con?restype=container") == (409, "ContainerAlreadyExists")
    assert account.code("PUT", "/a?restype=container") == (400, "OutOfRangeInput")
    assert account.code("PUT", "/No-Capitals?restype=container") == (400, "InvalidResourceName")
    assert account.code("GET", "/none?restype=container") == (404, "ContainerNotFound")


def test_a_list_is_cut_into_pages(account: Account):
    for name in ("aaa", "bbb", "ccc"):
        account.ok("PUT", f"/{name}?restype=container")
    first = account.xml("/?comp=list&maxresults=3")
    assert [one.text for one in first.iter("Name")] == ["aaa", "bbb", "ccc"]
    assert account.names(f"/?comp=list&marker={first.findtext('NextMarker')}") == ["con"]
    assert account.names("/?comp=list&prefix=b") == ["bbb"]


def test_metadata_is_replaced(account: Account):
    account.ok("PUT", "/con?restype=container&comp=metadata", x_ms_meta_a="1")
    account.ok("PUT", "/con?restype=container&comp=metadata", x_ms_meta_b="2")
    headers = account.ok("GET", "/con?restype=container").headers
    assert ("x-ms-meta-a" in headers, headers["x-ms-meta-b"]) == (False, "2")
