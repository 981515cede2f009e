"""State is private, and a write happens at once or not at all."""

import stat
from pathlib import Path

import pytest

from azlin.errors import StateUnwritable
from azlin.paths import Paths, write_private


def test_the_home_directory_is_private_to_its_owner(tmp_path):
    paths = Paths(tmp_path / "a" / "home")
    paths.prepare()
    assert stat.S_IMODE(paths.home.stat().st_mode) == 0o700


def test_a_home_that_cannot_be_made_is_told_with_the_reason(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StateUnwritable) as caught:
        Paths(tmp_path / "file" / "home").prepare()
    assert "AZLIN_HOME" in caught.value.fix
    assert caught.value.why


def test_azlin_home_moves_everything(tmp_path, monkeypatch):
    monkeypatch.setenv("AZLIN_HOME", str(tmp_path / "here"))
    assert Paths.from_environment().config == tmp_path / "here" / "config.toml"


def test_a_private_write_is_0600_whatever_was_there(tmp_path):
    target = tmp_path / "file"
    target.write_text("old")
    target.chmod(0o644)
    write_private(target, b"new")
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_a_write_that_fails_leaves_the_old_content_and_nothing_beside_it(tmp_path):
    target: Path = tmp_path / "file"
    target.mkdir()
    with pytest.raises(StateUnwritable):
        write_private(target, b"new")
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]
