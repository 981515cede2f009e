"""What is known of Azure's failures, read from `failures.toml`: code and words → class, cause, remedy, action, link.

An entry matches by Azure's code (`codes`; `*` stands for any letters), by the words of the message (`says`, a regular
expression, case ignored), by the HTTP status, or by several of these at once. The best match wins:

 1. a code and words; 2. a code that says enough; 3. a pattern of codes that says enough; 4. words alone; 5. a code, and
 6. a pattern, that are used for many things (`weak`); 7. the status.

Among equals the one that stands first. `class` is one of CLASSES; `action` the kind of remedy, one word of ACTIONS.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache, cached_property
from importlib.resources import files

import msgspec

RETRIED = frozenset({"transient", "throttled", "wait_for_state", "capacity", "optimistic_concurrency"})
"""The classes in which the same call may succeed later."""

AZURES_CLASSES = RETRIED | {
    "needs_change",
    "needs_permission",
    "needs_quota",
    "not_found",
    "already_done",
    "wrapper",
    "unknown",
}
OUR_CLASSES = frozenset({"unreachable", "timed_out", "sign_in", "tool", "skipped"})
"""Classes of what is not Azure's word: `retry_policy` gives them."""
CLASSES = AZURES_CLASSES | OUR_CLASSES

ACTIONS = frozenset(
    {
        "fix_parameter",
        "expected_absent",
        "retry_backoff",
        "wait_then_retry",
        "create_dependency",
        "detach_dependency",
        "grant_role",
        "wait_retry_after",
        "change_sku_or_region",
        "inspect_inner_error",
        "rename",
        "register_provider",
        "deallocate_first",
        "fix_networking",
        "treat_as_success",
        "refresh_etag",
        "retry_later_or_change_sku_or_region",
        "purge_or_recover_soft_deleted",
        "remove_lock",
        "reauthenticate",
        "split_deployment",
        "request_quota",
        "fix_policy_or_request_exemption",
        "delete_and_recreate",
        "accept_terms",
        "check_spending",
        "fix_inside_guest",
        "read_message",
        "install_tool",
        "start_first",
    }
)
"""The kinds of remedy."""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One failure as the catalogue has it. `cause` is a sentence; `remedy` says what to do, and `command` does it.

    `retriable` is said only where it differs from what the class says. Placeholders in braces stand in `command` only.
    """

    class_: str = msgspec.field(name="class")
    cause: str
    remedy: str
    action: str
    command: str = ""
    link: str = ""
    codes: tuple[str, ...] = ()
    says: str = ""
    status: tuple[int, ...] = ()
    weak: bool = False
    retriable: bool | None = None

    @property
    def may_be_tried_again(self) -> bool:
        return self.class_ in RETRIED if self.retriable is None else self.retriable

    @property
    def plain_codes(self) -> tuple[str, ...]:
        return tuple(code for code in self.codes if "*" not in code)


class _File(msgspec.Struct, forbid_unknown_fields=True):
    failure: tuple[Entry, ...]


class Catalogue:
    """The entries, found by code, words and status."""

    def __init__(self, entries: tuple[Entry, ...]) -> None:
        self.entries = entries
        self._by_code: dict[str, list[Entry]] = defaultdict(list)
        self._by_pattern: list[tuple[tuple[str, ...], Entry]] = []
        self._words: dict[str, re.Pattern[str]] = {}
        for entry in entries:
            for code in entry.codes:
                if "*" in code:
                    self._by_pattern.append((tuple(code.casefold().split("*")), entry))
                else:
                    self._by_code[code.casefold()].append(entry)

    def find(self, code: str, message: str, status: int | None) -> tuple[Entry, dict[str, str]] | None:
        """The entry that fits best, and what its words name in the message (`namespace`, `action`, …)."""
        for entry in self._candidates(code):
            if entry.status and status not in entry.status:
                continue
            if not entry.says:
                return entry, {}
            if found := self._said(entry).search(message):
                return entry, {name: text for name, text in found.groupdict().items() if text}
        return None

    def _candidates(self, code: str) -> Iterator[Entry]:
        code = code.casefold()
        exact = self._by_code.get(code, [])
        alike = [entry for parts, entry in self._by_pattern if _is_like(code, parts)]
        yield from (entry for entry in exact if entry.says)
        yield from (entry for entry in exact if not entry.says and not entry.weak)
        yield from (entry for entry in alike if not entry.weak)
        yield from self._codeless_with_words
        yield from (entry for entry in exact if not entry.says and entry.weak)
        yield from (entry for entry in alike if entry.weak)
        yield from self._codeless_without_words

    @cached_property
    def _codeless_with_words(self) -> list[Entry]:
        return [entry for entry in self.entries if not entry.codes and entry.says]

    @cached_property
    def _codeless_without_words(self) -> list[Entry]:
        return [entry for entry in self.entries if not entry.codes and not entry.says]

    def _said(self, entry: Entry) -> re.Pattern[str]:
        """Compiled when first needed: most never are."""
        if entry.says not in self._words:
            self._words[entry.says] = re.compile(entry.says, re.I | re.S)
        return self._words[entry.says]


@cache
def catalogue() -> Catalogue:
    """The catalogue that comes with azlin. Raises msgspec.ValidationError when it has a field that nobody knows."""
    text = (files("azlin.agentic") / "failures.toml").read_bytes()
    return Catalogue(msgspec.toml.decode(text, type=_File).failure)


def _is_like(code: str, parts: tuple[str, ...]) -> bool:
    """Whether a code has the parts of a pattern in their order, the first at its beginning, the last at its end."""
    first, *middle, last = parts
    if len(code) < len(first) + len(last) or not (code.startswith(first) and code.endswith(last)):
        return False
    at, end = len(first), len(code) - len(last)
    for part in middle:
        at = code.find(part, at, end)
        if at == -1:
            return False
        at += len(part)
    return True
