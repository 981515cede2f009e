from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from azlin.gateways.bucket_file import FORGOTTEN_S, BucketFile, Buckets
from azlin.gateways.cloud import Cloud
from azlin.gateways.token_bucket import Bucket
from azlin.paths import Paths


def learn(buckets: Buckets, tokens: float, now: float = 0.0, name: str = "s writes") -> None:
    def hear(bucket: Bucket) -> None:
        bucket.hear(tokens, now, since_s=0.0, later=0.0, was_full=False)

    buckets.tell(name, lambda: Bucket(200.0, 10.0), hear, now)


def level(buckets: Buckets, now: float = 0.0) -> float | None:
    return buckets.ask("s writes", lambda bucket: bucket.level(now), now)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "pace" / "me"


def test_another_process_knows_what_one_has_heard(path: Path):
    one, other = BucketFile(path, "boot"), BucketFile(path, "boot")
    assert level(other) is None
    learn(one, 7.0)
    assert level(other) == 7.0
    other.ask("s writes", lambda bucket: bucket.take(0.0), 0.0)
    assert level(one) == 6.0


def test_nothing_is_written_until_something_was_heard(path: Path):
    assert level(BucketFile(path, "boot")) is None
    assert not path.parent.exists()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"boot": "boot", "buckets": {"s writes": 1}}'])
def test_a_file_that_cannot_be_read_is_nothing(path: Path, content: bytes):
    path.parent.mkdir()
    path.write_bytes(content)
    buckets = BucketFile(path, "boot")
    assert level(buckets) is None
    learn(buckets, 7.0)
    assert level(BucketFile(path, "boot")) == 7.0


def test_what_was_heard_before_the_machine_started_again_is_nothing(path: Path):
    learn(BucketFile(path, "before"), 7.0, now=500.0)
    assert level(BucketFile(path, "after"), now=500.0) is None
    learn(BucketFile(path, ""), 7.0, now=500.0)
    assert level(BucketFile(path, ""), now=10.0) is None  # where boots have no name, their clocks tell


def test_old_beliefs_are_given_up(path: Path):
    for buckets in (Buckets(), BucketFile(path, "boot")):
        learn(buckets, 0.0)
        assert level(buckets, FORGOTTEN_S - 1) == 200.0
        assert level(buckets, FORGOTTEN_S + 1) is None


def test_a_file_that_is_held_or_cannot_be_written_is_done_without(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("azlin.gateways.bucket_file.LOCK_TIMEOUT_S", 0.01)
    buckets = BucketFile(path, "boot")
    learn(buckets, 7.0)
    with path.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        learn(buckets, 3.0)
        assert level(buckets) == 4.0  # what is left, and one more that may have come back
    blocked = path.parent / "file"
    blocked.write_text("")
    buckets = BucketFile(blocked / "below", "boot")
    learn(buckets, 5.0)
    assert level(buckets) == 5.0


def test_every_principal_has_a_file_of_its_own(tmp_path: Path):
    paths = Paths(tmp_path)
    files = set[Path]()
    for account in ("me", "you"):
        learn(BucketFile.of(paths, Cloud("AzureCloud", tenant="t", account=account)), 1.0)
        files |= set(paths.pace.iterdir())
    assert len(files) == 2
    assert {one.stat().st_mode & 0o777 for one in files} == {0o600}
