"""Phrases about a machine: size, image, admin user, keys, disk, and what only hints at a size."""

from __future__ import annotations

import re

from azlin.agentic.language import images, sizes
from azlin.agentic.language.kinds import read_kind
from azlin.agentic.language.phrase import FUNCTION_WORDS, Phrase, Tokens

_KEY_TYPES = re.compile(r"ssh-(rsa|ed25519)$|ecdsa-sha2-nistp\d+$")
_AMOUNT = re.compile(r"(?P<number>\d{1,5}(?:\.\d)?)(?P<unit>[a-z]*)$")
_CPUS = frozenset({"cpu", "cpus", "vcpu", "vcpus", "core", "cores", "v-cpus", "processors"})
_GIGABYTES = frozenset({"gb", "gib", "gigs", "gigabytes", "g"})
_VAGUE = frozenset(
    [
        "small",
        "smaller",
        "tiny",
        "big",
        "bigger",
        "large",
        "larger",
        "huge",
        "cheap",
        "cheaper",
        "cheapest",
        "medium",
        "powerful",
        "fast",
    ]
)
_WITH = ("with", "and", "using", "having", "of", "from", "on", "running", "based on")


def read_vm_size(tokens: Tokens, start: int) -> Phrase | None:
    """`Standard_D2s_v3`, `d2s v3`, `of size B2s`, `--size X`. After a keyword whatever follows is taken as the size."""
    at = tokens.skip(start, {"of", "with", "to", "a", "the", "using"})
    keyword = tokens.after(at, "vm size", "size of", "size", "sized", "sku", "--size")
    found = sizes.read_size(tokens.tokens, start) if start < len(tokens) else None
    if found:
        return Phrase("size", found.name, start, found.end)
    if keyword is None or keyword >= len(tokens) or tokens.tokens[keyword].kind not in ("word", "quoted"):
        return _size_after_to(tokens, start)
    keyword = tokens.skip(keyword, {"is"})
    found = sizes.read_size(tokens.tokens, keyword)
    if found:
        return Phrase("size", found.name, start, found.end)
    if tokens.low(keyword) in FUNCTION_WORDS or tokens.low(keyword) in _VAGUE:
        return None
    if tokens.low(at) == "sku":
        return None
    return Phrase("size", sizes.canonical(tokens.text(keyword)) or tokens.text(keyword), start, keyword + 1)


def _size_after_to(tokens: Tokens, start: int) -> Phrase | None:
    """`to D4s_v3`; also `to F4`, where only `to` or `size` makes it a size."""
    if tokens.low(start) != "to" or start + 1 >= len(tokens):
        return None
    found = sizes.read_size(tokens.tokens, start + 1)
    if found:
        return Phrase("size", found.name, start, found.end)
    name = sizes.canonical(tokens.low(start + 1))
    return Phrase("size", name, start, start + 2) if name else None


def read_image(tokens: Tokens, start: int) -> Phrase | None:
    """`ubuntu 22.04`, `with image debian 12`, `running windows server 2022`, `--image URN`. The value is an Image; its
    URN is None when there is no such image."""
    at = tokens.skip(start, {"with", "from", "using", "the", "a", "an", "of", "on", "and"})
    keyword = tokens.after(at, "operating system", "image", "os image", "os", "--image", "vm image")
    if keyword is not None:
        at = tokens.skip(keyword, {"of", "is", "called"})
        if at >= len(tokens) or tokens.tokens[at].kind not in ("word", "quoted") or tokens.low(at) in ("disk", "disks"):
            return None
        found = images.read_image(tokens.tokens, at)
        if found is None:
            found = images.Image(None, tokens.text(at), at + 1)
    else:
        at = tokens.skip(start, {"with", "from", "running", "using", "based", "on"})
        found = images.read_image(tokens.tokens, at) if at < len(tokens) else None
    if found is None:
        return None
    end = tokens.skip(found.end, {"image"})
    return Phrase("image", found, start, end)


def read_ssh_key(tokens: Tokens, start: int) -> Phrase | None:
    """`with ssh key ~/.ssh/id.pub`, `using the key ssh-ed25519 AAAA…`, `with my ssh key` (a value of None)."""
    at = tokens.skip(start, {"with", "using", "and", "the", "my", "a", "public"})
    keyword = tokens.after(at, "ssh public key", "ssh key", "ssh-key", "public key", "key", "--ssh-key-values")
    if keyword is None:
        return None
    at = tokens.skip(keyword, {"file", "at", "from", "in", "is"})
    if _KEY_TYPES.match(tokens.low(at)) and tokens.text(at + 1).startswith("AAAA"):
        end = at + 3 if "@" in tokens.text(at + 2) else at + 2
        return Phrase("ssh_key", tokens.said(at, end), start, end)
    if _is_key_or_path(tokens.text(at)):
        return Phrase("ssh_key", tokens.text(at), start, at + 1)
    mine = tokens.said(start, keyword).casefold()
    return Phrase("ssh_key", None, start, keyword) if "my" in mine and at == keyword else None


def _is_key_or_path(text: str) -> bool:
    return bool(_KEY_TYPES.match(text.split(" ", maxsplit=1)[0])) or "/" in text or text.endswith(".pub")


def read_admin(tokens: Tokens, start: int) -> Phrase | None:
    """`with admin user anna`, `as user anna`, `with the password {secret:password}`."""
    at = tokens.skip(start, {"with", "using", "and", "the", "an", "a", "as"})
    secret = tokens.after(at, "administrator password", "admin password", "admin-password", "password")
    if secret is not None:
        at = tokens.skip(secret, {"is", "=", ":", "of"})
        if at < len(tokens) and tokens.tokens[at].kind == "secret":
            return Phrase("admin_password", tokens.text(at), start, at + 1)
        return None
    keyword = tokens.after(
        at,
        *("administrator username", "admin user name", "admin username", "admin user", "admin name", "user name"),
        *("username", "user", "admin", "administrator", "login"),
    )
    if keyword is None:
        return None
    at = tokens.skip(keyword, {"called", "named", "is", "name"})
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}", tokens.text(at)) or tokens.low(at) in FUNCTION_WORDS:
        return None
    return Phrase("admin_user", tokens.text(at), start, at + 1)


def read_amount(tokens: Tokens, start: int) -> Phrase | None:
    """`2 cpus`, `8 GB of ram`, `a 64 GB os disk`, `a small` (a size is meant, and which one must be asked)."""
    at = tokens.skip(start, {"with", "and", "having", "a", "an", "of", "at", "least"})
    if tokens.low(at) in _VAGUE and _before_kind(tokens, at):
        return Phrase("shape", {}, start, at + 1)
    if (wide := tokens.after(at, "os disk of", "os disk size", "disk of")) is not None:
        at = wide
    found = _AMOUNT.match(tokens.low(at))
    if found is None or "." in found["number"]:
        return None
    unit, end = (found["unit"], at + 1) if found["unit"] else (tokens.low(at + 1), at + 2)
    number = int(found["number"])
    if unit in _CPUS:
        return Phrase("shape", {"vcpus": number}, start, end)
    if unit not in _GIGABYTES:
        return None
    disk = end if wide is not None else tokens.after(tokens.skip(end, {"of"}), "os disk", "disk")
    if disk is not None:
        return Phrase("disk_gb", number, start, disk)
    return Phrase("shape", {"memory_gib": number}, start, tokens.skip(end, {"of", "ram", "memory"}))


def _before_kind(tokens: Tokens, at: int) -> bool:
    return any(read_kind(tokens.tokens, at + n) for n in (1, 2) if at + n < len(tokens))
