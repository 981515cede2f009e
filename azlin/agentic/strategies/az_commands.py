"""Operation → the one az command that carries it out.

The command that people know is used where it says exactly what the operation says; everything else is `az rest`, which
can say anything. URLs are relative: az puts the endpoint of its own cloud in front of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from azlin.agentic.acts import REPEATABLE
from azlin.agentic.command_executor import Command
from azlin.agentic.strategies.az_forms import form_of, options, plain
from azlin.agentic.types import GROUP_TYPE, Operation, ResourceRef
from azlin.gateways.arm_id import quoted

VM_TYPE = "microsoft.compute/virtualmachines"

DELETES: dict[str, tuple[str, ...]] = {
    VM_TYPE: ("vm", "delete", "--yes"),
    "microsoft.compute/disks": ("disk", "delete", "--yes"),
    "microsoft.network/virtualnetworks": ("network", "vnet", "delete"),
    "microsoft.network/virtualnetworks/subnets": ("network", "vnet", "subnet", "delete"),
    "microsoft.network/networksecuritygroups": ("network", "nsg", "delete"),
    "microsoft.network/networksecuritygroups/securityrules": ("network", "nsg", "rule", "delete"),
    "microsoft.network/publicipaddresses": ("network", "public-ip", "delete"),
    "microsoft.network/networkinterfaces": ("network", "nic", "delete"),
    "microsoft.storage/storageaccounts": ("storage", "account", "delete", "--yes"),
    "microsoft.storage/storageaccounts/blobservices/containers": ("storage", "container-rm", "delete", "--yes"),
}
"""Types whose own delete command takes `--ids`; `--yes` where az would ask, because somebody has said yes already."""

VM_ACTIONS = {"start": "start", "poweroff": "stop", "deallocate": "deallocate", "restart": "restart"}
"""ARM's name of the action → az's."""

Version = Callable[[], "str | None"]
"""Says the api-version of the target's type, None if only the cloud knows it; asked only where it is needed."""

UNKNOWN_SUBSCRIPTION = "{subscriptionId}"
"""`az rest` puts the signed-in subscription in its place."""

_SAFE_ID = re.compile(r"[A-Za-z0-9_./()-]+")


def ensuring(operation: Operation, version: Version) -> Command:
    """The command that makes the target be as desired."""
    if operation.effect == "creates" and (argv := _create(operation)) is not None:
        return Command(argv, repeatable=True)
    target, desired = operation.target, operation.desired
    if _changes_part(operation):
        if (size := _size_only(desired)) is not None and _SAFE_ID.fullmatch(id_of(target)):
            return Command(("az", "vm", "resize", "--ids", id_of(target), "--size", size), repeatable=True)
        return Command(rest("patch", id_of(target), version()), desired, repeatable=True)
    return Command(rest("put", id_of(target), version()), desired, repeatable=True)


def method_of(operation: Operation) -> Any:
    """The HTTP method of an `ensure` that is sent with `az rest`."""
    return "PATCH" if _changes_part(operation) else "PUT"


def deleting(operation: Operation, version: Version) -> Command:
    target = operation.target
    if target.type.casefold() == GROUP_TYPE.casefold() and plain(target.name) is not None:
        return Command(("az", "group", "delete", "-n", target.name, "--yes", *_subscription(target)), repeatable=True)
    words = DELETES.get(target.type.casefold())
    if words is not None and _SAFE_ID.fullmatch(id_of(target)):
        return Command(("az", *words, "--ids", id_of(target)), repeatable=True)
    return Command(rest("delete", id_of(target), version()), repeatable=True)


def acting(operation: Operation, version: Version) -> Command:
    target, action = operation.target, str(operation.desired["action"])
    body = operation.desired.get("body")
    repeatable = action.casefold() in REPEATABLE
    word = VM_ACTIONS.get(action.casefold()) if target.type.casefold() == VM_TYPE and not body else None
    if word is not None and _SAFE_ID.fullmatch(id_of(target)):
        return Command(("az", "vm", word, "--ids", id_of(target)), repeatable=repeatable)
    return Command(rest("post", f"{id_of(target)}/{action}", version()), body, repeatable=repeatable)


def rest(method: str, path: str, api_version: str | None, *, expand: str | None = None) -> tuple[str, ...]:
    """`az rest` for a path below the cloud's Resource Manager."""
    query = f"api-version={api_version or '{the newest stable one, as Azure says}'}"
    place = quoted(path).replace("%7B", "{").replace("%7D", "}")  # what is still open keeps its braces
    return get_or(method, f"{place}?{query}" + (f"&$expand={expand}" if expand else ""))


def get_or(method: str, url: str) -> tuple[str, ...]:
    return ("az", "rest", "--method", method, "--url", url)


def is_rest(command: Command) -> bool:
    return command.argv[1] == "rest"


def _create(operation: Operation) -> tuple[str, ...] | None:
    target = operation.target
    form = form_of(target.type)
    said = options(form, operation.desired) if form is not None else None
    if form is None or said is None:
        return None
    names = target.name.split("/")
    named: list[str] = []
    for option, name in zip(form.names, names, strict=True):
        if plain(name) is None or (option is None and name != "default"):
            return None
        named += [option, name] if option is not None else []
    if form.grouped:
        if target.group is None or plain(target.group) is None:
            return None
        named += ["-g", target.group]
    return ("az", *form.command.split(), *named, *said, *_subscription(target))


def _changes_part(operation: Operation) -> bool:
    """A virtual machine without a location is a part of one: ARM refuses such a PUT (LocationRequired)."""
    return (
        operation.effect == "changes"
        and operation.target.type.casefold() == VM_TYPE
        and "location" not in operation.desired
    )


def _size_only(desired: dict[str, Any]) -> str | None:
    match desired:
        case {"properties": {"hardwareProfile": {"vmSize": str() as size, **others_in}, **others}, **more}:
            return plain(size) if not (others_in or others or more) else None
        case _:
            return None


def _subscription(target: ResourceRef) -> tuple[str, ...]:
    return ("--subscription", target.subscription) if target.subscription is not None else ()


def id_of(target: ResourceRef) -> str:
    if target.subscription is not None:
        return target.id
    return ResourceRef(type=target.type, name=target.name, group=target.group, subscription=UNKNOWN_SUBSCRIPTION).id
