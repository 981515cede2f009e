from __future__ import annotations

import base64
from pathlib import Path

from azlin.sandbox.blobs.catalog import Catalog
from azlin.sandbox.incoming import Incoming
from tests.sandbox.blobs.conftest import Account


def _id(text: str) -> str:
    return base64.b64encode(text.encode()).decode().replace("=", "%3D")


def _commit(account: Account, *lines: tuple[str, str], **more: str):
    body = "".join(f"<{kind}>{base64.b64encode(block.encode()).decode()}</{kind}>" for kind, block in lines)
    return account.ask("PUT", "/con/b?comp=blocklist", f"<BlockList>{body}</BlockList>".encode(), **more)


def test_blocks_become_a_blob_in_the_order_of_their_list(account: Account):
    for name, data in (("1", b"one"), ("2", b"two"), ("3", b"three")):
        account.ok("PUT", f"/con/b?comp=block&blockid={_id(name)}", data)
    assert account.code("GET", "/con/b") == (404, "BlobNotFound")
    assert _commit(account, ("Uncommitted", "2"), ("Latest", "1"), ("Latest", "2")).status == 201
    assert account.data("/con/b") == b"twoonetwo"
    account.ok("PUT", f"/con/b?comp=block&blockid={_id('1')}", b"ONE")
    assert _commit(account, ("Committed", "1"), ("Latest", "1")).status == 201
    assert account.data("/con/b") == b"oneONE"
    assert account.files() == 2
    assert _commit(account, ("Latest", "nope")).headers["x-ms-error-code"] == "InvalidBlockList"
    assert account.code("PUT", "/con/b?comp=block&blockid=!", b"") == (400, "InvalidQueryParameterValue")


def test_a_blob_keeps_its_properties_metadata_and_tags(account: Account):
    account.put("/con/b", b"x", x_ms_blob_content_type="text/plain", x_ms_meta_a="1", x_ms_tags="t=v%20w")
    headers = account.ok("HEAD", "/con/b").headers
    assert (headers["Content-Type"], headers["x-ms-meta-a"], headers["x-ms-tag-count"]) == ("text/plain", "1", "1")
    assert account.xml("/con/b?comp=tags").findtext("TagSet/Tag/Value") == "v w"
    account.ok("PUT", "/con/b?comp=properties", x_ms_blob_cache_control="no-store")
    account.ok("PUT", "/con/b?comp=metadata", x_ms_meta_b="2")
    account.ok("PUT", "/con/b?comp=tier", x_ms_access_tier="Cool")
    headers = account.ok("HEAD", "/con/b").headers
    assert (headers["Cache-Control"], "x-ms-meta-a" in headers, headers["x-ms-access-tier"]) == (
        "no-store",
        False,
        "Cool",
    )
    assert account.code("PUT", "/con/b?comp=tier", x_ms_access_tier="Warm") == (400, "InvalidHeaderValue")


def test_conditions_are_held(account: Account):
    etag = account.put("/con/b", b"x").headers["ETag"]
    new = {"x_ms_blob_type": "BlockBlob"}
    assert account.code("PUT", "/con/b", if_none_match="*", **new) == (409, "BlobAlreadyExists")
    assert account.code("PUT", "/con/b", if_match='"other"', **new) == (412, "ConditionNotMet")
    assert account.ask("GET", "/con/b", if_none_match=etag).status == 304
    assert account.put("/con/b", b"y", if_match=etag).headers["ETag"] != etag


def test_a_body_that_does_not_fit_its_md5_leaves_nothing(account: Account):
    wrong = {"x_ms_blob_type": "BlockBlob", "content_md5": base64.b64encode(bytes(16)).decode()}
    assert account.code("PUT", "/con/b", b"x", **wrong) == (400, "Md5Mismatch")
    assert account.files() == 0
    assert account.code("PUT", "/con/b", b"x") == (400, "MissingRequiredHeader")


def test_an_append_blob_grows_and_its_conditions_count(account: Account):
    account.ok("PUT", "/con/log", x_ms_blob_type="AppendBlob")
    account.ok("PUT", "/con/log?comp=appendblock", b"one")
    answer = account.ok("PUT", "/con/log?comp=appendblock", b"two", x_ms_blob_condition_appendpos="3")
    assert (answer.headers["x-ms-blob-append-offset"], answer.headers["x-ms-blob-committed-block-count"]) == ("3", "2")
    assert account.data("/con/log") == b"onetwo"
    late = {"x_ms_blob_condition_appendpos": "3"}
    assert account.code("PUT", "/con/log?comp=appendblock", b"x", **late) == (412, "AppendPositionConditionNotMet")
    account.put("/con/b", b"")
    assert account.code("PUT", "/con/b?comp=appendblock", b"x") == (409, "InvalidBlobType")


def test_pages_are_written_cleared_and_a_copy_is_not_touched(account: Account):
    account.ok("PUT", "/con/disk", x_ms_blob_type="PageBlob", x_ms_blob_content_length="2048")
    account.ok("PUT", "/con/disk?comp=page", b"z" * 512, x_ms_range="bytes=512-1023", x_ms_page_write="update")
    account.ok("PUT", "/con/copy", x_ms_copy_source="https://acct.blob.core.windows.net/con/disk")
    ranges = account.xml("/con/disk?comp=pagelist")
    assert [(one.findtext("Start"), one.findtext("End")) for one in ranges] == [("512", "1023")]
    account.ok("PUT", "/con/disk?comp=page", x_ms_range="bytes=512-1023", x_ms_page_write="clear")
    assert account.data("/con/disk") == bytes(2048)
    assert account.data("/con/copy")[512:1024] == b"z" * 512
    outside = {"x_ms_range": "bytes=2048-2559", "x_ms_page_write": "clear"}
    assert account.code("PUT", "/con/disk?comp=page", **outside) == (416, "InvalidPageRange")


def test_a_snapshot_keeps_what_was_and_guards_its_blob(account: Account):
    account.put("/con/b", b"old")
    taken = account.ok("PUT", "/con/b?comp=snapshot").headers["x-ms-snapshot"]
    account.put("/con/b", b"new")
    assert account.data(f"/con/b?snapshot={taken}") == b"old"
    assert account.code("DELETE", "/con/b") == (409, "SnapshotsPresent")
    account.ok("DELETE", "/con/b", x_ms_delete_snapshots="include")
    assert account.files() == 0


def test_a_spooled_body_is_moved_and_not_read(account: Account, tmp_path: Path):
    spooled = tmp_path / "body"
    spooled.write_bytes(b"large")
    segment = Catalog(tmp_path / "c").take(b"", spooled)
    assert (segment.size, spooled.exists()) == (5, False)
    assert Incoming("GET", "/", {}, {}, b"", "").file is None
