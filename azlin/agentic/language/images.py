"""Operating systems and their marketplace images (URN = publisher:offer:sku:version).

Images that need a purchase plan are not listed: buying is not something to do by default.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import NamedTuple

from azlin.agentic.language.tokens import Token

_WINDOWS = "MicrosoftWindowsServer:WindowsServer"
IMAGES = {
    "Ubuntu 24.04 LTS": "Canonical:ubuntu-24_04-lts:server:latest",
    "Ubuntu 22.04 LTS": "Canonical:0001-com-ubuntu-server-jammy:22_04-lts-gen2:latest",
    "Ubuntu 20.04 LTS": "Canonical:0001-com-ubuntu-server-focal:20_04-lts-gen2:latest",
    "Debian 12": "Debian:debian-12:12-gen2:latest",
    "Debian 11": "Debian:debian-11:11-backports-gen2:latest",
    "RHEL 9": "RedHat:RHEL:9-lvm-gen2:latest",
    "RHEL 8": "RedHat:RHEL:8-lvm-gen2:latest",
    "SLES 15": "SUSE:sles-15-sp6:gen2:latest",
    "AlmaLinux 9": "almalinux:almalinux-x86_64:9-gen2:latest",
    "Azure Linux 3": "MicrosoftCBLMariner:azure-linux-3:azure-linux-3-gen2:latest",
    "Windows Server 2025": f"{_WINDOWS}:2025-datacenter-g2:latest",
    "Windows Server 2022": f"{_WINDOWS}:2022-datacenter-g2:latest",
    "Windows Server 2019": f"{_WINDOWS}:2019-datacenter-gensecond:latest",
}
DEFAULT = "Ubuntu 24.04 LTS"
_FAMILIES = {
    "ubuntu": "Ubuntu 24.04 LTS",
    "ubuntults": "Ubuntu 24.04 LTS",
    "ubuntuserver": "Ubuntu 24.04 LTS",
    "linux": "Ubuntu 24.04 LTS",
    "debian": "Debian 12",
    "rhel": "RHEL 9",
    "redhat": "RHEL 9",
    "redhatenterpriselinux": "RHEL 9",
    "sles": "SLES 15",
    "suse": "SLES 15",
    "almalinux": "AlmaLinux 9",
    "alma": "AlmaLinux 9",
    "azurelinux": "Azure Linux 3",
    "windows": "Windows Server 2022",
    "windowsserver": "Windows Server 2022",
    "win": "Windows Server 2022",
}
_URN = re.compile(r"[\w.-]+:[\w.-]+:[\w.-]+:[\w.-]+$")
_VERSION = re.compile(r"\d{1,4}(\.\d{1,2})?$")
_LONGEST = 5


class Image(NamedTuple):
    """An image that was read: its URN (None when there is no such version), what to call it, and the index after it.
    `chosen` is True when the words left the version open."""

    urn: str | None
    label: str
    end: int
    chosen: bool = False


def urn_of(text: str) -> str | None:
    """The URN of an image by name, alias or URN; None when unknown."""
    if _URN.match(text.strip()):
        return text.strip()
    return _by_name(_squeezed(text))


def read_image(tokens: Sequence[Token], start: int) -> Image | None:
    """The image that begins at `start`, the longest name first."""
    if tokens[start].kind == "word" and _URN.match(tokens[start].text):
        return Image(tokens[start].text, tokens[start].text, start + 1)
    for end in range(min(start + _LONGEST, len(tokens)), start, -1):
        if any(token.kind in ("comma", "symbol") for token in tokens[start:end]):
            continue
        name = _squeezed("".join(token.low for token in tokens[start:end]))
        urn = _by_name(name)
        if urn is None:
            continue
        following = tokens[end].low if end < len(tokens) else ""
        if name in _FAMILIES and _VERSION.match(following) and (name != "linux"):
            said = " ".join(token.text for token in tokens[start : end + 1])
            return Image(None, said, end + 1)
        return Image(urn, label_of(urn), end, chosen=name in _FAMILIES)
    return None


def _squeezed(text: str) -> str:
    bare = re.sub(r"[\s_\-.]", "", text.casefold())
    return bare.removesuffix("lts") if bare != "ubuntults" else bare


_NAMES = {_squeezed(name): urn for name, urn in IMAGES.items()}


def _by_name(name: str) -> str | None:
    if name in _FAMILIES:
        return IMAGES[_FAMILIES[name]]
    for short, long in (("redhat", "rhel"), ("suse", "sles"), ("ubuntuserver", "ubuntu"), ("win20", "windowsserver20")):
        if name.startswith(short):
            name = long + name.removeprefix(short)
            break
    if re.fullmatch(r"windows20\d\d", name):
        name = name.replace("windows", "windowsserver")
    return _NAMES.get(name.removesuffix("datacenter"))


def label_of(urn: str) -> str:
    return next((name for name, known in IMAGES.items() if known == urn), urn)


def is_windows(urn: str) -> bool:
    return "windows" in urn.casefold()


def near(text: str, count: int = 3) -> list[str]:
    """The names of the images nearest to a text."""
    by_name = {name.casefold(): name for name in IMAGES}
    close = [by_name[name] for name in get_close_matches(text.casefold(), by_name, n=count, cutoff=0.4)]
    first = text.casefold().split()[:1]
    same = [name for name in IMAGES if first and name.casefold().startswith(first[0])]
    return list(dict.fromkeys([*same, *close, DEFAULT]))[:count]
