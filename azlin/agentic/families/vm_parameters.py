"""What can be said about virtual machines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from azlin.agentic.language.filters import Where
from azlin.agentic.language.images import label_of
from azlin.agentic.language.network_traits import Opening
from azlin.agentic.language.regions import display_name


class VmParameters(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """For a creation: `names` … `disk_gb`; `image` is a URN, `ssh_key` the public key itself. `numbered`: azlin chose
    the names and may choose others. `network_of`: the machine of the same request whose new network is shared. For
    what exists: `where`, with `size` to resize to and `tags` to set.
    """

    names: tuple[str, ...] = ()
    numbered: bool = False
    count: int | None = None
    group: str | None = None
    location: str | None = None
    size: str | None = None
    image: str | None = None
    zones: tuple[str, ...] = ()
    tags: dict[str, str | None] = {}
    admin_user: str | None = None
    admin_password: str | None = None
    ssh_key: str | None = None
    public_ip: bool = False
    openings: tuple[Opening, ...] = ()
    vnet: str | None = None
    subnet: str | None = None
    nsg: str | None = None
    network_of: str | None = None
    disk_gb: int | None = None
    where: Where = Where()


def request_for(parameters: Mapping[str, Any]) -> str:
    """A request that says these parameters of a creation: what a candidate offers to type."""
    names, count = tuple(parameters.get("names") or ()), parameters.get("count")
    words = ["create", "a vm" if (count or len(names) or 1) == 1 else f"{count or len(names)} vms"]
    words += [f"called {' and '.join(names)}"] if names else []
    words += [f"with size {parameters['size']}"] if parameters.get("size") else []
    words += [f"with image {label_of(parameters['image'])}"] if parameters.get("image") else []
    words += [f"in {display_name(parameters['location'])}"] if parameters.get("location") else []
    words += [f"in resource group {parameters['group']}"] if parameters.get("group") else []
    words += [f"in vnet {parameters['vnet']}"] if parameters.get("vnet") else []
    words += [f"in subnet {parameters['subnet']}"] if parameters.get("subnet") else []
    words += [f"in zone {zone}" for zone in parameters.get("zones") or ()][:1]
    tags: Mapping[str, str] = parameters.get("tags") or {}
    words += ["tagged " + " and ".join(f"{key}={value}" for key, value in tags.items())] if tags else []
    words += ["with a public ip"] if parameters.get("public_ip") else []
    for opening in parameters.get("openings") or ():
        source = "anywhere" if opening.get("source") == "*" else opening.get("source")
        words += [f"with port {' and '.join(opening['ports'])} open" + (f" from {source}" if source else "")]
    return " ".join(words)
