"""Changing tags: the same for everything that can have them."""

from __future__ import annotations

from typing import Any

from azlin.agentic.families.choosing import Chosen
from azlin.agentic.families.drafting import Draft, body_of
from azlin.agentic.language.filters import tags_of
from azlin.agentic.language.kinds import Kind

TAGS_MAX = 50


def tag(draft: Draft, kind: Kind, chosen: list[Chosen], tags: dict[str, Any], *, remove: bool) -> None:
    """Set or remove tags; what has them already as wanted is left out and told."""
    for ref, there in chosen:
        before = tags_of(there)
        after = _without(before, tags) if remove else _with(before, tags)
        if after == before:
            state = "has no such tag" if remove else "is tagged so already"
            draft.assume(f"{kind.singular} {ref.leaf} {state}, and is left as it is")
            continue
        body = body_of(there)
        body["tags"] = after
        draft.change(ref, body, "untag:" if remove else "tag:")


def _with(before: dict[str, str], tags: dict[str, Any]) -> dict[str, str]:
    """Names of tags are one whatever their case; the spelling that is there stays."""
    spelled = {key.casefold(): key for key in before}
    return before | {spelled.get(key.casefold(), key): value or "" for key, value in tags.items()}


def _without(before: dict[str, str], tags: dict[str, Any]) -> dict[str, str]:
    gone = {key.casefold(): value for key, value in tags.items()}
    return {
        key: value
        for key, value in before.items()
        if key.casefold() not in gone or gone[key.casefold()] not in (None, value)
    }
