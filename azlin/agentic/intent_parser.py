"""Request → Intent, from the words alone: no network, no model, no guess.

Every word of a request ends up in a phrase, every phrase in a parameter, or there is a question. What the request
leaves open is filled in by the family, each time with a sentence that says so. A language model, where there is one,
proposes the same Intents and has them completed by the same families.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher, get_close_matches

from msgspec.structs import replace

from azlin.agentic.families import IntentFamily
from azlin.agentic.families.last_failure import asked
from azlin.agentic.families.several import of_parts
from azlin.agentic.language import verbs
from azlin.agentic.language.binding import bind
from azlin.agentic.language.bound import Bound
from azlin.agentic.language.clauses import Clause, read_clauses
from azlin.agentic.language.failure_questions import read_failure_question
from azlin.agentic.language.kinds import KINDS
from azlin.agentic.language.phrase import FUNCTION_WORDS, Tokens
from azlin.agentic.language.phrases import read_phrases
from azlin.agentic.language.sharing import share
from azlin.agentic.language.tokens import tokenise
from azlin.agentic.types import Candidate, Intent, Request
from azlin.settings import Defaults

LENGTH_MAX = 2000
PARTS_MAX = 12
UNCLEAR = "unclear"
"""The family of an Intent that is only questions; it has no plan."""


def parse(
    request: Request,
    defaults: Defaults,
    families: Mapping[str, IntentFamily],
    *,
    group: str | None = None,
    location: str | None = None,
) -> Intent:
    """What a request means. `group` and `location` are what flags of this one command say (-g, -l): they hold for
    everything in the request, also for what is listed, and contradict nothing in it.

    Questions mean that it was not understood; then nothing may be planned.
    """
    question = read_failure_question(request.text)
    if question is not None:
        return asked(question.objective, any_failure=question.any_failure)
    return _read(request.text.strip(), defaults, families, group=group, location=location)


def _read(
    text: str, defaults: Defaults, families: Mapping[str, IntentFamily], *, group: str | None, location: str | None
) -> Intent:
    if not text or len(text) > LENGTH_MAX:
        too_long = f"The request has {len(text)} characters, more than the {LENGTH_MAX} that can be one request. "
        return _unclear(f"{too_long if text else ''}What should be done?", _examples("", families), 0.0)
    tokens = Tokens(tokenise(text))
    clauses = read_clauses(read_phrases(tokens), tokens)
    unknown = [phrase for clause in clauses for phrase in clause.unknown]
    if unknown:
        return _not_understood(text, tokens, clauses, families)
    if not clauses:
        return _unclear("What should be done?", _examples(text, families), 0.1)
    if len(clauses) > PARTS_MAX:
        return _unclear(f"That is {len(clauses)} requests in one. Which should be done first?", (), 0.2)
    bounds = [bind(clause, text) for clause in clauses]
    share(bounds, group=group, location=location)
    parts = [_part(bound, defaults, families) for bound in bounds]
    whole = parts[0] if len(parts) == 1 else of_parts(parts)
    if not whole.questions:
        return whole
    return _ranked(whole, text, families)


def _part(bound: Bound, defaults: Defaults, families: Mapping[str, IntentFamily]) -> Intent:
    intent = Intent(
        family=bound.kind.family if bound.kind else UNCLEAR,
        action=bound.action or UNCLEAR,
        summary="",
        parameters=bound.parameters,
        confidence=0.3 if bound.questions else 0.9 if bound.assumptions else 1.0,
        assumptions=tuple(bound.assumptions),
        questions=tuple(bound.questions),
        candidates=tuple(bound.candidates),
    )
    if bound.questions or bound.kind is None:
        return intent
    return families[bound.kind.family].complete(intent, defaults)


def _ranked(intent: Intent, text: str, families: Mapping[str, IntentFamily]) -> Intent:
    """A question always comes with something to type."""
    candidates = intent.candidates or _examples(text, families)
    return replace(intent, confidence=min(intent.confidence, 0.5), candidates=tuple(dict.fromkeys(candidates))[:5])


def _not_understood(
    text: str, tokens: Tokens, clauses: Sequence[Clause], families: Mapping[str, IntentFamily]
) -> Intent:
    """Quotes what was not understood, adjacent words together, and offers the request with misspelt words corrected."""
    spans: list[tuple[int, int]] = []
    for phrase in sorted((phrase for clause in clauses for phrase in clause.unknown), key=lambda phrase: phrase.start):
        if spans and phrase.start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(phrase.end, spans[-1][1]))
        else:
            spans.append((phrase.start, phrase.end))
    quoted = " and ".join(f"“{tokens.said(start, end)[:80]}”" for start, end in spans[:3])
    more = f" (and {len(spans) - 3} more)" if len(spans) > 3 else ""
    known = 1 - sum(end - start for start, end in spans) / max(1, len(tokens))
    candidates = (*_corrected(tokens, spans), *_examples(text, families))
    return _unclear(f"I did not understand {quoted}{more}. What is meant?", candidates, round(0.5 * known, 2))


def _corrected(tokens: Tokens, spans: Sequence[tuple[int, int]]) -> tuple[Candidate, ...]:
    """The request with each unknown word replaced by the nearest word azlin knows, if there is one for each.

    A word is never "corrected" into one that destroys unless only a letter is amiss.
    """
    words, destructive = _vocabulary(), frozenset(verbs.VERBS["delete"].split(","))
    better = [token.text for token in tokens.tokens]
    changes: list[str] = []
    for at in (at for start, end in spans for at in range(start, end)):
        word = tokens.low(at)
        if word in FUNCTION_WORDS or word in words:
            continue
        near = get_close_matches(word, words, n=1, cutoff=0.75) if word else []
        if not near or (near[0] in destructive and SequenceMatcher(None, word, near[0]).ratio() < 0.9):
            return ()
        better[at] = near[0]
        changes.append(f"{word!r} read as {near[0]!r}")
    text = " ".join(better)
    read_again = Tokens(tokenise(text))
    if not changes or any(clause.unknown for clause in read_clauses(read_phrases(read_again), read_again)):
        return ()
    return (Candidate(text=text, because=", ".join(changes)),)


def _vocabulary() -> list[str]:
    kinds = {word for kind in KINDS for words in (*kind.words, kind.plural) for word in words.casefold().split()}
    return sorted(
        kinds | verbs.words() | {"called", "named", "tagged", "region", "ubuntu", "debian", "windows", "running"}
    )


def _examples(text: str, families: Mapping[str, IntentFamily]) -> tuple[Candidate, ...]:
    """The three requests that work and share most with this one; where none shares a word, one of each kind."""
    said = {token.low for token in tokenise(text[:LENGTH_MAX])} - FUNCTION_WORDS
    examples = [example for family in families.values() for example in family.examples]

    def shared(example: str) -> float:
        words = {token.low for token in tokenise(example)} - FUNCTION_WORDS
        return -len(words & said) / (len(words) ** 0.5)

    firsts = [family.examples[0] for family in families.values() if family.examples]
    best = sorted(examples, key=shared)[:3] if any(map(shared, examples)) else firsts[:3]
    return tuple(Candidate(text=example, because="a request that works") for example in best)


def _unclear(question: str, candidates: Sequence[Candidate], confidence: float) -> Intent:
    return Intent(
        family=UNCLEAR,
        action=UNCLEAR,
        summary="not understood",
        confidence=max(0.0, confidence),
        questions=(question,),
        candidates=tuple(dict.fromkeys(candidates))[:5],
    )
