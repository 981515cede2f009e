"""Asks Microsoft Learn about a failure: `look_up(code, type)` gives the pages that say most about it.

A failure report must not wait for documentation, and must not fail because of it: both doors to Learn are asked at
once, for `PATIENCE_S` in all, whatever they do, and what cannot be had is a note. Only Azure's error code and the
resource type ever leave; both must look like one, so that no name and no secret can be among them. In the sandbox
nothing leaves this machine, so that Learn is asked there only at a loopback address.
"""

from __future__ import annotations

import queue
import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

from azlin.agentic.learn.cache import LearnCache
from azlin.agentic.learn.findings import Findings, Page
from azlin.agentic.learn.passage import (
    TITLE_MAX,
    about_type,
    is_troubleshooting,
    names,
    passage,
    readable,
    shortened,
)
from azlin.errors import AzlinError
from azlin.gateways.cloud import Cloud
from azlin.gateways.http import Http, is_loopback, origin
from azlin.gateways.learn import LEARN, Hit, search
from azlin.gateways.learn_mcp import LearnMcp
from azlin.paths import Paths
from azlin.redaction import redact
from azlin.settings import Endpoints

__all__ = ["Findings", "MsLearnClient", "Page"]

PATIENCE_S = 3.0
"""How long a look-up may hold a failure report up, names looked up and connections made included."""

MARGIN_S = 0.2
"""What ranking and writing the cache may take of that, on a busy machine."""

SECOND_DOOR_S = 1.0
"""How long to wait for the other door once one has found something."""

PAGES_MAX = 3

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[/._][A-Za-z0-9]+){0,3}")
_CODE_MAX = 80
_TYPE = re.compile(r"([A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z][A-Za-z0-9]*)+/[A-Za-z]+)(?:/[A-Za-z]+)*")
_LOCALE = re.compile(r"^/[a-z]{2,3}(?:-[a-z]{2,4}){1,2}(?=/)", re.I)
_ODD_IN_ADDRESS = re.compile(r"[^!-~]|[\"<>\\^`{|}]")


@dataclass(frozen=True)
class _Door:
    """One way to ask Learn: its name in a note, and what asks and hands the hits over."""

    name: str
    ask: Callable[[Http, str, float, Callable[[list[Hit]], None]], None]


@dataclass(frozen=True)
class _Said:
    """What came through a door: the hits, or why there are none."""

    door: str
    hits: tuple[Hit, ...] = ()
    refused: str | None = None


