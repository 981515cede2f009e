"""Phrases that say where: resource group, region, zones, and the network or account that something is put into."""

from __future__ import annotations

import re

from azlin.agentic.language.kinds import read_kind
from azlin.agentic.language.names import is_name, read_names
from azlin.agentic.language.phrase import ARTICLES, CALLED, FUNCTION_WORDS, Phrase, Tokens
from azlin.agentic.language.regions import read_region

_WHERE = frozenset({"in", "into", "from", "of", "inside", "within", "to", "under", "for", "on", "at"})
_HOW = _WHERE | {"with", "using", "by"}
_HOLDERS = frozenset({"vnet", "subnet", "nsg", "account"})
_REGION_WORDS = frozenset({"region", "datacenter", "datacentre"})
_NOT_A_NAME = FUNCTION_WORDS | {"default", "other", "another", "resource", "network", "virtual", "storage", "security"}


def read_group(tokens: Tokens, start: int) -> Phrase | None:
    """`in resource group web`, `from group web`, `in the web resource group`, `-g web`. The value is a tuple."""
    if tokens.low(start) in ("-g", "--resource-group"):
        return _named("group", tokens, start, start + 1, many=False)
    if tokens.low(start) not in _WHERE:
        return None
    return _holder(tokens, start, {"group"})


def read_holder(tokens: Tokens, start: int) -> Phrase | None:
    """`in vnet net1`, `of the nsg web-nsg`, `in storage account logs1`; the slot is the kind's name."""
    if tokens.low(start) not in _HOW:
        return None
    kinds = _HOLDERS - {"subnet"} if tokens.low(start) == "with" else _HOLDERS
    return _holder(tokens, start, kinds)


def _holder(tokens: Tokens, start: int, kinds: set[str] | frozenset[str]) -> Phrase | None:
    at = tokens.skip(start + 1, ARTICLES)
    mention = read_kind(tokens.tokens, at)
    if mention is not None and mention.kind.name in kinds:
        called = tokens.skip(mention.end, CALLED)
        explicit = called > mention.end
        return _named(mention.kind.name, tokens, start, called, many=mention.plural, explicit=explicit)
    if at < len(tokens) and is_name(tokens.tokens[at]) and tokens.low(at) not in _NOT_A_NAME:
        mention = read_kind(tokens.tokens, at + 1)
        if mention is not None and mention.kind.name in kinds and not mention.plural:
            return Phrase(mention.kind.name, (tokens.text(at),), start, mention.end)
    return None


def _named(slot: str, tokens: Tokens, start: int, at: int, *, many: bool, explicit: bool = False) -> Phrase | None:
    """`names` only for a plural (`in groups web and db`), so that `in group web and …` leaves the rest alone."""
    if at >= len(tokens) or (tokens.low(at) in FUNCTION_WORDS and not explicit):
        return None
    if many:
        found = read_names(tokens.tokens, at, lambda i: tokens.low(i) in FUNCTION_WORDS)
        return Phrase(slot, found.names, start, found.end) if found and found.names else None
    return Phrase(slot, (tokens.text(at),), start, at + 1) if is_name(tokens.tokens[at]) else None


def read_location(tokens: Tokens, start: int) -> Phrase | None:
    """`in West Europe`, `westeurope`, `-l uksouth`, `region atlantis`.

    The value is a region, or what was said in a tuple when it is none.
    """
    keyword = tokens.after(start, "-l", "--location", "in the region", "in region", "region", "location", "in location")
    if keyword is not None:
        return _after_keyword(tokens, start, tokens.skip(keyword, {"of", "is", "the"} | CALLED))
    at = tokens.skip(start + 1, {"the"}) if tokens.low(start) in _WHERE else start
    place = read_region(tokens.tokens, at) if at < len(tokens) else None
    if place is not None and (place.region is not None or at > start):
        return _place(tokens, place.region, start, at, place.end)
    if at > start and tokens.low(at) and tokens.low(at + 1) in _REGION_WORDS:
        return Phrase("location", (tokens.text(at),), start, at + 2)
    return None


def _after_keyword(tokens: Tokens, start: int, at: int) -> Phrase | None:
    """Whatever follows `region` is meant as one."""
    if at >= len(tokens) or tokens.tokens[at].kind not in ("word", "quoted"):
        return None
    place = read_region(tokens.tokens, at)
    if place is None:
        return Phrase("location", (tokens.text(at),), start, at + 1)
    return _place(tokens, place.region, start, at, place.end)


def _place(tokens: Tokens, region: str | None, start: int, at: int, end: int) -> Phrase:
    after = tokens.skip(end, _REGION_WORDS)
    return Phrase("location", region or (tokens.said(at, end),), start, after)


def read_zones(tokens: Tokens, start: int) -> Phrase | None:
    """`in zone 1`, `across zones 1, 2 and 3`, `--zone 2`."""
    at = tokens.skip(start, {"in", "across", "over", "the", "availability", "into", "on", "--"})
    if tokens.low(at) not in ("zone", "zones", "--zone"):
        return None
    zones: list[str] = []
    at += 1
    while re.fullmatch(r"[1-9]", tokens.low(at)):
        zones.append(tokens.low(at))
        end = at + 1
        at = end + 1 if end < len(tokens) and tokens.tokens[end].kind == "comma" else end
        at = tokens.skip(at, {"and", "&"})
        if not re.fullmatch(r"[1-9]", tokens.low(at)):
            at = end
    return Phrase("zones", tuple(zones), start, at) if zones else None
