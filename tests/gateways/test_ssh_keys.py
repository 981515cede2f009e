from __future__ import annotations

import stat
from pathlib import Path

import pytest

from azlin.errors import NotFound, StateUnwritable, UsageRefused
from azlin.gateways.ssh_keys import public_key
from azlin.paths import Paths

ED25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl anna@home"


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "azlin")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "user/.ssh").mkdir(parents=True)
    return tmp_path / "user"


def test_the_users_own_key_comes_first(paths: Paths, home: Path):
    (home / ".ssh/id_ed25519.pub").write_text(ED25519 + "\n")
    key = public_key(paths, user_home=home)
    assert key.text == ED25519
    assert "id_ed25519.pub" in key.origin
    assert not paths.home.exists()


def test_without_one_a_key_is_made_once_and_kept_private(paths: Paths, home: Path):
    made = public_key(paths, user_home=home)
    assert made.text.startswith("ssh-ed25519 AAAA")
    assert public_key(paths, user_home=home).text == made.text
    private = paths.home / "ssh/id_ed25519"
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert stat.S_IMODE(private.parent.stat().st_mode) == 0o700
    assert b"OPENSSH PRIVATE KEY" in private.read_bytes()


def test_a_made_key_whose_public_half_is_lost_is_told_again_from_the_private_one(paths: Paths, home: Path):
    made = public_key(paths, user_home=home)
    (paths.home / "ssh/id_ed25519.pub").unlink()
    assert public_key(paths, user_home=home).text == made.text


def test_a_named_file_and_a_key_itself_are_taken(paths: Paths, home: Path):
    file = home / "work.pub"
    file.write_text(ED25519)
    assert public_key(paths, str(file)).text == ED25519
    assert public_key(paths, ED25519).text == ED25519


def test_a_missing_file_is_not_found(paths: Paths, home: Path):
    with pytest.raises(NotFound):
        public_key(paths, str(home / "nope.pub"))


def test_a_private_key_is_never_taken(paths: Paths, home: Path):
    file = home / "id_ed25519"
    file.write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nsecret\n-----END OPENSSH PRIVATE KEY-----\n")
    with pytest.raises(UsageRefused) as refused:
        public_key(paths, str(file))
    assert "secret" not in f"{refused.value.what} {refused.value.why} {refused.value.fix}"


@pytest.mark.parametrize(
    "text",
    [
        "ssh-ed25519",
        "ssh-ed25519 not-base64!",
        "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl",
        "ssh-dss AAAAB3NzaC1kc3MAAACB",
        f"{ED25519}\n{ED25519}",
        "hello",
    ],
)
def test_what_azure_would_refuse_is_refused(paths: Paths, home: Path, text: str):
    file = home / "key.pub"
    file.write_text(text)
    with pytest.raises(UsageRefused):
        public_key(paths, str(file))


def test_an_unwritable_home_says_so(home: Path, tmp_path: Path):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    with pytest.raises(StateUnwritable):
        public_key(Paths(in_the_way / "azlin"), user_home=home)
