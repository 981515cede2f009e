"""SSH public keys: the one that was named, the user's own, or one made for azlin.

Private keys are never read, except that a made one is written (PKCS #8 in OpenSSH's form, mode 0600) and stays where
it is. A public key is one line, `TYPE BASE64 COMMENT` (RFC 4253 §6.6); the type stands inside the base64 too, which is
what `az vm create --ssh-key-values` and Azure check.
"""

from __future__ import annotations

import base64
import binascii
import os
import struct
from dataclasses import dataclass
from pathlib import Path

from azlin.errors import NotFound, UsageRefused
from azlin.gateways.files import write_whole
from azlin.paths import Paths

TYPES = frozenset({"ssh-rsa", "ssh-ed25519"})
"""The key types that Azure takes for a Linux VM."""
USUAL = ("id_ed25519.pub", "id_rsa.pub")
LENGTH_MAX = 16_384


@dataclass(frozen=True)
class SshKey:
    """`text` is the public key, one line; `origin` says in words where it comes from."""

    text: str
    origin: str


def public_key(paths: Paths, named: str | None = None, *, user_home: Path | None = None) -> SshKey:
    """The key for a new machine.

    `named` is a path to a public key, or the key itself; None takes the user's own from `~/.ssh`, else the one azlin
    made, else makes one. Raises NotFound for a path without a file, UsageRefused for what is no public key,
    StateUnwritable when one has to be made and cannot be written.
    """
    if named is not None:
        return _named(named)
    home = Path.home() if user_home is None else user_home
    for name in USUAL:
        path = home / ".ssh" / name
        if path.is_file():
            return SshKey(_read(path), f"{_short(path)} (no key was named; set one with [defaults] ssh_key)")
    return _own(paths)


def _named(named: str) -> SshKey:
    if named.split(" ", maxsplit=1)[0] in TYPES or named.startswith("ecdsa-"):
        return SshKey(_checked(named, "the key in the request"), "from the request or the configuration")
    path = Path(named).expanduser()
    if not path.is_file():
        raise NotFound(f"there is no public key at {named}", fix="name a file that ends in .pub, or leave it out")
    return SshKey(_read(path), _short(path))


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(LENGTH_MAX)
    except OSError as refused:
        raise NotFound(f"the public key at {path} cannot be read", why=refused.strerror or "") from None
    if b"PRIVATE KEY" in content:
        raise UsageRefused(f"{path} is a private key, which is never sent anywhere", fix=f"name {path}.pub")
    return _checked(content.decode("utf-8", "replace"), str(path))


def _checked(text: str, where: str) -> str:
    """The key on one line, if it is one that Azure takes."""
    line = text.strip()
    kind, _, rest = line.partition(" ")
    if "\n" in line or kind not in TYPES or _inner_type(rest.split(" ", maxsplit=1)[0]) != kind:
        raise UsageRefused(
            f"{where} is not an SSH public key that Azure takes",
            why=f"it takes {' and '.join(sorted(TYPES))}, one line",
        )
    return line


def _inner_type(encoded: str) -> str | None:
    try:
        data = base64.b64decode(encoded, validate=True)
        (length,) = struct.unpack(">I", data[:4])
        return data[4 : 4 + length].decode("ascii")
    except (binascii.Error, struct.error, UnicodeDecodeError):
        return None


def _own(paths: Paths) -> SshKey:
    """The key azlin made before, or a new one: Ed25519, without a passphrase, private to its owner."""
    private, public = paths.home / "ssh" / "id_ed25519", paths.home / "ssh" / "id_ed25519.pub"
    if public.is_file() and private.is_file():
        return SshKey(_read(public), f"{_short(public)} (made by azlin earlier)")
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    paths.prepare()
    if private.is_file():
        loaded = serialization.load_ssh_private_key(private.read_bytes(), password=None)
        key = loaded if isinstance(loaded, Ed25519PrivateKey) else Ed25519PrivateKey.generate()
    else:
        key = Ed25519PrivateKey.generate()
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    line = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    text = f"{line.decode()} azlin"
    write_whole(private, secret)
    write_whole(public, f"{text}\n".encode())
    return SshKey(text, f"{_short(public)} (no key was found in ~/.ssh, so one was made; ssh -i {_short(private)} …)")


def _short(path: Path) -> str:
    home = os.path.expanduser("~")  # noqa: PTH111 - compared as text
    text = str(path)
    return f"~{text[len(home) :]}" if text.startswith(home + os.sep) else text
