"""Lists in ARM: every page of them, at any depth of a type."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, cast

from azlin.errors import AzureRefused
from azlin.gateways.arm_error import answer_json
from azlin.gateways.arm_id import collection, says_absent
from azlin.gateways.http import Answer

PARALLEL_MAX = 8

Json = dict[str, Any]


class Lists:
    """`first` GETs a path of a type, `onward` follows a nextLink; both raise AzureRefused."""

    def __init__(self, first: Callable[[str, str], Answer], onward: Callable[[str], Answer]) -> None:
        self._first = first
        self._onward = onward

    def all(self, type_: str, subscription: str, group: str | None) -> list[Json]:
        """Every resource of a type. ARM lists a child type only below a parent, so each parent is asked."""
        if type_.count("/") == 1:
            return self._whole(collection(type_, subscription, group), type_)
        parent, _, kind = type_.rpartition("/")
        parents = self.all(parent, subscription, group)
        with ThreadPoolExecutor(PARALLEL_MAX, thread_name_prefix="arm-list") as hands:
            each = hands.map(partial(self._below, kind=kind, type_=type_), parents)
            return [child for children in each for child in children]

    def _below(self, parent: Json, *, kind: str, type_: str) -> list[Json]:
        return self._whole(f"{parent['id']}/{kind}", type_)

    def _whole(self, path: str, type_: str) -> list[Json]:
        """A list below something that does not exist is empty; a list that cannot be read raises."""
        try:
            first = self._first(path, type_)
        except AzureRefused as refused:
            if refused.status == 404 and says_absent(refused.code, type_):
                return []
            raise
        return self.pages(first)

    def pages(self, first: Answer) -> list[Json]:
        """Every element of a list, from its first page on. Raises AzureRefused when it is none."""
        return list(self._pages(first))

    def _pages(self, answer: Answer) -> Iterator[Json]:
        """Every element of every page (`{"value": […], "nextLink": …}`, or a bare array)."""
        visited: set[str] = set()
        while True:
            page = answer_json(answer)
            if isinstance(page, list):
                yield from cast("list[Json]", page)
                return
            if not isinstance(page, dict) or "value" not in page:
                raise AzureRefused("UnreadableAnswer", "the answer is not a list", status=answer.status)
            whole = cast("Json", page)
            yield from cast("list[Json]", whole["value"] or [])
            link = whole.get("nextLink")
            if not link:
                return
            if link in visited:
                raise AzureRefused("PagesRepeat", "a list's pages lead back to one that was read", status=answer.status)
            visited.add(str(link))
            answer = self._onward(str(link))
