"""What all runs together show."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence

from chaos.judge import Judged
from chaos.lives import Case, Death, Run

FIRST_CALL_MAX_S = 0.5
KINDS = {
    "lost": "operations lost",
    "twice": "resources made twice, or by nobody's wish",
    "repeated": "POSTs repeated",
    "damaged": "files damaged",
    "untrue": "outcomes untrue",
    "modest": "outcomes that say less than is done",
}


def report(judged: Sequence[tuple[Case, Run, Judged]], took_s: float, plan: str) -> bool:
    """Print the figures; whether one of them is wrong."""
    runs, operations = len(judged), len(judged[0][1].draft.operations) if judged else 0
    deaths = [death for _, run, _ in judged for death in run.deaths]
    print(f"\n{runs} runs of {operations} operations ({plan}), {len(deaths)} kills, {took_s:.0f} s")
    failed = False
    for kind, words in KINDS.items():
        count = sum(len(getattr(one, kind)) for _, _, one in judged)
        where = sum(bool(getattr(one, kind)) for _, _, one in judged)
        failed |= count > 0
        print(f"  {'MISS' if count else 'ok  '} {words:<46} {count:>5}" + (f"   in {where} runs" if count else ""))
    unknown = [line for _, _, one in judged for line in one.unknown]
    print(f"       {'acts whose fate azlin says it does not know':<46} {len(unknown):>5}")
    for line, count in Counter(line.partition(": ")[2] for line in unknown).most_common(5):
        print(f"         {count:>4}  {line}")
    print(f"       {'PUTs sent again that made nothing':<46} {sum(one.put_again for _, _, one in judged):>5}")
    print(
        "  ended: "
        + ", ".join(f"{n} {verdict}" for verdict, n in Counter(j.verdict for _, _, j in judged).most_common())
    )
    _where(deaths)
    print(
        "  runs: "
        + ", ".join(
            f"{count} {what}" for what, count in Counter(w for c, _, _ in judged for w in _kinds(c)).most_common()
        )
    )
    calls = [s for _, _, one in judged for s in one.first_call_s]
    changes = [s for _, _, one in judged for s in one.first_change_s]
    failed |= _pace("resume to the first call", calls, FIRST_CALL_MAX_S)
    _pace("resume to the first change", changes, None)
    return failed


def _kinds(case: Case) -> list[str]:
    found = [case.strategy, case.pace]
    found += ["killed again"] if case.kills > 1 else []
    found += ["planned again"] if case.replanned else []
    return found + (["zombie"] if case.zombie else [])


def _where(deaths: Sequence[Death]) -> None:
    print("  where the kills landed:")
    for where, count in Counter(death.where for death in deaths).most_common():
        print(f"    {count:>5}  {where}")
    under_way: Counter[str] = Counter()
    for death in deaths:
        under_way.update(death.under_way)
    if under_way:
        print("    operations under way then: " + ", ".join(f"{n} {what}" for what, n in under_way.most_common()))


def _pace(what: str, seconds: Sequence[float], at_most_s: float | None) -> bool:
    if not seconds:
        return False
    middle = statistics.median(seconds)
    late = sorted(seconds)[min(len(seconds) - 1, int(len(seconds) * 0.95))]
    missed = at_most_s is not None and middle > at_most_s
    mark = "MISS" if missed else "ok  " if at_most_s is not None else "    "
    print(f"  {mark} {what:<46} median {middle:.2f} s, p95 {late:.2f} s, at most {max(seconds):.2f} s ({len(seconds)})")
    return missed
