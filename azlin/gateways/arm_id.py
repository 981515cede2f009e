"""ARM ids as addresses: what type they name, how they are written in a URL, and which 404 is about them."""

from __future__ import annotations

from urllib.parse import quote

from azlin.agentic.types import GROUP_TYPE, ResourceRef

ENVELOPES = "microsoft.resources/resources"
SUBSCRIPTIONS = "microsoft.resources/subscriptions"


def type_of(resource_id: str) -> str:
    """The type that an id names, at any scope. Raises ValueError when it names none."""
    try:
        return ResourceRef.from_id(resource_id).type
    except ValueError:
        parts = resource_id.strip("/").split("/")
        folded = [part.casefold() for part in parts]
        if folded[0] == "subscriptions" and len(parts) == 2:
            return "Microsoft.Resources/subscriptions"
        # Keywords stand at even places, names at odd ones: a resource may be called "providers".
        starts = [at for at in range(0, len(parts), 2) if folded[at] == "providers"]
        if not starts:
            raise
        tail = parts[starts[-1] + 1 :]
        if len(tail) < 3:
            raise
        return "/".join([tail[0], *tail[1::2]])


def collection(type_: str, subscription: str, group: str | None = None) -> str:
    """Where the resources of a top-level type are listed, in the subscription or in one group.

    `Microsoft.Resources/resources` is every resource's envelope.
    """
    folded = type_.casefold()
    if folded == SUBSCRIPTIONS:
        return "/subscriptions"
    root = f"/subscriptions/{subscription}"
    if folded == GROUP_TYPE.casefold():
        return f"{root}/resourcegroups"
    if group is not None:
        root += f"/resourceGroups/{group}"
    return f"{root}/resources" if folded == ENVELOPES else f"{root}/providers/{type_}"


def says_absent(code: str, type_: str) -> bool:
    """Whether a 404's code says that a resource of this type (or the group or parent that it is in) does not exist.

    `ResourceNotFound`, `ResourceGroupNotFound`, `ParentResourceNotFound`, `NotFound`, and codes made of the resource's
    own kind (`RoleAssignmentNotFound` for …/roleAssignments/…). Not `SubscriptionNotFound`, `InvalidResourceNamespace`.
    """
    stem = code.casefold().removesuffix("notfound").removesuffix("doesnotexist")
    if stem == code.casefold():
        return False
    if stem in ("", "resource", "resourcegroup", "parentresource"):
        return True
    kinds = type_.casefold().split("/")[1:]
    return len(stem) > 3 and any(kind.startswith(stem[:-1]) for kind in kinds)


def quoted(path: str) -> str:
    """An id as the path of a URL: names may hold spaces, `#` and other letters, and are not quoted yet."""
    return "/" + quote(path.strip("/"), safe="/:@!$&'()*+,;=~-._")
