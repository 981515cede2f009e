"""Text → phrases: what is said, in order, with every word in exactly one phrase.

A word that no reader takes becomes an `unknown` phrase. Nothing is skipped: it is what makes a question out of what was
not understood.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from azlin.agentic.language import machine_traits, network_traits, numbers, placement, selectors, verbs
from azlin.agentic.language.kinds import read_kind
from azlin.agentic.language.names import Names, is_name, looks_made_up, read_names
from azlin.agentic.language.phrase import FUNCTION_WORDS, PREPOSITIONS, Phrase, Tokens
from azlin.agentic.language.tags import read_tags
from azlin.agentic.language.tokens import Token

Reader = Callable[[Tokens, int], Phrase | None]

ATTRIBUTES: tuple[Reader, ...] = (
    selectors.read_opposite,
    placement.read_group,
    network_traits.read_public_ip,
    network_traits.read_subnets,
    network_traits.read_containers,
    placement.read_holder,
    placement.read_zones,
    selectors.read_pattern,
    selectors.read_tagging,
    machine_traits.read_ssh_key,
    machine_traits.read_admin,
    network_traits.read_priority,
    network_traits.read_storage_sku,
    machine_traits.read_vm_size,
    selectors.read_named,
    network_traits.read_opening,
    network_traits.read_prefixes,
    machine_traits.read_amount,
    placement.read_location,
    machine_traits.read_image,
    selectors.read_state,
    selectors.read_label,
)
"""Tried in this order; the more telling phrase comes first."""

ACTS = frozenset({"start", "deallocate", "power-off", "restart", "resize", "delete", "tag", "untag", "show"})
"""Actions on things that exist, where a plain word after the verb can only be a name."""
_READS = frozenset({"list", "show", "count"})
_QUANTIFIERS = frozenset({"all", "every", "each", "any", "both", "everything"})
_RELATIVES = frozenset({"that", "which", "who", "are", "is", "have", "has", "having", "there", "be", "each"})
_ARTICLES = frozenset({"a", "an", "the", "my", "our", "another", "new", "existing", "your", "me", "us", "single"})
_CLAUSE_START = frozenset({"and", "end", "wish", "not-verb"})
_TYPE = re.compile(r"[A-Za-z][\w]*(\.[A-Za-z]\w*)+(/[A-Za-z][\w.]*)+$")
_CAPITALISED = re.compile(r"[A-Z][a-z]+$")


class Reading:
    """One pass over the tokens. `phrases` is the result of `read`."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.phrases: list[Phrase] = []
        self.action: str | None = None
        self.soft = False

    def read(self) -> list[Phrase]:
        at = 0
        while at < len(self.tokens):
            phrase = self._next(at)
            self.phrases.append(phrase)
            at = phrase.end
        return self.phrases

    def _next(self, at: int) -> Phrase:
        for read in (self._mark, self._verb, self._wish, self._id, self._attribute, self._plain, self._name):
            phrase = read(at)
            if phrase is not None:
                return phrase
        return Phrase("unknown", self.tokens.text(at), at, at + 1)

    @property
    def _last(self) -> str:
        """The slot before, articles and quantifiers left out."""
        return next((p.slot for p in reversed(self.phrases) if p.slot not in ("article", "all", "relative")), "")

    def _fresh(self) -> bool:
        """Whether a verb may stand here: at the start, and after `and`, a wish or a full stop."""
        return not self.phrases or self.phrases[-1].slot in _CLAUSE_START

    def _mark(self, at: int) -> Phrase | None:
        token = self.tokens.tokens[at]
        if token.kind == "comma" or (token.low in ("and", "then", "also", "plus", "&") and token.kind != "quoted"):
            end = self.tokens.skip(at + 1, {"and", "then", "also"})
            return Phrase("and", None, at, end)
        return Phrase("end", None, at, at + 1) if token.kind == "end" else None

    def _verb(self, at: int) -> Phrase | None:
        if not self._fresh() and not (self.soft and self._last in ("verb", "")):
            return None
        negation = verbs.read_negation(self.tokens.tokens, at)
        if negation is not None:
            return Phrase("not-verb", negation.said, at, negation.end)
        spoken = verbs.read_verb(self.tokens.tokens, at)
        if spoken is not None and spoken.meaning in ("list", "count") and self.tokens.low(spoken.end) == "of":
            spoken = spoken._replace(end=spoken.end + 1)
        found = spoken or verbs.read_soft_create(self.tokens.tokens, at)
        if found is None:
            return None
        if found.meaning == "delete" and self.tokens.low(self.tokens.skip(found.end, {"the"})) in ("tag", "tags"):
            return self._untag(at, self.tokens.skip(found.end, {"the", "tag", "tags"}))
        if (
            self.action is not None
            and spoken is not None
            and self.soft
            and found.meaning not in ("list", "count", "show")
        ):
            return None
        self.action, self.soft = found.meaning, spoken is None
        return Phrase("verb", found, at, found.end)

    def _untag(self, start: int, at: int) -> Phrase | None:
        found = read_tags(self.tokens.tokens, at, bare=True)
        if found is None:
            return None
        self.action, self.soft = "untag", False
        self.phrases.append(Phrase("verb", verbs.Spoken("untag", "remove tag", at), start, at))
        return Phrase("set-tags", found.tags, at, found.end)

    def _wish(self, at: int) -> Phrase | None:
        wish = verbs.read_wish(self.tokens.tokens, at)
        if wish is not None and (wish.said not in ("do", "azlin") or (self._fresh() and self.action is None)):
            return Phrase("wish", wish.said, at, wish.end)
        if self.action in _READS or self.soft:
            everywhere = verbs.read_everywhere(self.tokens.tokens, at)
            if everywhere is not None:
                return Phrase("wish", everywhere.said, at, everywhere.end)
        return None

    def _id(self, at: int) -> Phrase | None:
        text = self.tokens.text(at)
        if text.casefold().startswith("/subscriptions/"):
            return Phrase("id", text, at, at + 1)
        return Phrase("type", text, at, at + 1) if self.tokens.low(at) and _TYPE.match(text) else None

    def _attribute(self, at: int) -> Phrase | None:
        if self.action in ("tag", "untag"):
            found = read_tags(
                self.tokens.tokens, self.tokens.skip(at, {"with", "as", "to", "the", "tag", "tags"}), bare=False
            )
            if found is not None and self.tokens.low(at) != "tagged":
                return Phrase("set-tags", found.tags, at, found.end)
        for read in ATTRIBUTES:
            phrase = read(self.tokens, at)
            if phrase is not None and phrase.end > at:
                return phrase
        return None

    def _plain(self, at: int) -> Phrase | None:
        """Numbers, kinds, quantifiers, articles, prepositions."""
        word = self.tokens.low(at)
        if word in _QUANTIFIERS:
            return Phrase("all", word, at, self.tokens.skip(at + 1, {"of", "the"}))
        if number := numbers.read_number(self.tokens.tokens, at):
            return Phrase("count", number, at, number.end)
        if mention := read_kind(self.tokens.tokens, at):
            return Phrase("kind", mention, at, mention.end)
        relative = word in _RELATIVES and self.action in _READS | ACTS
        slots = {"article": word in _ARTICLES, "relative": relative, "preposition": word in PREPOSITIONS}
        slot = next((slot for slot, is_one in slots.items() if is_one), None)
        return Phrase(slot, word, at, at + 1) if slot else None

    def _name(self, at: int) -> Phrase | None:
        token = self.tokens.tokens[at]
        if not is_name(token) or (token.kind == "word" and token.low in FUNCTION_WORDS):
            return None
        found = read_names(self.tokens.tokens, at, lambda i: selectors.begins_something(self.tokens, i))
        if found is None:
            return None
        existing = self.action in ACTS or (self.action == "list" and looks_made_up(token))
        if read_kind(self.tokens.tokens, found.end) is not None:
            may_be = self._stands_before_kind(at, found, existing)
        elif self._last == "kind":
            may_be = self._may_follow_kind(token)
        else:
            may_be = existing and (self._last == "verb" or (self._last == "and" and self._list_goes_on()))
        return Phrase("names", found.names, at, found.end) if may_be else None

    def _stands_before_kind(self, at: int, found: Names, existing: bool) -> bool:
        """`the Sam vm`, `the web1 and web2 vms`. Before a plural, a plain word says what they are, not their name."""
        mention = read_kind(self.tokens.tokens, found.end) if self._last in ("verb", "and", "") else None
        if mention is None or (self.phrases and self.phrases[-1].slot == "all"):
            return False
        odd = all(_is_odd(name) or self.tokens.tokens[at].kind == "quoted" for name in found.names or ())
        return odd or (existing and not mention.plural)

    def _may_follow_kind(self, token: Token) -> bool:
        """`vm Sam`, `vms web1`. A plain word after a kind is a name only where something that exists is meant."""
        start = self._clause_start()
        kind = next(phrase for phrase in reversed(self.phrases) if phrase.slot == "kind")
        if any(phrase.slot == "names" for phrase in self.phrases[start:]):
            return False
        if self.action in ACTS | _READS and not kind.value.plural:
            return True
        capitalised = self.action not in _READS and bool(_CAPITALISED.match(token.text))
        return token.kind == "quoted" or _is_odd(token.text) or capitalised

    def _list_goes_on(self) -> bool:
        return any(p.slot == "names" for p in self.phrases[-2:])

    def _clause_start(self) -> int:
        for index in range(len(self.phrases) - 1, -1, -1):
            if self.phrases[index].slot in ("and", "end", "verb"):
                return index
        return 0


def _is_odd(name: str) -> bool:
    """Whether a word can hardly be anything but a name."""
    return any(c.isdigit() or c in "-_." for c in name)


def read_phrases(tokens: Tokens) -> list[Phrase]:
    """All phrases of a request."""
    return _with_dangling_words(Reading(tokens).read())


def _with_dangling_words(phrases: list[Phrase]) -> list[Phrase]:
    """A preposition must lead to something; one that leads to nothing, or to what is unknown, is unknown with it."""
    settled: list[Phrase] = []
    for phrase in reversed(phrases):
        following = next((p for p in reversed(settled) if p.slot not in ("article", "all")), None)
        lonely = following is None or following.slot in ("unknown", "and", "end", "verb", "preposition", "wish")
        if phrase.slot == "preposition" and lonely:
            settled.append(phrase._replace(slot="unknown"))
        else:
            settled.append(phrase)
    return settled[::-1]
