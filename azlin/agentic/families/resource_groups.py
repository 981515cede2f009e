"""Resource groups: create, list, show, count, tag, delete with everything in them."""

from __future__ import annotations

from typing import Any

import msgspec

from azlin.agentic.families.choosing import choose, rows_of
from azlin.agentic.families.completion import Completion, aim_in_words, names_in_words
from azlin.agentic.families.drafting import Draft, group_ref
from azlin.agentic.families.naming import broken_rule, twice
from azlin.agentic.families.tagging import tag
from azlin.agentic.language.filters import Where, tags_of
from azlin.agentic.language.kinds import ANY_TYPE, BY_NAME
from azlin.agentic.language.regions import display_name
from azlin.agentic.types import Candidate, Intent, Operation, Plan
from azlin.agentic.world import World
from azlin.settings import Defaults

GROUP = BY_NAME["group"]


class ResourceGroupParameters(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """`names`, `location`, `tags` of what is made (or the tags to set); `where` for what exists."""

    names: tuple[str, ...] = ()
    count: int | None = None
    location: str | None = None
    tags: dict[str, str | None] = {}
    where: Where = Where()


class ResourceGroups:
    name = "resource-groups"
    parameters: type[msgspec.Struct] = ResourceGroupParameters
    actions = frozenset({"create", "list", "show", "count", "delete", "tag", "untag"})
    examples = (
        "create a resource group called web in westeurope",
        "list my resource groups",
        "show resource group web",
        "tag resource group web with owner=anna",
        "delete resource group web",
    )

    def complete(self, intent: Intent, defaults: Defaults) -> Intent:
        filling = Completion(intent, defaults)
        names = tuple(filling.parameters.get("names", ()))
        where = msgspec.convert(filling.parameters.get("where", {}), Where)
        if intent.action == "create":
            location = filling.settle_location()
            if not names:
                filling.ask(
                    "What should the resource group be called?",
                    Candidate(text="create a resource group called web", because="a name is needed"),
                )
            if (count := filling.parameters.get("count")) and names and count != len(names):
                filling.ask(f"{count} resource groups were asked for, and {len(names)} named. Which is it?")
            for problem in filter(None, [*(broken_rule("group", name) for name in names)]):
                filling.ask(f"{problem}.")
            if again := twice(names):
                filling.ask(f"{again} is named twice. What should the other one be called?")
            return filling.finish(
                f"create resource group {names_in_words(names)} in {display_name(location)}", self.parameters
            )
        if intent.action == "delete" and not where.names:
            filling.ask(
                "Deleting a resource group deletes everything in it, so each has to be named. Which one?",
                Candidate(text="delete resource group NAME", because="by name"),
            )
        if intent.action in ("tag", "untag") and not filling.parameters.get("tags"):
            filling.ask(
                "Which tag should be set?",
                Candidate(text="tag resource group web with env=test", because="a tag is needed"),
            )
        return filling.finish(f"{intent.action} {aim_in_words(GROUP, where)}", self.parameters)

    def plan(self, intent: Intent, world: World) -> Plan:
        wanted = msgspec.convert(intent.parameters, ResourceGroupParameters)
        draft = Draft(world)
        match intent.action:
            case "create":
                for name in wanted.names:
                    body: dict[str, Any] = {"location": wanted.location}
                    body |= {"tags": wanted.tags} if wanted.tags else {}
                    draft.ensure(group_ref(draft, name, wanted.location), body)
            case "list" | "count" | "show" if intent.action != "show" or not world.known:
                draft.read(draft.ref(GROUP.type, ""), {"list": True, "where": msgspec.to_builtins(wanted.where)})
            case "show":
                for ref, _ in choose(world, GROUP, wanted.where, doing="show"):
                    draft.read(ref, {})
            case "tag" | "untag":
                chosen = choose(world, GROUP, wanted.where, doing=intent.action)
                tag(draft, GROUP, chosen, wanted.tags, remove=intent.action == "untag")
            case _:
                self._delete(draft, world, wanted.where)
        return draft.plan()

    def _delete(self, draft: Draft, world: World, where: Where) -> None:
        for ref, _ in choose(world, GROUP, where, doing="delete"):
            inside = world.list(ANY_TYPE, group=ref.name)
            names = names_in_words(sorted(str(resource["name"]) for resource in inside))
            contents = f"the {len(inside)} resources in it: {names}" if len(inside) > 1 else f"what is in it: {names}"
            draft.assume(
                f"deleting resource group {ref.name} deletes {contents}"
                if inside
                else f"resource group {ref.name} is empty"
            )
            draft.delete(ref)

    def rows(self, intent: Intent, operation: Operation, raw: Any) -> Any:  # noqa: ARG002 - the protocol's
        where = msgspec.convert(intent.parameters, ResourceGroupParameters).where
        rows = [
            {"name": there["name"], "location": there.get("location", ""), "tags": tags_of(there)}
            for there in rows_of(raw)
            if where.matches(there)
        ]
        return {"count": len(rows)} if intent.action == "count" else rows
