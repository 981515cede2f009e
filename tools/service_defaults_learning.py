"""Learns, from pairs of a PUT and the GET after it, how what the GET has more is made.

Every property that a GET has and its PUT had not is observed as a value with placeholders: names and ids of the
resource, guids, times (`templated`). A decision is the value on which the recordings agree, or one condition (or two)
on what was sent or on the api-version under which they do; where they do not, nothing is learned. Agreement is counted
by distinct resources (by id), not by recordings.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from azlin.sandbox.arm.ids import Casing, ResourceId, parse_id
from azlin.sandbox.arm.locations import all_locations, find_location
from azlin.sandbox.arm.service_defaults import words

AGREE = 0.9
"""The share of a property's recordings that have to agree. The rest are mostly settings made by earlier requests."""
DEPTH = 2
"""How many conditions a decision may hang on."""
SECRET_NAME = re.compile(
    r"pass(word|phrase|wd)|secret|credential|connectionstring|accesskey|accountkey|sharedkey|primarykey|secondarykey|"
    r"apikey|privatekey|sastoken|sasurl|token$|^key$|^keys$|customdata|protectedsettings|authorizationkey|"
    r"certificatedata|^pfx|userdata",
    re.IGNORECASE,
)
"""Under these names nothing is learned; a PUT's text under them that a GET lacks is forgotten by the sandbox too."""
GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
TIME = re.compile(r"(\d{4})-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
CHANGE = re.compile(r"modif|update|change|last|_ts$", re.IGNORECASE)
LOOKS_RECORDED = re.compile(
    r"@|\\|://|CN=|\.\.\.|^[A-Z][a-z]+ [A-Z][a-z]+$|"
    r"[0-9a-f]{12}|\d{5}|clitest|cli_test|(^|[^a-z])test|000\d|(\d{1,3}\.){3}\d{1,3}(?!/0)|"
    r"^/|^(?=.*\d)(?=.*[A-Z])[A-Za-z0-9+/]{20,}=*$|"
    r"\d{4}-\d\d-\d\d|[a-z0-9-]+\.(com|net|org|io|windows|azure|ms)\b|begin |[{}<>]",
    re.IGNORECASE,
)
PERSONAL = re.compile(
    r"author|owner|title|firstname|lastname|displayname|login|username|adminuser|contact", re.IGNORECASE
)
"""Under these names a text is somebody's."""
UNASKED = re.compile(r"(name|prefix|location|description|domain|address|version)s?$", re.IGNORECASE)
"""Texts under these names explain nothing (but `sku.name` does)."""
SAMPLE = re.compile(
    r"foo|bar|baz|abc|xyz|hello|cloudsa|azureuser|puburi|[a-z][a-z-]{4,}\d+|[A-Z0-9]+(-[A-Z0-9]+){3,}|.*=|"
    r".*-\d{3}|(group|plan|web|agent|disk|rule|stage|d|vm|a)\d+|.*plan",
    re.IGNORECASE,
)
"""What testers call things."""
STATE = re.compile(r"state|status|message", re.IGNORECASE)
STAGE = re.compile(r"(?!running).*ing|.*in ?progress.*|(checking|waiting|configuring).*", re.IGNORECASE)
"""A state on the way, which a recording met by chance."""
MAP = re.compile(
    r"(^|\.)(tags|location|name|parameters|template|variables|metadata|appSettings|tenantSettings|definition|id)(\.|$)"
)
"""Where a PUT has names and words of its own: nothing is concluded from them."""
PEOPLE = {
    "createdby": "{creator}",
    "createdbytype": "{creatorType}",
    "lastmodifiedby": "{changer}",
    "lastmodifiedbytype": "{changerType}",
}
NAME = re.compile(r"[A-Za-z@$_][A-Za-z0-9_@$]{0,60}([.-][A-Za-z_@$]{2,30}){0,4}")
"""What a property's name looks like; everything else is the key of somebody's map."""
RECORDED_NAME = re.compile(
    r"\d{4}|clitest|cli_test|00\d|^(foo|bar|baz|hello|flag|ring)$|^[A-Z][a-z]+_[a-z]", re.IGNORECASE
)
UNLEARNED = frozenset(
    {
        "id",
        "name",
        "type",
        "location",
        "identity.principalid",
        "identity.tenantid",
        "identity.userassignedidentities",
        "properties.provisioningstate",
    }
)
"""What the control plane sets."""
CONDITION_PATH = re.compile(r"[A-Za-z_][A-Za-z_]*[A-Za-z0-9_.]*")
ABSENT = "-"
OBJECT = "{}"


class Recording(NamedTuple):
    """One pair. `key` is the casefolded id; `names` are what placeholders stand for, longest first."""

    type: str
    version: str
    key: str
    put: dict[str, Any]
    get: dict[str, Any]
    names: tuple[tuple[str, str], ...]
    sent: dict[str, Any]
    source: str


Pair = tuple[Recording, dict[str, Any], dict[str, Any], str | None]
"""Recording, what was sent in an object, what is shown there, and the name of the list's element it is in."""


class Seen(NamedTuple):
    """A property that a PUT lacked: what a GET shows there, as a templated value in JSON, and what might explain it."""

    recording: Recording
    value: str
    raw: Any
    near: dict[str, Any]


def recording_of(row: Mapping[str, Any], casing: Casing) -> Recording | None:
    """A line of the file of pairs; None where its id is none of ARM's."""
    rid = parse_id(row["id"], casing, "")
    if rid is None or not isinstance(row["put"], dict) or not isinstance(row["get"], dict):
        return None
    put = without_nulls(row["put"])
    place = row["get"].get("location") or put.get("location") or ""
    names = names_in(rid, place if isinstance(place, str) else "")
    source = str(row.get("source", ""))
    return Recording(row["type"], row["api_version"], rid.key, put, row["get"], names, flat(put), source)


def names_in(rid: ResourceId, place: str) -> tuple[tuple[str, str], ...]:
    parts = rid.id.split("/")
    found = {"id": rid.id, "name": rid.name, "group": rid.group or "", "type": rid.type}
    if rid.nested:
        found["parent"] = "/".join(parts[:-2])
        for up, part in enumerate(parts[-3 : -1 - 2 * rid.type.count("/") : -2], start=1):
            found[f"name-{up}"] = part
    folded = place.replace(" ", "").lower()
    found["location"] = folded
    known = find_location(folded)
    if known is not None:
        found["locationName"] = known.display_name
        found["region"] = known.display_name.replace(" ", "")
    seen: set[str] = set()
    kept: list[tuple[str, str]] = []
    for name, text in sorted(found.items(), key=lambda one: -len(one[1])):
        if text and text not in seen:
            seen.add(text)
            kept.append((name, text))
    return tuple(kept)


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_nulls(one) for name, one in value.items() if one is not None}
    return [without_nulls(one) for one in value] if isinstance(value, list) else value


