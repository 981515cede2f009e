from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from azlin.sandbox.stream import Stream
from tests.sandbox.blobs.conftest import Account, whole


def test_a_head_tells_the_length_and_sends_nothing(account: Account):
    account.put("/con/b", b"hello")
    answer = account.ok("HEAD", "/con/b")
    assert isinstance(answer.body, Stream)
    assert (answer.body.length, list(answer.body.pieces)) == (5, [])


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.binary(max_size=9), min_size=1, max_size=4), st.integers(0, 40), st.integers(0, 40))
def test_a_range_is_the_slice_of_the_whole_however_the_blob_was_made(
    account: Account, parts: list[bytes], start: int, end: int
):
    account.ok("PUT", "/con/log", x_ms_blob_type="AppendBlob")
    for part in parts:
        account.ok("PUT", "/con/log?comp=appendblock", part)
    data = b"".join(parts)
    answer = account.ask("GET", "/con/log", x_ms_range=f"bytes={start}-{end}")
    if start >= len(data) or end < start:
        assert (answer.status, answer.headers["x-ms-error-code"]) == (416, "InvalidRange")
    else:
        assert (answer.status, whole(answer)) == (206, data[start : end + 1])
        assert answer.headers["Content-Range"].endswith(f"/{len(data)}")


def test_a_blob_that_goes_while_it_is_read_is_read_to_its_end(account: Account):
    account.put("/con/b", b"hello")
    reading = account.ok("GET", "/con/b")
    account.ok("DELETE", "/con/b")
    assert whole(reading) == b"hello"


def test_an_archived_blob_is_not_read(account: Account):
    account.put("/con/b", b"hello", x_ms_access_tier="Archive")
    assert account.code("GET", "/con/b") == (409, "BlobArchived")