class MsLearnClient:
    """Opens nothing until it is asked. Safe to use from several threads."""

    def __init__(
        self, paths: Paths, endpoints: Endpoints, *, sandbox: bool = False, patience_s: float = PATIENCE_S
    ) -> None:
        self._site = endpoints.learn or LEARN
        self._mcp = _with_path(endpoints.learn_mcp or f"{self._site}/api/mcp")
        self._sandbox = sandbox
        self._patience_s = patience_s
        self._cache = LearnCache(paths)

    def look_up(self, failure_code: str, resource_type: str = "") -> Findings:
        """What Learn says about an error code of Azure, at most `PAGES_MAX` pages, best first.

        Never raises and takes at most `PATIENCE_S`. Where Learn cannot be asked, what it said before is told again,
        marked as stale; else `note` says why there is nothing.
        """
        began_at = time.monotonic()
        query = _query(failure_code, resource_type)
        if query is None:
            return Findings(note="Microsoft Learn was not asked: this is not an error code of Azure")
        key = f"{self._site} {self._mcp} {query}"
        kept = self._cache.read(key)
        pages = tuple(page for page in kept.pages if self._link(page.url) == page.url) if kept else ()
        if kept is not None and kept.fresh:
            return Findings(pages=pages, source="cache", as_of=kept.at, note="" if pages else _nothing(failure_code))
        doors = self._doors()
        told = self._ask_all(doors, query, began_at + self._patience_s - MARGIN_S)
        refused = [f"{said.door}: {said.refused}" for said in told if said.refused is not None]
        if doors and len(refused) < len(doors):
            return self._found(failure_code, query, key, told, refused)
        why = f"Microsoft Learn did not answer ({'; '.join(refused)})" if doors else _NOT_IN_SANDBOX
        if kept is None:
            return Findings(note=why)
        return Findings(pages=pages, source="stale", as_of=kept.at, note=f"{why}; this is from {kept.at:%Y-%m-%d}")

    def _found(self, code: str, query: str, key: str, told: Sequence[_Said], refused: Sequence[str]) -> Findings:
        pages = self._best(code, query.partition(" ")[2], [hit for said in told for hit in said.hits])
        at = datetime.now(UTC)
        if pages or not refused:
            self._cache.write(key, pages, at)
        notes = [f"not all of Microsoft Learn answered ({'; '.join(refused)})"] if refused else []
        notes += [] if pages else [_nothing(code)]
        return Findings(pages=pages, source="learn", as_of=at, note="; ".join(notes))

    # Asking

    def _doors(self) -> list[_Door]:
        """The doors that may be asked: in the sandbox, those on this machine."""

        def by_search(http: Http, query: str, until: float, hand_over: Callable[[list[Hit]], None]) -> None:
            hand_over(search(http, self._site, query, until=until))

        def by_mcp(http: Http, query: str, until: float, hand_over: Callable[[list[Hit]], None]) -> None:
            with LearnMcp(http, self._mcp, until=until) as session:
                hand_over(session.search(query))

        doors = ((_Door("search", by_search), self._site), (_Door("MCP", by_mcp), self._mcp))
        return [door for door, url in doors if not self._sandbox or is_loopback(urlsplit(url).hostname or "")]

    def _ask_all(self, doors: Sequence[_Door], query: str, until: float) -> list[_Said]:
        """Ask every door at once, in threads that nobody waits for: a name that does not resolve can hold one up for
        long, and must hold up neither the report nor the end of the process."""
        if not doors:
            return []
        answers: queue.SimpleQueue[_Said] = queue.SimpleQueue()
        for door in doors:
            work = (door, query, until, self._sandbox, self._patience_s, answers)
            threading.Thread(target=_ask, args=work, name="azlin-learn", daemon=True).start()
        told: dict[str, _Said] = {door.name: _Said(door=door.name, refused="too slow") for door in doors}
        silent = set(told)
        while silent:
            try:
                said = answers.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                break
            if said.door in silent:
                silent.remove(said.door)
                told[said.door] = said
            if said.hits:
                until = min(until, time.monotonic() + SECOND_DOOR_S)
        return list(told.values())

    # Choosing

    def _best(self, code: str, type_: str, hits: Sequence[Hit]) -> tuple[Page, ...]:
        """The pages that help, the best first: those for troubleshooting, with the code in the title or the address,
        with the code in the text, and about the resource's own type."""
        titles: dict[str, str] = {}
        texts: dict[str, list[str]] = {}
        urls: dict[str, str] = {}
        for hit in hits:
            url = self._link(hit.url)
            if url is None:
                continue
            page = url.casefold()
            urls.setdefault(page, url)
            titles[page] = titles.get(page) or shortened(readable(hit.title), TITLE_MAX)
            texts.setdefault(page, []).extend(text for one in hit.texts if (text := readable(one)))
        scored: list[tuple[int, Page]] = []
        for page, url in urls.items():
            title = titles[page]
            troubleshooting = is_troubleshooting(title, url)
            named = names(code, f"{title} {url}")
            said = any(names(code, text) for text in texts[page])
            own = about_type(type_, f"{title} {url}")
            if named or said or (troubleshooting and own):
                score = 4 * troubleshooting + 3 * named + 2 * said + own
                found = Page(
                    title=title or url, url=url, passage=passage(texts[page], code), troubleshooting=troubleshooting
                )
                scored.append((score, found))
        scored.sort(key=lambda pair: -pair[0])
        return tuple(page for _, page in scored[:PAGES_MAX])

    def _link(self, url: str) -> str | None:
        """The address of a page as it is shown: without language, query and fragment; None if it leads elsewhere than
        to Learn (or to where the settings say that Learn is)."""
        if _ODD_IN_ADDRESS.search(url):
            return None
        try:
            whole = urljoin(f"{self._site}/", url)
            parts = urlsplit(whole)
            home = origin(whole)
        except ValueError:
            return None
        if parts.username is not None or home not in (LEARN, origin(self._site)):
            return None
        return f"{home}{_LOCALE.sub('', parts.path).rstrip('/')}"


_NOT_IN_SANDBOX = (
    "Microsoft Learn was not asked: the sandbox does not leave this machine "
    "(only a loopback address in AZLIN_ENDPOINT_LEARN would be asked)"
)


def _nothing(code: str) -> str:
    return f"Microsoft Learn has no page about {code}"


def _query(code: str, resource_type: str) -> str | None:
    """What is asked: the code, and the provider and its type (of a child: its parent's). None if the code is not one:
    it could then be anything."""
    if len(code) > _CODE_MAX or not _CODE.fullmatch(code) or redact(code) != code:
        return None
    type_ = _TYPE.fullmatch(resource_type) if len(resource_type) <= 2 * _CODE_MAX else None
    return f"{code} {type_[1]}" if type_ else code


def _with_path(url: str) -> str:
    return url if urlsplit(url).path else f"{url}/api/mcp"


def _ask(
    door: _Door, query: str, until: float, sandbox: bool, patience_s: float, answers: queue.SimpleQueue[_Said]
) -> None:
    cloud = Cloud(name="learn", sandbox=sandbox)
    try:
        with Http(cloud, connect_timeout_s=patience_s, read_timeout_s=patience_s) as http:
            door.ask(http, query, until, lambda hits: answers.put(_Said(door=door.name, hits=tuple(hits))))
    except AzlinError as refused:
        answers.put(_Said(door=door.name, refused=_reason(refused)))
    except Exception as odd:  # noqa: BLE001  whatever a foreign answer breaks, the failure report goes on
        answers.put(_Said(door=door.name, refused=type(odd).__name__))


def _reason(refused: AzlinError) -> str:
    return readable(refused.why or refused.what)[:160]