def flat(body: Mapping[str, Any], prefix: str = "", depth: int = 3) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in body.items():
        found[f"{prefix}{name}"] = value
        if depth and isinstance(value, dict):
            found |= flat(value, f"{prefix}{name}.", depth - 1)
    return found


# ------------------------------------------------------------------ values


class Refused(Exception):
    """A value that must not be learned."""


def templated(value: Any, name: str, recording: Recording, own: str | None) -> Any:
    """The value with placeholders for what is this resource's own. Raises Refused for what may not be kept."""
    if SECRET_NAME.search(name) and isinstance(value, str | dict | list) and value:
        raise Refused(name)
    if isinstance(value, str):
        return _text(value, name, recording, own)
    if isinstance(value, list):
        return [templated(one, name, recording, own) for one in value]
    if isinstance(value, dict):
        return {key: templated(one, key, recording, own) for key, one in value.items()}
    if isinstance(value, int) and not isinstance(value, bool) and value > 1_400_000_000:
        if value < 2_000_000_000 and re.search(r"time|_ts|date", name, re.IGNORECASE):
            return "{epoch}"
        if value not in (2147483647, 4294967295, 9223372036854775807):
            raise Refused(name)
    return value


def _text(text: str, name: str, recording: Recording, own: str | None) -> str:
    kind = _kind(text, name) if text else text
    if kind is not None:
        return kind
    if "{" in text or "}" in text:
        raise Refused(name)
    whole = text.replace("00000000-0000-0000-0000-000000000000", "{subscription}")
    for label, word in (*recording.names, *((("own", own),) if own else ())):
        whole = _replaced(whole, label, word)
    if GUID.search(_around(whole)):
        if whole.startswith(("/", "{id}", "{parent}")) or "http" in whole:
            raise Refused(name)
        whole = GUID.sub("{guid}", whole)
    if "{" in whole:
        learned = fit_around(_around(whole)) and (not whole.startswith("/") or own_path(whole))
    else:
        learned = fit(whole) and not PERSONAL.search(name) and not (STATE.search(name) and STAGE.fullmatch(whole))
    if not learned:
        raise Refused(name)
    return whole


