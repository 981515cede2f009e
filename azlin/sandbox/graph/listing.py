"""Lists as Graph answers them: `$filter`, `$search`, `$orderby`, `$top`, `$select`, `$expand`, `$count`, pages.

A page has 100 objects unless `$top` says otherwise (at most 999), and `@odata.nextLink` leads to the next.
Source: "Customize Microsoft Graph responses with query parameters" and "Advanced query capabilities".
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import quote, urlencode

from azlin.sandbox.arm.behaviour import Answer
from azlin.sandbox.graph.asking import Asking
from azlin.sandbox.graph.filters import Filter
from azlin.sandbox.graph.kinds import Body, kinds
from azlin.sandbox.graph.objects import Entity, Objects
from azlin.sandbox.graph.refusals import bad_request, needs_eventual, query_unsupported

PAGE_SIZE = 100
_LARGEST_PAGE = 999
Show = Callable[[Entity], Body]
_COMMON = frozenset(("id", "deletedDateTime", "displayName"))


class Listing:
    """One list request: what it wants of which objects."""

    def __init__(self, asking: Asking, kind: str) -> None:
        """`kind` is the type of what is listed, `directoryObject` for a mixture. Raises GraphRefusal 400."""
        self.asking = asking
        self.kind = kind
        self.top = _top(asking.query.get("$top"))
        self.select = selected(asking, kind)
        text = asking.query.get("$filter")
        self.filter = Filter(text, kind, lambda name: knows(kind, name)) if text is not None else None
        self.search = _search(asking)
        self.order = asking.query.get("$orderby", "")
        counted = asking.eventual and asking.query.get("$count", "").casefold() == "true"
        if self.filter is not None and not counted:
            if self.filter.advanced:
                raise needs_eventual(self.filter.advanced)
            if self.order:
                raise query_unsupported("Sorting not supported for current query.")
        self._token = _token(asking.query.get("$skiptoken"))

    def objects(self, objects: Objects, show: Show | None = None) -> Answer:
        """A page of a whole kind, by an index where the filter names one. `show` makes the body of one."""
        found = self._candidates(objects)
        if self.order or not self._by_seq:
            return self.answer([one for one in found if self.keeps(one)], show)
        page: list[Entity] = []
        for one in found:
            if self.keeps(one):
                if len(page) == self.top:
                    return self._page(page, f"s{page[-1].seq}", lambda: self.total(objects), show)
                page.append(one)
        return self._page(page, None, lambda: self.total(objects), show)

    def answer(self, found: Iterable[Entity], show: Show | None = None) -> Answer:
        """A page of a list that is at hand; the filter has been applied unless it came with `narrow`."""
        whole = _sorted(list(found), self.order, self.kind)
        start = self._token[1] if self._token[0] == "o" else 0
        page = whole[start : start + self.top]
        more = f"o{start + self.top}" if start + self.top < len(whole) else None
        return self._page(page, more, lambda: len(whole), show)

    def narrow(self, found: Iterable[Entity]) -> Iterator[Entity]:
        """Those that the filter and the search keep."""
        return (one for one in found if self.keeps(one))

    def keeps(self, entity: Entity) -> bool:
        if self.filter is not None and not self.filter.keeps(entity.body):
            return False
        return self.search is None or self.search(entity.body)

    @property
    def _by_seq(self) -> bool:
        return not self._hints()

    def _hints(self) -> list[Any]:
        if self.filter is None or self.kind not in kinds():
            return []
        indexed = kinds()[self.kind].indexed
        return [hint for hint in self.filter.hints if hint.name in indexed or (hint.name, hint.how) == ("id", "eq")]

    def _candidates(self, objects: Objects) -> Iterable[Entity]:
        tenant = self.asking.tenant
        for hint in sorted(self._hints(), key=lambda one: one.how):
            if hint.name == "id":
                found = objects.get(tenant, hint.value, self.kind)
                return [found] if found is not None else []
            find = objects.find if hint.how == "eq" else objects.starting
            return find(tenant, self.kind, hint.name, hint.value)
        after = self._token[1] if self._token[0] == "s" and not self.order else 0
        return objects.all(tenant, self.kind, after=after)

    def total(self, objects: Objects) -> int:
        """How many of the whole kind the filter keeps."""
        if self.filter is None and self.search is None:
            return objects.count(self.asking.tenant, self.kind)
        return sum(self.keeps(one) for one in objects.all(self.asking.tenant, self.kind))

    def _page(
        self,
        page: list[Entity],
        more: str | None,
        total: Callable[[], int],
        show: Show | None = None,
    ) -> Answer:
        asking = self.asking
        body: Body = {"@odata.context": asking.context(f"{asking.collection}{select_suffix(self.select)}")}
        if asking.query.get("$count", "").casefold() == "true" and asking.eventual:
            body["@odata.count"] = total()
        if more is not None:
            query = {name: value for name, value in asking.query.items() if name != "$skiptoken"}
            token = base64.urlsafe_b64encode(f"{asking.tenant[:8]}{more}".encode()).decode().rstrip("=")
            text = urlencode({**query, "$skiptoken": token}, safe="$(),:'", quote_via=quote)
            body["@odata.nextLink"] = f"{asking.url}?{text}"
        body["value"] = [show(one) if show else shown(one, self.select, asking.mixed) for one in page]
        return Answer(200, body)


def shown(entity: Entity, select: list[str] | None, mixed: bool) -> Body:
    """The body as an answer holds it. `mixed` adds the type, where a collection has several."""
    kind = kinds()[entity.kind]
    names = select or kind.shown
    body = {name: entity.body.get(name) for name in names} if names else entity.body
    return {"@odata.type": f"#microsoft.graph.{entity.kind}", **body} if mixed else body


def selected(asking: Asking, kind: str) -> list[str] | None:
    """The names of `$select`, as the kind spells them. Raises GraphRefusal 400."""
    text = asking.query.get("$select")
    if not text:
        return None
    names = [name.strip() for name in text.split(",") if name.strip()]
    if "*" in names:
        return None
    for name in names:
        if not knows(kind, name):
            raise bad_request(
                f"Parsing OData Select and Expand failed: Could not find a property named '{name}' on type "
                f"'microsoft.graph.{kind}'.",
                "BadRequest",
            )
    return names


def select_suffix(select: list[str] | None) -> str:
    return f"({','.join(select)})" if select else ""


def knows(kind: str, name: str) -> bool:
    """Whether objects of the kind have such a property (schema extensions included)."""
    if name in _COMMON or name.startswith("extension_"):
        return True
    if kind not in kinds():
        return any(name in one.defaults for one in kinds().values())
    return name in kinds()[kind].defaults


def _top(text: str | None) -> int:
    if text is None:
        return PAGE_SIZE
    if not text.isdigit() or not 1 <= int(text) <= _LARGEST_PAGE:
        raise bad_request(f"Invalid page size specified: '{text}'. Must be between 1 and 999 inclusive.")
    return int(text)


def _token(text: str | None) -> tuple[str, int]:
    if text is None:
        return "", 0
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()[8:]
        return plain[0], int(plain[1:])
    except (binascii.Error, ValueError, IndexError):
        raise bad_request("Invalid Skip Token.", "Directory_ExpiredPageToken") from None


def _search(asking: Asking) -> Callable[[Body], bool] | None:
    """`"property:text"`, terms joined by AND or OR; a word of the property begins with the text."""
    text = asking.query.get("$search")
    if text is None:
        return None
    if not asking.eventual:
        raise query_unsupported(
            "Request with $search query parameter only works through MSGraph with a special request header: "
            "'ConsistencyLevel: eventual'"
        )
    either = [_every(part) for part in text.split(" OR ")]
    return lambda body: any(test(body) for test in either)


def _every(text: str) -> Callable[[Body], bool]:
    terms: list[tuple[str, str]] = []
    for part in text.split(" AND "):
        name, colon, value = part.strip().strip('"').partition(":")
        if not colon:
            raise bad_request(
                f"Syntax error: character '{part[:1]}' is not valid at position 0 in '{text}'.", "BadRequest"
            )
        terms.append((name, value.strip().casefold()))
    return lambda body: all(_has(body.get(name), value) for name, value in terms)


def _has(value: Any, wanted: str) -> bool:
    text = str(value or "").casefold()
    return text.startswith(wanted) or f" {wanted}" in text


def _sorted(found: list[Entity], order: str, kind: str) -> list[Entity]:
    for part in reversed([one.strip() for one in order.split(",") if one.strip()]):
        name, _, way = part.partition(" ")
        if not knows(kind, name):
            raise bad_request(
                f"Could not find a property named '{name}' on type 'microsoft.graph.{kind}'.", "BadRequest"
            )
        found.sort(key=lambda one, name=name: _rank(one.body.get(name)), reverse=way.strip().casefold() == "desc")
    return found


def _rank(value: Any) -> tuple[int, str]:
    return (0, "") if value is None else (1, str(value).casefold())
