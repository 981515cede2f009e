"""Any resource: list, show, count and delete, by type, name or id, with what the envelope of every resource says."""

from __future__ import annotations

from typing import Any

import msgspec

from azlin.agentic.families.choosing import choose, missing, rows_of
from azlin.agentic.families.completion import Completion, aim_in_words
from azlin.agentic.families.drafting import Draft
from azlin.agentic.families.tagging import tag
from azlin.agentic.language.filters import Where, group_of, tags_of
from azlin.agentic.language.kinds import ANY_TYPE, Kind, kind_of_type
from azlin.agentic.types import Candidate, Intent, Operation, Plan, ResourceRef
from azlin.agentic.world import World
from azlin.errors import UsageRefused
from azlin.settings import Defaults


class ResourceParameters(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """`type` is an ARM type (None: all types); `id` one resource's id; `tags` those to set."""

    type: str | None = None
    id: str | None = None
    tags: dict[str, str | None] = {}
    where: Where = Where()


class Resources:
    name = "resources"
    parameters: type[msgspec.Struct] = ResourceParameters
    actions = frozenset({"list", "show", "count", "delete", "tag", "untag"})
    examples = (
        "list all resources",
        "what is in resource group web?",
        "list all Microsoft.Web/sites",
        "list key vaults in westeurope",
        "show resource "
        "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/web/providers/Microsoft.Web/sites/s1",
        "how many resources are in resource group web?",
        "list disks not tagged env=prod",
        "delete key vault kv1",
    )

    def complete(self, intent: Intent, defaults: Defaults) -> Intent:
        filling = Completion(intent, defaults)
        where = msgspec.convert(filling.parameters.get("where", {}), Where)
        type_, id_ = filling.parameters.get("type"), filling.parameters.get("id")
        if id_ is not None:
            try:
                ResourceRef.from_id(id_)
            except ValueError:
                filling.ask(f"{id_} is not the id of a resource. Which one is meant?")
        elif intent.action not in ("list", "count") and not where.names:
            filling.ask(
                f"Which resource should be {_DONE[intent.action]}? It has to be named.",
                Candidate(text="list all resources", because="to see what there is"),
            )
        elif intent.action in ("delete", "tag", "untag") and type_ is None:
            filling.ask(
                f"What kind of resource is {where.names[0]}?",
                Candidate(text=f"{intent.action} vm {where.names[0]}", because="if it is a VM"),
                Candidate(text=f"{intent.action} resource group {where.names[0]}", because="if it is a resource group"),
            )
        if intent.action in ("tag", "untag") and not filling.parameters.get("tags"):
            filling.ask(
                "Which tag should be set?", Candidate(text="tag vm Sam with env=test", because="a tag is needed")
            )
        what = id_ or aim_in_words(kind_of_type(type_ or ANY_TYPE), where)
        return filling.finish(f"{intent.action} {what}", self.parameters)

    def plan(self, intent: Intent, world: World) -> Plan:
        wanted = msgspec.convert(intent.parameters, ResourceParameters)
        draft = Draft(world)
        kind = kind_of_type(wanted.type or ANY_TYPE)
        if intent.action in ("list", "count") or (intent.action == "show" and not world.known and wanted.id is None):
            group = wanted.where.groups[0] if len(wanted.where.groups) == 1 else None
            draft.read(draft.ref(kind.type, "", group), {"list": True, "where": msgspec.to_builtins(wanted.where)})
            return draft.plan()
        refs = self._refs(draft, wanted, kind, doing=intent.action)
        for ref in refs:
            if intent.action == "show":
                draft.read(ref, {})
            elif intent.action == "delete":
                draft.delete(ref)
        if intent.action in ("tag", "untag"):
            chosen = [(ref, there) for ref in refs if (there := world.get(ref)) is not None]
            tag(draft, kind, chosen, wanted.tags, remove=intent.action == "untag")
        return draft.plan()

    def _refs(self, draft: Draft, wanted: ResourceParameters, kind: Kind, *, doing: str) -> list[ResourceRef]:
        if wanted.id is None:
            return [ref for ref, _ in choose(draft.world, kind, wanted.where, doing=doing)]
        ref = ResourceRef.from_id(wanted.id)
        if draft.world.subscription and ref.subscription != draft.world.subscription:
            raise UsageRefused(
                f"{ref.name} is in another subscription ({ref.subscription})",
                fix=f"add --subscription {ref.subscription}",
            )
        if draft.world.known and draft.world.get(ref) is None:
            same_type = draft.world.list(ref.type) if ref.type.count("/") == 1 else []
            raise missing(ref.leaf, same_type, kind_of_type(ref.type))
        return [ref]

    def rows(self, intent: Intent, operation: Operation, raw: Any) -> Any:  # noqa: ARG002 - the protocol's
        where = msgspec.convert(intent.parameters, ResourceParameters).where
        rows = [_row(there) for there in rows_of(raw) if where.matches(there)]
        if intent.action == "show":
            return rows_of(raw)
        return {"count": len(rows)} if intent.action == "count" else rows


_DONE = {"show": "shown", "delete": "deleted", "tag": "tagged", "untag": "untagged"}


def _row(there: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": there["name"],
        "type": there.get("type", ""),
        "group": group_of(there),
        "location": there.get("location", ""),
        "tags": tags_of(there),
    }