def _around(template: str) -> str:
    return re.sub(r"\{[^{}]*\}", "", template)


def _kind(text: str, name: str) -> str | None:
    """A time, a guid, an etag, a person; None where it is none of these."""
    folded = name.casefold()
    if folded in ("etag", "_etag"):
        return _etag(text)
    when = TIME.fullmatch(text)
    if when and when[1] in ("0001", "9999", "1601", "1900", "1970"):
        return text
    if when:
        form = ("7" if when[2] else "") + (when[3] or "")
        return ("{changed:" if CHANGE.search(name) else "{created:") + form + "}"
    if GUID.fullmatch(text):
        known = next((word for word in ("tenant", "subscription") if folded.endswith(f"{word}id")), None)
        if known is None and set(text) <= set("0-"):
            raise Refused(name)
        return "{" + (known or "guid") + "}"
    return PEOPLE.get(folded)


def own_path(path: str) -> bool:
    """Whether every name in an id with placeholders is made from the resource's own."""
    whole = path.replace("{id}", "/a/{}").replace("{parent}", "/a/{}").replace("/{type}/", "/N/t/")
    for part in whole.split("/providers/"):
        pieces = [piece for piece in part.split("/") if piece]
        named = pieces[1::2] if part.startswith("/") else pieces[2::2]
        if not all("{" in name or name == "default" for name in named):
            return False
    return True


def _etag(text: str) -> str:
    made = GUID.sub("{etag}", text)
    if "{etag}" in made and re.fullmatch(r'(W/)?"?\{etag\}"?', made):
        return made
    return '"{etag}"' if text.startswith('"') else "{etag}"


def _replaced(text: str, label: str, word: str) -> str:
    if text.casefold() == word.casefold():
        return "{" + label + "}" if text == word else "{" + label + ":l}" if text == word.lower() else text
    if len(word) < 3 or word.casefold() not in text.casefold():
        return text

    def put(found: re.Match[str]) -> str:
        if text[: found.start()].count("{") > text[: found.start()].count("}"):
            return found[0]
        after = text[found.end() : found.end() + 1]
        hostlike = after == "." or text[: found.start()].endswith(("://", "@"))
        if found[0] == word:
            return "{" + label + (":l}" if hostlike and word == word.lower() else "}")
        return "{" + label + ":l}" if found[0] == word.lower() else found[0]

    return re.sub(rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])", put, text, flags=re.IGNORECASE)


def fit(text: str) -> bool:
    """Whether a constant may be kept: a word of the protocol, not somebody's."""
    if text in ("x64", "stv2", "latin1", "app", "Auto Approved"):
        return True
    plain = len(text) <= 80 and text.count(" ") <= 8 and LOOKS_RECORDED.search(text) is None
    return plain and SAMPLE.fullmatch(text) is None and find_location(text) is None


def fit_around(rest: str) -> bool:
    """Whether what is around placeholders may be kept: path segments, host suffixes without a recording's numbers."""
    if len(rest) > 200 or re.search(r"@|\\|\d{3}(?!/|$)|[0-9a-f]{12}|clitest|cli_test|000\d|(\d{1,3}\.){3}", rest):
        return False
    if any(part in all_locations() or part.endswith("stage") for part in re.split(r"[./-]", rest)) or _REGION.search(
        rest
    ):
        return False
    return re.search(r"[a-z]-?\d+[a-z-]*\.(?!0)", rest, re.IGNORECASE) is None


