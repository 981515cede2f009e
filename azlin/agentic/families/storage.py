"""Storage accounts and their containers. Public access is never switched on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from azlin.agentic.families.bodies import pairs, properties_of
from azlin.agentic.families.choosing import choose, rows_of
from azlin.agentic.families.completion import Completion, aim_in_words, names_in_words, place_in_words
from azlin.agentic.families.cures import Case, Cure
from azlin.agentic.families.drafting import Draft, ensure_group
from azlin.agentic.families.foreseen import id_of
from azlin.agentic.families.holders import holder
from azlin.agentic.families.naming import broken_rule, twice
from azlin.agentic.families.storage_cures import name_cures, with_name
from azlin.agentic.families.tagging import tag
from azlin.agentic.language.filters import Where, group_of, tags_of
from azlin.agentic.language.kinds import ACCOUNT_TYPE, BY_NAME, CONTAINER_TYPE
from azlin.agentic.types import Candidate, Intent, Operation, Plan, ResourceRef
from azlin.agentic.world import World
from azlin.settings import Defaults

COUNT_MAX = 20


class StorageParameters(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """`kind` is `account` or `container`. `count` accounts without `names` get names made from group and subscription
    (they are unique in all of Azure); `account` holds the containers."""

    kind: str = "account"
    names: tuple[str, ...] = ()
    count: int | None = None
    group: str | None = None
    location: str | None = None
    sku: str | None = None
    tier: str | None = None
    tags: dict[str, str | None] = {}
    containers: tuple[str, ...] = ()
    account: str | None = None
    where: Where = Where()


class Storage:
    name = "storage"
    parameters: type[msgspec.Struct] = StorageParameters
    actions = frozenset({"create", "list", "show", "count", "delete", "tag", "untag"})
    examples = (
        "create a storage account called samlogs2026 in westeurope",
        "create a geo-redundant storage account called samlogs2026 with a container called logs",
        "create a container called logs in storage account samlogs2026",
        "list storage accounts",
        "list containers in storage account samlogs2026",
        "show storage account samlogs2026",
        "delete storage account samlogs2026",
    )

    def complete(self, intent: Intent, defaults: Defaults) -> Intent:
        filling = Completion(intent, defaults)
        kind = BY_NAME[filling.parameters.get("kind", "account")]
        if intent.action == "create":
            if kind.name == "container":
                return self._complete_containers(filling)
            return self._complete_accounts(filling)
        where = msgspec.convert(filling.parameters.get("where", {}), Where)
        if intent.action in ("tag", "untag") and (kind.name == "container" or not filling.parameters.get("tags")):
            filling.ask(
                "A container has no tags." if kind.name == "container" else "Which tag should be set?",
                Candidate(text="tag storage account NAME with env=test", because="a tag on the account"),
            )
        return filling.finish(f"{intent.action} {aim_in_words(kind, where)}", self.parameters)

    def _complete_accounts(self, filling: Completion) -> Intent:
        parameters = filling.parameters
        names, count = tuple(parameters.get("names", ())), parameters.get("count")
        if len(names) > COUNT_MAX or (count is not None and not 0 < count <= COUNT_MAX):
            filling.ask(f"azlin makes 1 to {COUNT_MAX} storage accounts in one request. How many are wanted?")
        elif names and count not in (None, len(names)):
            filling.ask(f"{count} storage accounts were asked for, and {len(names)} named. Which is it?")
        if not names:
            filling.assume(
                "the storage account gets a name made from the resource group and the subscription (no name was given; "
                "such names are unique in all of Azure)"
            )
        self._check_names(filling, "account", names)
        self._check_names(filling, "container", tuple(parameters.get("containers", ())))
        group, location = filling.settle_group(), filling.settle_location()
        filling.settle("sku", None, "Standard_LRS", "redundancy {value} (none was named; {why})")
        if str(parameters["sku"]).startswith("Premium") and parameters.get("tier"):
            filling.ask("A premium storage account has no access tier. Which of the two is meant?")
        filling.assume("no public access to blobs, HTTPS only, TLS 1.2 or newer")
        account = BY_NAME["account"]
        what = f"{account.singular} {names_in_words(names)}" if names else account.counted(count or 1)
        return filling.finish(f"create {what} {place_in_words(group, location)}", self.parameters)

    def _complete_containers(self, filling: Completion) -> Intent:
        names, account = tuple(filling.parameters.get("names", ())), filling.parameters.get("account")
        self._check_names(filling, "container", names)
        if not names or account is None:
            filling.ask(
                "What should the container be called, and in which storage account?",
                Candidate(text="create a container called logs in storage account NAME", because="both are needed"),
            )
        summary = f"create container {names_in_words(names)} in storage account {account}"
        return filling.finish(summary, self.parameters)

    def _check_names(self, filling: Completion, kind: str, names: tuple[str, ...]) -> None:
        for problem in filter(None, (broken_rule(kind, name) for name in names)):
            filling.ask(f"{problem}.")
        if again := twice(names):
            filling.ask(f"{again} is named twice. What should the other one be called?")

    def plan(self, intent: Intent, world: World) -> Plan:
        wanted = msgspec.convert(intent.parameters, StorageParameters)
        draft = Draft(world)
        kind = BY_NAME[wanted.kind]
        match intent.action:
            case "create" if wanted.kind == "account":
                self._accounts(draft, wanted)
            case "create":
                account = holder(draft, BY_NAME["account"], str(wanted.account), wanted.group)
                for name in wanted.names:
                    _container(draft, account, name)
            case "list" | "count" | "show" if intent.action != "show" or not world.known:
                draft.read(draft.ref(kind.type, ""), {"list": True, "where": msgspec.to_builtins(wanted.where)})
            case "show":
                for ref, _ in choose(world, kind, wanted.where, doing="show"):
                    draft.read(ref, {})
            case "tag" | "untag":
                chosen = choose(world, kind, wanted.where, doing=intent.action)
                tag(draft, kind, chosen, wanted.tags, remove=intent.action == "untag")
            case _:
                for ref, _ in choose(world, kind, wanted.where, doing="delete"):
                    draft.delete(ref)
                    draft.assume(f"deleting {kind.singular} {ref.leaf} deletes the data in it")
        return draft.plan()

    def _accounts(self, draft: Draft, wanted: StorageParameters) -> None:
        group, location = str(wanted.group), str(wanted.location)
        ensure_group(draft, group, location)
        for name in wanted.names or _made_names(draft, group, wanted.count or 1):
            ref = draft.ref(ACCOUNT_TYPE, name, group, location)
            draft.ensure(ref, account_body(wanted))
            for container in wanted.containers:
                _container(draft, ref, container)

    def cures(self, case: Case) -> tuple[Cure, ...]:
        return name_cures(case)

    def changed(self, case: Case, changes: Mapping[str, str]) -> Intent:
        return with_name(case, changes)

    def rows(self, intent: Intent, operation: Operation, raw: Any) -> Any:  # noqa: ARG002 - the protocol's
        where = msgspec.convert(intent.parameters, StorageParameters).where
        rows = [_row(there) for there in rows_of(raw) if where.matches(there)]
        return {"count": len(rows)} if intent.action == "count" else rows


def account_body(wanted: StorageParameters) -> dict[str, Any]:
    """ARM: Microsoft.Storage/storageAccounts."""
    premium = str(wanted.sku).startswith("Premium")
    tags = {"tags": wanted.tags} if wanted.tags else {}
    tier = {} if premium else {"accessTier": wanted.tier or "Hot"}
    return {
        "location": wanted.location,
        **tags,
        "sku": {"name": wanted.sku},
        "kind": "BlockBlobStorage" if premium else "StorageV2",
        "properties": {
            **tier,
            "allowBlobPublicAccess": False,
            "minimumTlsVersion": "TLS1_2",
            "supportsHttpsTrafficOnly": True,
        },
    }


def _container(draft: Draft, account: ResourceRef, name: str) -> None:
    ref = draft.ref(CONTAINER_TYPE, f"{account.name}/default/{name}", account.group)
    draft.ensure(ref, {"properties": {"publicAccess": "None"}})


def _made_names(draft: Draft, group: str, count: int) -> tuple[str, ...]:
    """Names for accounts that were given none: `st` + the group + a digest of its id.

    The same request makes the same names; those that the group has already are skipped.
    """
    taken = draft.names_of(ACCOUNT_TYPE, group)
    stem = "".join(c for c in group.casefold() if c.isascii() and c.isalnum())[:12]
    names: list[str] = []
    number = 1
    while len(names) < count:
        of = f"{id_of(draft.ref(ACCOUNT_TYPE, 'name', group))}#{number}".casefold()
        name = f"st{stem}{hashlib.sha256(of.encode()).hexdigest()[:8]}"
        names += [name] if name not in taken else []
        number += 1
    return tuple(names)


def _row(there: dict[str, Any]) -> dict[str, Any]:
    if "/containers/" in str(there.get("id", "")).casefold():
        parts = str(there["id"]).split("/")
        return {
            "name": there["name"],
            "account": parts[8] if len(parts) > 8 else "",
            "group": group_of(there),
            "public_access": properties_of(there).get("publicAccess") or "None",
        }
    return {
        "name": there["name"],
        "group": group_of(there),
        "location": there.get("location", ""),
        "sku": pairs(there.get("sku")).get("name", ""),
        "kind": there.get("kind", ""),
        "tags": tags_of(there),
    }
