"""Microsoft Learn's plain search, as the site's own search page asks it (`GET {learn}/api/search?search=…&locale=…`).

Microsoft documents neither the address nor the answer. What open-source clients agree on is `results[]` with `title`,
`url`, `description`, `descriptions[].content`; everything is taken as optional, and what is not as expected is left
out. Both doors to Learn (the other is `gateways.learn_mcp`) read no more than `BYTES_MAX`, and not beyond a deadline.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlencode, urljoin

from azlin.errors import CloudUnreachable
from azlin.gateways.http import REDIRECTS, REDIRECTS_MAX, Http, Stream, origin

LEARN = "https://learn.microsoft.com"
LOCALE = "en-us"
HITS_MAX = 10
BYTES_MAX = 2 * 1024**2
"""Ten results take some 50 kB; more than this is not an answer."""
TEXTS_MAX = 5
TEXT_MAX = 4000
"""Of each hit, at most so many texts of so many characters are of use."""


@dataclass(frozen=True)
class Hit:
    """A page that Learn named: `url` as it came (it may be relative), `texts` as they came, with markup."""

    title: str
    url: str
    texts: tuple[str, ...] = field(default=())


def search(http: Http, base: str, query: str, *, until: float) -> list[Hit]:
    """Ask the search of the site at `base`. `until` is on `time.monotonic`'s clock.

    Raises what `Http.stream` raises, and CloudUnreachable with the reason for whatever is not an answer.
    """
    words = {"search": query, "locale": LOCALE, "$top": HITS_MAX, "expandScope": "true"}
    url = f"{base}/api/search?{urlencode(words)}"
    for _ in range(REDIRECTS_MAX + 1):
        with http.stream("GET", url, headers={"accept": "application/json", "accept-encoding": "identity"}) as answer:
            onward = urljoin(url, answer.headers.get("location", ""))
            if answer.status in REDIRECTS and origin(onward) == origin(url):
                url = onward
                continue
            return hits_in(json_of(answer, until))
    raise not_an_answer(url, "it redirects in a circle")


def json_of(answer: Stream, until: float) -> Any:
    """The JSON that a successful answer holds. Raises CloudUnreachable."""
    if answer.status != 200:
        raise not_an_answer(answer.url, f"it answered with status {answer.status}")
    content = b"".join(pieces_of(answer, until))
    try:
        return json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as odd:
        raise not_an_answer(answer.url, "its answer is not JSON") from odd


def pieces_of(answer: Stream, until: float) -> Iterator[bytes]:
    """The body, piece by piece, as long as it is small and in time. Raises CloudUnreachable."""
    size = 0
    for piece in answer.pieces:
        size += len(piece)
        if size > BYTES_MAX:
            raise not_an_answer(answer.url, f"it sent more than {BYTES_MAX} bytes")
        if time.monotonic() > until:
            raise not_an_answer(answer.url, "it is too slow")
        yield piece


def not_an_answer(url: str, why: str) -> CloudUnreachable:
    return CloudUnreachable(f"{origin(url)} gave no answer that can be used", why=why, fix="azlin doctor")


def hits_in(answer: Any) -> list[Hit]:
    """What is a page in an answer of either door: a list, or the `results` of an object."""
    if isinstance(answer, dict):
        answer = cast("dict[str, Any]", answer).get("results")
    listed = cast("list[Any]", answer)[: 2 * HITS_MAX] if isinstance(answer, list) else []
    return [hit for item in listed if isinstance(item, dict) if (hit := _hit(cast("dict[str, Any]", item)))]


def _hit(item: dict[str, Any]) -> Hit | None:
    url = _first_text(item, "contentUrl", "url", "link")
    title = _first_text(item, "title")
    described = item.get("descriptions")
    more: list[Any] = [_content_of(one) for one in cast("list[Any]", described)] if isinstance(described, list) else []
    texts = [item.get("content"), item.get("description"), *more]
    if url is None:
        return None
    shown = [text[:TEXT_MAX] for text in texts[:TEXTS_MAX] if isinstance(text, str) and text]
    return Hit((title or "")[:TEXT_MAX], url[:TEXT_MAX], tuple(shown))


def _content_of(described: Any) -> Any:
    return cast("dict[str, Any]", described).get("content") if isinstance(described, dict) else described


def _first_text(item: dict[str, Any], *names: str) -> str | None:
    values = (item.get(name) for name in names)
    return next((value for value in values if isinstance(value, str) and value), None)