_REGION = re.compile("|".join(one.display_name.replace(" ", "") for one in all_locations().values()))


def fit_condition(value: Any) -> bool:
    if isinstance(value, bool):
        return True
    return (
        isinstance(value, str)
        and 0 < len(value) <= 40
        and re.fullmatch(r"[A-Za-z][A-Za-z0-9_ .|-]*", value) is not None
        and fit(value)
    )


# --------------------------------------------------------------- decisions


_VALUES: dict[tuple[int, str, str | None, int], str] = {}
"""Each property of each recording is looked at several times; the recordings live as long as the process."""


def _names(pairs: list[Pair]) -> dict[str, str]:
    """Each property of these GETs that is one of the protocol, casefolded, in its most frequent spelling."""
    spelled: dict[str, Counter[str]] = defaultdict(Counter)
    for _, _, get, _ in pairs:
        for name in get:
            if NAME.fullmatch(name) and not RECORDED_NAME.search(name):
                spelled[name.casefold()][name] += 1
    return {folded: counts.most_common(1)[0][0] for folded, counts in spelled.items()}


_FOLDED: dict[int, dict[str, Any]] = {}


def _folded(value: dict[str, Any]) -> dict[str, Any]:
    if not value:
        return value
    found = _FOLDED.get(id(value))
    if found is None:
        found = _FOLDED[id(value)] = {name.casefold(): one for name, one in value.items()}
    return found


