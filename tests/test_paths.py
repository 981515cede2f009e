"""Where azlin keeps things, private to their owner."""

import stat

import pytest

from azlin.errors import StateUnwritable
from azlin.paths import Paths


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
