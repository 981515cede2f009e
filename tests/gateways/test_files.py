"""A file is whole or as it was, and its lock is one holder's at a time."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from azlin.errors import StateUnwritable
from azlin.gateways.files import locked, make_private_directory, write_whole


def test_a_file_is_replaced_whole_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "file"
    write_whole(path, b"one")
    write_whole(path, b"two")

    assert path.read_bytes() == b"two"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_what_cannot_be_written_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    import resource

    path = tmp_path / "file"
    write_whole(path, b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        with pytest.raises(StateUnwritable, match="cannot write"):
            write_whole(path, b"x" * 20_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_directory_in_place_of_which_there_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateUnwritable, match="cannot write"):
        make_private_directory(tmp_path / "file" / "below")
    with pytest.raises(StateUnwritable, match="cannot write"):
        write_whole(tmp_path / "file" / "below", b"")


def test_threads_take_turns_under_a_lock(tmp_path: Path) -> None:
    inside: list[int] = []

    def enter() -> None:
        for _ in range(20):
            with locked(tmp_path / "lock"):
                inside.append(1)
                assert len(inside) == 1
                inside.pop()

    hands = [threading.Thread(target=enter) for _ in range(4)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert inside == []


def test_a_lock_that_is_not_given_back_is_told_and_a_dead_holder_gives_it_back(tmp_path: Path) -> None:
    code = "import sys\nfrom pathlib import Path\nfrom azlin.gateways.files import locked\n"
    code += "with locked(Path(sys.argv[1])):\n    print('held', flush=True); sys.stdin.read()\n"
    lock = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StateUnwritable, match="has held"), locked(lock, timeout_s=0.01):
            pass
        with pytest.raises(StateUnwritable, match="has held"), locked(lock, shared=True, timeout_s=0.01):
            pass
        holder.kill()
    with locked(lock, timeout_s=0.01):
        pass


def test_readers_share_a_lock_and_need_no_lock_file(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with locked(lock, shared=True):
        assert not lock.exists()
    lock.touch()
    with locked(lock, shared=True), locked(lock, shared=True, timeout_s=0.01):
        pass
    with pytest.raises(StateUnwritable), locked(tmp_path / "no" / "such" / "place"):
        pass