class Learner:
    """`words_of` are the constants that several types share: `(name, value)` to how many."""

    def __init__(
        self, shared: Mapping[tuple[str, str], int] | None = None, agree: float = AGREE, depth: int = DEPTH
    ) -> None:
        self.shared = shared or {}
        self.agree = agree
        self.depth = depth

    def node(self, pairs: list[Pair], at: str = "", level: int = 0) -> dict[str, Any]:
        """The nodes of what is in an object, by name."""
        made: dict[str, Any] = {}
        for name, spelled in _names(pairs).items():
            path = f"{at}{name}"
            if path in UNLEARNED:
                continue
            seen, deeper, elements = self._look(name, spelled, pairs, level)
            one: dict[str, Any] = {}
            decision = self.decide(spelled, seen, self.depth) if seen else None
            if decision is not None:
                one["m"] = decision
            if level < 8 and path != "tags":
                inside = self.node(deeper, f"{path}.", level + 1)
                if inside:
                    one["k"] = inside
                each = self.node(elements, f"{path}[].", level + 1)
                if each:
                    one["e"] = {"k": each}
            if one:
                made[spelled] = one
        return made

    def _look(
        self, name: str, spelled: str, pairs: list[Pair], level: int
    ) -> tuple[list[Seen], list[Pair], list[Pair]]:
        """At one property: what is seen where it was not sent, and the pairs of what is inside it."""
        seen: list[Seen] = []
        deeper: list[Pair] = []
        elements: list[Pair] = []
        for recording, put, get, own in pairs:
            had, has = _folded(put), _folded(get)
            shown, sent = has.get(name), had.get(name)
            if name not in had:
                value = self.value(name in has, shown, spelled, recording, own)
                seen.append(Seen(recording, value, shown, put if level > 1 else {}))
            if isinstance(shown, dict):
                deeper.append((recording, sent if isinstance(sent, dict) else {}, shown, own))
            elif isinstance(shown, list) and isinstance(sent, list):
                elements.extend(matched(recording, sent, shown))
        return seen, deeper, elements

    def value(self, there: bool, shown: Any, name: str, recording: Recording, own: str | None) -> str:
        """What is seen there, templated, as JSON; ABSENT, OBJECT, or a mark of its own for what may not be learned."""
        if not there:
            return ABSENT
        if isinstance(shown, dict):
            return OBJECT
        key = (id(recording.names), name, own, id(shown))
        found = _VALUES.get(key)
        if found is None:
            try:
                found = msgspec.json.encode(templated(shown, name, recording, own), order="sorted").decode()
            except Refused:
                found = "?" + str(shown)
            _VALUES[key] = found
        return found

    def decide(self, name: str, seen: list[Seen], depth: int) -> list[Any] | None:
        """`[value]`, `[condition, then, otherwise]`, or None: absent, or unknown."""
        weights = _weights(seen)
        total = sum(weights)
        counts: Counter[str] = Counter()
        for one, weight in zip(seen, weights, strict=True):
            counts[one.value] += weight
        if set(counts) == {ABSENT}:
            return None
        best, weight = counts.most_common(1)[0]
        if weight >= self.agree * total:
            return self._leaf(name, best, seen)
        copied = self._copied(seen, weights, total)
        if copied is not None:
            return copied
        if depth:
            return self._split(name, seen, depth, weight)
        return None

    def _leaf(self, name: str, value: str, seen: list[Seen]) -> list[Any] | None:
        if value == ABSENT or value.startswith("?"):
            return None
        decoded = msgspec.json.decode(value)
        # Two resources of one test share its parameters, so a text has to be said by two tests.
        by_test = _says_text(decoded)
        holders = {
            one.recording.source.rpartition("/")[2] if by_test else one.recording.key
            for one in seen
            if one.value == value
        }
        if len(holders) < 2 and not self._from_one(name, decoded):
            return None
        return [decoded]

    def _from_one(self, name: str, value: Any) -> bool:
        """Whether one recording is enough: what is empty, true or false, made from the resource itself or a kind, or
        said under the same name by recordings of another type too."""
        if value is None or isinstance(value, bool) or value in ("", 0) or value in ([], {}):
            return True
        if isinstance(value, str) and "{" in value:
            bare = re.sub(r"\{[^{}]*\}", "", value)
            return not re.search(r"[a-z]\.[a-z]", bare) or self.shared.get((name.casefold(), value), 0) > 1
        return self.shared.get((name.casefold(), msgspec.json.encode(value, order="sorted").decode()), 0) > 1

    def _copied(self, seen: list[Seen], weights: list[float], total: float) -> list[Any] | None:
        """Where it always is what another property of the PUT is."""
        paths: Counter[str] = Counter()
        distinct: dict[str, set[str]] = defaultdict(set)
        for one, weight in zip(seen, weights, strict=True):
            if (
                one.value == ABSENT
                or not isinstance(one.raw, str | int | list)
                or isinstance(one.raw, bool)
                or not one.raw
            ):
                continue
            for path, value in one.recording.sent.items():
                if value == one.raw and not SECRET_NAME.search(path):
                    paths[path] += weight
                    distinct[path].add(str(value))
        for path, weight in paths.most_common(3):
            if weight >= self.agree * total and len(distinct[path]) > 1 and re.fullmatch(r"[A-Za-z_.]+", path):
                return ["{=" + path + "}"]
        return None

    def _split(self, name: str, seen: list[Seen], depth: int, base: float) -> list[Any] | None:
        total = sum(_weights(seen))
        wanted = base + max(0.5, 0.1 * total)
        best: tuple[float, list[tuple[str, list[Seen]]], list[Seen]] | None = None
        for parts, rest in (*splits(seen), *switches(seen)):
            score = sum(_top(part) for _, part in parts) + _top(rest)
            if score >= wanted and (best is None or score > best[0] + 1e-9):
                best = (score, parts, rest)
        if best is None:
            return None
        _, parts, rest = best
        decided = self.decide(name, rest, depth - 1) if rest else None
        for condition, part in reversed(parts):
            then = self.decide(name, part, depth - 1)
            if then != decided:
                decided = [condition, then, decided]
        return decided


def _says_text(value: Any) -> bool:
    """Whether it holds a text that is neither empty nor made from placeholders."""
    if isinstance(value, str):
        return bool(value) and "{" not in value
    if isinstance(value, dict):
        return any(_says_text(one) for one in value.values())
    return isinstance(value, list) and any(_says_text(one) for one in value)


