"""Virtual machines: create, list, show, count, start, stop, restart, resize, tag, delete."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from azlin.agentic.acts import power_of
from azlin.agentic.families import Keys, Sizes
from azlin.agentic.families.choosing import rows_of
from azlin.agentic.families.completion import Completion, aim_in_words, names_in_words, place_in_words
from azlin.agentic.families.cures import Case, Cure
from azlin.agentic.families.naming import RESERVED_USERS, WINDOWS_COMPUTER_NAME_MAX, broken_rule, twice
from azlin.agentic.families.vm_acts import plan_act
from azlin.agentic.families.vm_creation import plan_creation
from azlin.agentic.families.vm_cures import vm_cures, with_changes
from azlin.agentic.families.vm_parameters import VmParameters, request_for
from azlin.agentic.families.vm_removal import plan_removal
from azlin.agentic.language import images, sizes
from azlin.agentic.language.filters import Where, group_of, size_of, tags_of
from azlin.agentic.language.kinds import BY_NAME
from azlin.agentic.language.regions import display_name
from azlin.agentic.types import Candidate, Intent, Operation, Plan
from azlin.agentic.world import World
from azlin.errors import AzlinError
from azlin.settings import Defaults

VM = BY_NAME["vm"]
COUNT_MAX = 100
DEFAULT_SIZE = "Standard_B2s"
DEFAULT_USER = "azureuser"
_DOING = {"deallocate": "stop (deallocate)", "power-off": "power off", "untag": "remove tags from", "list": "list"}


class VirtualMachines:
    name = "virtual-machines"
    parameters: type[msgspec.Struct] = VmParameters
    actions = frozenset(
        {
            *("create", "list", "show", "count", "start", "deallocate", "power-off", "restart", "resize", "delete"),
            *("tag", "untag"),
        }
    )
    examples = (
        "create a new vm called Sam",
        "create 2 Standard_D2s_v3 VMs named web1 and web2 in West Europe in resource group web, tagged env=test",
        "create a debian 12 vm called db1 in uksouth with a public ip and open port 22 from 203.0.113.7",
        "show me all my vms",
        "which vms are running in westeurope?",
        "how many vms do I have?",
        "show vm Sam",
        "start vm Sam",
        "stop all test vms",
        "stop all vms in group web except web1",
        "power off vm Sam",
        "restart web1 and web2",
        "resize vm Sam to Standard_D4s_v3",
        "tag vm Sam with owner=anna",
        "delete vm Sam",
    )

    def __init__(self, keys: Keys, sizes: Sizes) -> None:
        self._keys = keys
        self._sizes = sizes

    def complete(self, intent: Intent, defaults: Defaults) -> Intent:
        filling = Completion(intent, defaults)
        if intent.action == "create":
            return self._complete_creation(filling)
        where = msgspec.convert(filling.parameters.get("where", {}), Where)
        if where.label:
            filling.assume(
                f"{where.label} {VM.plural} are those tagged env={where.label} (or environment={where.label}) or with "
                f"{where.label!r} in the name"
            )
        if intent.action == "resize":
            self._check_size(filling, where.names)
            filling.assume("a running VM restarts when its size changes")
        if intent.action in ("tag", "untag") and not filling.parameters.get("tags"):
            filling.ask(
                "Which tag should be set?", Candidate(text="tag vm Sam with env=test", because="a tag is needed")
            )
        doing = _DOING.get(intent.action, intent.action)
        return filling.finish(f"{doing} {aim_in_words(VM, where)}", self.parameters)

    def _complete_creation(self, filling: Completion) -> Intent:
        parameters = filling.parameters
        self._settle_names(filling)
        group = filling.settle_group()
        if problem := broken_rule("group", group):
            filling.ask(f"{problem}.")
        location = filling.settle_location()
        shape: dict[str, Any] | None = parameters.pop("shape", None)
        if shape is not None and "size" not in parameters:
            self._ask_for_size(filling, shape, location)
        elif shape is not None:
            filling.ask(f"A size ({parameters['size']}) and CPUs or memory were both given. Which counts?")
        filling.settle("size", filling.defaults.vm_size, DEFAULT_SIZE, "size {value} (no size was named; {why})")
        self._check_size(filling, ())
        self._settle_image(filling)
        self._settle_user(filling)
        self._settle_access(filling)
        names = parameters["names"]
        summary = f"create {VM.counted(len(names))} ({names_in_words(names)}) {place_in_words(group, location)}"
        return filling.finish(summary, self.parameters)

    def _settle_names(self, filling: Completion) -> None:
        names, count = list(filling.parameters.get("names", ())), filling.parameters.pop("count", None)
        if len(names) > COUNT_MAX or (count is not None and not 0 < count <= COUNT_MAX):
            filling.ask(f"azlin makes 1 to {COUNT_MAX} VMs in one request. How many are wanted?")
            count, names = None, names[:1]
        if not names:
            names = [f"vm{number}" for number in range(1, (count or 1) + 1)]
            filling.parameters["numbered"] = True
            filling.assume(f"named {names_in_words(names)} (no name was given; the next free numbers are taken)")
        elif count is not None and count != len(names):
            if len(names) == 1:
                names = [f"{names[0]}{number}" for number in range(1, count + 1)]
                filling.assume(
                    f"named {names_in_words(names)} (one name was given for {count} VMs, so they are numbered)"
                )
            else:
                filling.ask(f"{count} VMs were asked for, and {len(names)} were named. Which is it?")
        for problem in filter(None, (broken_rule("vm", name) for name in names)):
            filling.ask(f"{problem}.")
        if again := twice(tuple(names)):
            filling.ask(f"{again} is named twice. What should the other one be called?")
        filling.parameters["names"] = names

    def _check_size(self, filling: Completion, names: tuple[str, ...]) -> None:
        size = filling.parameters.get("size")
        location = filling.parameters.get("location") or filling.defaults.location or "westeurope"
        if size is None:
            filling.ask(
                "Which size should it be?",
                Candidate(text="resize vm Sam to Standard_D2s_v3", because="a size is needed"),
            )
            return
        monthly = self._sizes(location)
        name = sizes.canonical(size)
        if name is not None:
            filling.parameters["size"] = name
            if monthly and name not in monthly:
                filling.assume(
                    f"{name} is not in azlin's price table for {location}; whether it exists there, Azure says"
                )
            return
        near = sizes.nearest(size, monthly or self._sizes("eastus"))
        told = ", ".join(f"{known} (${price:,.2f} a month)" for known, price in near)
        filling.ask(
            f"There is no VM size {size!r}. Nearest: {told}." if told else f"There is no VM size {size!r}.",
            *(
                Candidate(text=self._sentence(filling, known, names), because="a valid size", monthly=price)
                for known, price in near
            ),
        )

    def _ask_for_size(self, filling: Completion, shape: dict[str, Any], location: str) -> None:
        vcpus, memory_gib = shape.get("vcpus"), shape.get("memory_gib")
        fitting = sizes.with_shape(vcpus, memory_gib, self._sizes(location) or self._sizes("eastus"))
        told = ", ".join(f"{name} (${price:,.2f} a month)" for name, price in fitting)
        wish = " and ".join(
            part for part in (f"{vcpus} vCPUs" if vcpus else "", f"{memory_gib} GiB" if memory_gib else "") if part
        )
        filling.ask(
            f"Which size with {wish or 'what was said'} should it be? Cheapest: {told}."
            if told
            else "Which size should it be?",
            *(
                Candidate(text=self._sentence(filling, name, ()), because=_shape_in_words(name), monthly=price)
                for name, price in fitting
            ),
        )

    def _sentence(self, filling: Completion, size: str, names: tuple[str, ...]) -> str:
        if filling.intent.action == "resize":
            return f"resize vm {' and '.join(names) or 'NAME'} to {size}"
        return request_for(filling.intent.parameters | {"size": size})

    def _settle_image(self, filling: Completion) -> None:
        named = filling.parameters.get("image")
        configured = filling.defaults.image
        image = filling.settle(
            "image",
            configured,
            images.IMAGES[images.DEFAULT],
            "image {value} (no image was named; {why})",
        )
        urn = images.urn_of(image)
        if urn is None:
            known = images.near(image)
            filling.ask(
                f"There is no image {image!r} in azlin's list. Nearest: {', '.join(known)}; a URN "
                "(publisher:offer:sku:version) works too.",
                *(
                    Candidate(text=request_for({**filling.intent.parameters, "image": name}), because="a known image")
                    for name in known
                ),
            )
            return
        filling.parameters["image"] = urn
        if named is not None and ":" not in named:
            filling.assume(f"image {urn} ({named})")

    def _settle_user(self, filling: Completion) -> None:
        user = filling.settle("admin_user", filling.defaults.admin_user, DEFAULT_USER, "admin user {value} ({why})")
        if user.casefold() in RESERVED_USERS or not re.fullmatch(r"[a-z_][a-z0-9_-]{0,31}", user, re.IGNORECASE):
            filling.ask(f"Azure does not allow {user!r} as the admin user. Which name should it be?")

    def _settle_access(self, filling: Completion) -> None:
        """Keys or a password, the public address and the open ports, each told."""
        parameters = filling.parameters
        if images.is_windows(str(parameters.get("image", ""))):
            parameters.pop("ssh_key", None)
            if not parameters.get("admin_password"):
                filling.ask(
                    "A Windows VM needs an administrator password: add “with admin password …” (it is kept nowhere)."
                )
            for name in parameters["names"]:
                if len(name) > WINDOWS_COMPUTER_NAME_MAX:
                    filling.ask(f"{name} is too long for a Windows computer ({WINDOWS_COMPUTER_NAME_MAX} characters).")
        elif filling.questions:
            parameters.pop("ssh_key", None)
        else:
            try:
                key = self._keys(parameters.get("ssh_key") or filling.defaults.ssh_key)
            except AzlinError as refused:
                filling.ask(f"{refused.what}. Which public key should it be?")
                parameters.pop("ssh_key", None)
            else:
                parameters["ssh_key"] = key.text
                filling.assume(f"SSH key {key.origin}")
        if not parameters.get("public_ip"):
            filling.assume("no public IP address (add “with a public ip” to have one)")
        self._tell_openings(filling)

    def _tell_openings(self, filling: Completion) -> None:
        openings: list[dict[str, Any]] = filling.parameters.get("openings") or []
        if not openings:
            filling.assume("no inbound port is open (add “open port 22 from YOUR-ADDRESS” to open one)")
        for opening in openings:
            ports = ", ".join(opening["ports"])
            if opening.get("source") is None:
                filling.ask(f"From where should port {ports} be open? An address, a range, or “from anywhere”.")
            elif opening["source"] == "*":
                filling.assume(f"WARNING: port {ports} will be open to the whole internet, as asked")

    def plan(self, intent: Intent, world: World) -> Plan:
        wanted = msgspec.convert(intent.parameters, VmParameters)
        if intent.action == "create":
            return plan_creation(wanted, world)
        if intent.action == "delete":
            return plan_removal(wanted.where, world)
        return plan_act(intent.action, wanted, world)

    def cures(self, case: Case) -> tuple[Cure, ...]:
        return vm_cures(case, self._sizes)

    def changed(self, case: Case, changes: Mapping[str, str]) -> Intent:
        return with_changes(case, changes)

    def rows(self, intent: Intent, operation: Operation, raw: Any) -> Any:  # noqa: ARG002 - the protocol's
        where = msgspec.convert(intent.parameters, VmParameters).where
        rows = [row_of(there) for there in rows_of(raw) if where.matches(there, power_of(there))]
        return {"count": len(rows)} if intent.action == "count" else rows


def row_of(there: dict[str, Any]) -> dict[str, Any]:
    """One VM for people. `power` is `unknown` when Azure did not say."""
    return {
        "name": there["name"],
        "group": group_of(there),
        "location": there.get("location", ""),
        "size": size_of(there),
        "power": power_of(there) or "unknown",
        "zones": there.get("zones") or [],
        "tags": tags_of(there),
    }


def _shape_in_words(size: str) -> str:
    shape = sizes.shape_of(size)
    return f"{shape[0]} vCPUs, {shape[1]:g} GiB" if shape else display_name(size)