def _weights(seen: list[Seen]) -> list[float]:
    counts = Counter(one.recording.key for one in seen)
    return [1 / counts[one.recording.key] for one in seen]


def _top(seen: list[Seen]) -> float:
    counts: Counter[str] = Counter()
    for one, weight in zip(seen, _weights(seen), strict=True):
        if not one.value.startswith("?"):
            counts[one.value] += weight
    return max(counts.values(), default=0)


Parts = tuple[list[tuple[str, list[Seen]]], list[Seen]]


def splits(seen: list[Seen]) -> Iterator[Parts]:
    """Every condition that parts them, with at least two resources on both sides."""
    keys = [one.recording.key for one in seen]
    if len(set(keys)) < 4:
        return
    tests: dict[str, set[int]] = defaultdict(set)
    versions = sorted({one.recording.version for one in seen})
    for at, one in enumerate(seen):
        for version in versions[1:]:
            if one.recording.version >= version:
                tests[f">{version}"].add(at)
        for path, case in _told(one):
            tests[f"?{path}"].add(at)
            if case is not None:
                tests[f"{path}={case}"].add(at)
    done: set[frozenset[int]] = set()
    for condition, members in tests.items():
        group = frozenset(members)
        if len(group) == len(seen) or group in done:
            continue
        done.add(group)
        inside = {keys[at] for at in group}
        if len(inside) < 2 or len({key for at, key in enumerate(keys) if at not in group}) < 2:
            continue
        yield [(condition, [seen[at] for at in sorted(group)])], [one for at, one in enumerate(seen) if at not in group]


def switches(seen: list[Seen]) -> Iterator[Parts]:
    """Every property of few values (a SKU, a kind) that parts them into two or more, each of two resources."""
    values: dict[str, dict[str, list[Seen]]] = defaultdict(lambda: defaultdict(list))
    for one in seen:
        for path, case in _told(one):
            if case is not None:
                values[path][case].append(one)
    for path, cases in values.items():
        if not 2 <= len(cases) <= 12:
            continue
        parts = [(f"{path}={case}", some) for case, some in sorted(cases.items()) if _resources(some) > 1]
        if len(parts) > 1:
            told = {id(one) for _, some in parts for one in some}
            yield parts, [one for one in seen if id(one) not in told]


_KNOWN: dict[int, list[tuple[str, str | None]]] = {}


def _told(one: Seen) -> list[tuple[str, str | None]]:
    """What a condition may ask, and the value it may name: what was sent, by path, and beside the property."""
    whole = _KNOWN.get(id(one.recording.sent))
    if whole is None:
        whole = _KNOWN[id(one.recording.sent)] = list(_asked("", one.recording.sent))
    return [*whole, *_asked(".", one.near)] if one.near else whole


def _asked(prefix: str, values: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    for path, value in values.items():
        if CONDITION_PATH.fullmatch(path) and not SECRET_NAME.search(path) and not MAP.search(path):
            yield f"{prefix}{path}", words(value) if fit_case(path, value) else None


def fit_case(path: str, value: Any) -> bool:
    """Whether a condition may name this value: a choice of the protocol."""
    if isinstance(value, str) and not path.endswith("sku.name") and (UNASKED.search(path) or PERSONAL.search(path)):
        return False
    return fit_condition(value)


def _resources(seen: list[Seen]) -> int:
    return len({one.recording.key for one in seen})


def matched(recording: Recording, sent: list[Any], shown: list[Any]) -> Iterator[Pair]:
    """Elements that are the same one in both: by name, else by their place in lists of one length."""
    if all(isinstance(one, dict) and isinstance(one.get("name"), str) for one in (*sent, *shown)):
        named = {one["name"].casefold(): one for one in shown}
        for one in sent:
            found = named.get(one["name"].casefold())
            if found is not None:
                yield recording, one, found, one["name"]
    elif len(sent) == len(shown):
        for one, found in zip(sent, shown, strict=True):
            if isinstance(one, dict) and isinstance(found, dict):
                name = found.get("name")
                yield recording, one, found, name if isinstance(name, str) else None
