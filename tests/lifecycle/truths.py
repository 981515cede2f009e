"""What is true after every run, whatever was asked, whatever went wrong, and whoever carried it out.

Nothing here asks azlin whether azlin was right: Azure is read from the sandbox's own file (`estate.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from azlin.agentic.types import Objective, Operation, OperationResult, Outcome, Plan
from tests.lifecycle.estate import Estate, short

ATTEMPTS_MAX = 5
EXIT_CODES: dict[str, tuple[int, ...]] = {
    "achieved": (0,),
    "previewed": (0, 10),
    "partly": (7,),
    "failed": (1, 2, 3, 4, 5),
    "cancelled": (1,),
    "refused": (5,),
    "undecided": (6,),
    "running": (8,),
    "timed-out": (9,),
    "interrupted": (130,),
}
"""Design §5. A failure has the code of its kind: 2 usage, 3 not found, 4 sign-in, 5 permission."""

UNFINISHED = ("partly", "failed", "timed-out", "interrupted", "running")
POWER_AFTER = {"deallocate": "deallocated", "poweroff": "stopped", "start": "running"}


@dataclass(frozen=True)
class Happened:
    """One run that is over. `bystanders` are ids that nothing in the request is about; `tried` says how often each
    operation was begun in this run (a command to go on gives every operation its chances anew)."""

    ended: Objective
    before: Estate
    after: Estate
    tried: Mapping[str, int]
    ends: Mapping[str, int] = field(default_factory=dict[str, int])
    """How often it was told of each operation that it is done."""
    bystanders: Sequence[str] = ()

    @property
    def outcome(self) -> Outcome:
        assert self.ended.outcome is not None
        return self.ended.outcome

    @property
    def plan(self) -> Plan | None:
        return self.ended.plan


def untruths(happened: Happened) -> list[str]:
    """What is not true, in sentences; empty when all is well."""
    return [said for truth in TRUTHS for said in truth(happened)]


def _the_exit_code_is_that_of_the_verdict(happened: Happened) -> Iterator[str]:
    outcome = happened.outcome
    if outcome.exit_code not in EXIT_CODES[outcome.verdict]:
        yield f"{outcome.verdict} ends with exit code {outcome.exit_code}"


def _achieved_is_what_azure_says_too(happened: Happened) -> Iterator[str]:
    if happened.plan is None or happened.outcome.verdict != "achieved":
        return
    for operation in happened.plan.operations:
        if (why := lacking(operation, happened.after)) is not None:
            yield f"achieved, but {operation.id}: {why}"


def _what_is_done_is_there(happened: Happened) -> Iterator[str]:
    for operation, result in _with_results(happened):
        why = lacking(operation, happened.after)
        if result.status == "done" and why is not None:
            yield f"{operation.id} is called done: {why}"
        if result.status == "undone" and operation.target.id in happened.after:
            yield f"{operation.id} is called undone and is there"


def _what_azure_has_is_not_called_missing(happened: Happened) -> Iterator[str]:
    plan, outcome = happened.plan, happened.outcome
    if plan is None or outcome.verdict not in ("partly", "failed") or len(outcome.results) != len(plan.operations):
        return
    done = all(result.status == "done" for result in outcome.results)
    if done and all(lacking(operation, happened.after) is None for operation in plan.operations):
        yield f"Azure has all of it, and azlin says {outcome.verdict}: {outcome.summary}"


def _a_failure_stops_what_waits_for_it_and_nothing_else(happened: Happened) -> Iterator[str]:
    if happened.outcome.verdict in ("interrupted", "timed-out"):
        return
    results = {operation.id: result for operation, result in _with_results(happened)}
    stuck: set[str] = {name for name, result in results.items() if result.status == "failed"}
    if happened.plan is None or any(result.status == "undone" for result in results.values()):
        return
    for operation in (operation for wave in happened.plan.waves() for operation in wave):
        if operation.id not in results or operation.id in stuck:
            continue
        waits_for = [other for other in operation.after if other in stuck]
        status = results[operation.id].status
        if waits_for:
            stuck.add(operation.id)
            if status != "skipped":
                yield f"{operation.id} is {status}, though {waits_for[0]} was not done"
        elif status != "done":
            yield f"{operation.id} is {status}, though nothing it waits for failed"


def _nothing_is_tried_more_than_five_times(happened: Happened) -> Iterator[str]:
    for operation, times in happened.tried.items():
        if times > ATTEMPTS_MAX:
            yield f"{operation} was tried {times} times"


def _an_end_is_told_once(happened: Happened) -> Iterator[str]:
    for operation, times in happened.ends.items():
        if times > 1:
            yield f"{operation} was told to be done {times} times"


def _where_nothing_ran_nothing_changed(happened: Happened) -> Iterator[str]:
    if happened.outcome.verdict in ("previewed", "refused", "undecided") and not happened.outcome.results:
        for one in happened.after.changed_since(happened.before, {*happened.before.kept, *happened.after.kept}):
            yield f"{happened.outcome.verdict}, and {short(one)} changed"


def _bystanders_are_untouched(happened: Happened) -> Iterator[str]:
    for one in happened.after.changed_since(happened.before, happened.bystanders):
        what = "was changed" if one in happened.after else "is gone"
        yield f"{short(one)} was there before and {what}"


def _what_was_made_is_owned_up_to(happened: Happened) -> Iterator[str]:
    """Everything new is either in the results as created, or comes with one of those (its disk, its parts)."""
    told = {result.resource_id.casefold() for _, result in _with_results(happened) if _may_have_made(result)}
    for one in happened.after.added_since(happened.before):
        if one.casefold() not in told and not any(_comes_with(one, owner) for owner in told):
            yield f"{short(one)} is new, and no result says so"
    for _, result in _with_results(happened):
        if result.status == "undone" and result.resource_id in happened.before:
            yield f"{result.operation} was undone, and was there before"


def _whoever_is_not_finished_is_told_how_to_go_on(happened: Happened) -> Iterator[str]:
    outcome, named = happened.outcome, happened.ended.id[:8]
    if outcome.verdict not in UNFINISHED or not outcome.results:
        return
    if not any(named in step and step.startswith("azlin objective ") for step in outcome.next_steps):
        yield f"{outcome.verdict} without a command to go on: {outcome.next_steps}"


def _a_failure_has_a_reason(happened: Happened) -> Iterator[str]:
    for result in happened.outcome.results:
        if result.status in ("failed", "skipped") and (result.failure is None or not result.failure.message):
            yield f"{result.operation} is {result.status} without a reason"


TRUTHS: tuple[Callable[[Happened], Iterable[str]], ...] = (
    _the_exit_code_is_that_of_the_verdict,
    _achieved_is_what_azure_says_too,
    _what_is_done_is_there,
    _what_azure_has_is_not_called_missing,
    _a_failure_stops_what_waits_for_it_and_nothing_else,
    _nothing_is_tried_more_than_five_times,
    _an_end_is_told_once,
    _where_nothing_ran_nothing_changed,
    _bystanders_are_untouched,
    _what_was_made_is_owned_up_to,
    _whoever_is_not_finished_is_told_how_to_go_on,
    _a_failure_has_a_reason,
)


def lacking(operation: Operation, estate: Estate) -> str | None:
    """Why an operation's wish is not what Azure has; None when it is, or when nothing there could show it."""
    target = operation.target
    if operation.verb == "delete":
        return "it is still there" if target.id in estate else None
    if operation.verb == "act":
        wanted = POWER_AFTER.get(str(operation.desired.get("action", "")).casefold())
        found = estate.power_of(target.id)
        return None if wanted in (None, found) else f"it is {found}, not {wanted}"
    if operation.verb != "ensure":
        return None
    body = estate.body(target.id)
    if body is None:
        return "it is not there"
    properties = cast("dict[str, Any]", body.get("properties") or {})
    if str(properties.get("provisioningState", "Succeeded")).casefold() != "succeeded":
        return f"it is {properties['provisioningState']}"
    for place, value in _said_plainly(operation.desired):
        found = _at(body, place)
        if str(found).casefold().replace(" ", "") != str(value).casefold().replace(" ", ""):
            return f"its {'.'.join(place)} is {found}, not {value}"
    return None


_PLAIN = (("location",), ("sku", "name"), ("kind",), ("properties", "hardwareProfile", "vmSize"))


def _said_plainly(desired: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for place in _PLAIN:
        if (value := _at(desired, place)) is not None:
            yield place, value
    for name, value in (desired.get("tags") or {}).items():
        yield ("tags", name), value


def _at(body: Any, place: Sequence[str]) -> Any:
    for name in place:
        body = cast("dict[str, Any]", body).get(name) if isinstance(body, dict) else None
    return body


def _with_results(happened: Happened) -> list[tuple[Operation, OperationResult]]:
    by_id = {result.operation: result for result in happened.outcome.results}
    operations = happened.plan.operations if happened.plan is not None else ()
    return [(operation, by_id[operation.id]) for operation in operations if operation.id in by_id]


def _may_have_made(result: OperationResult) -> bool:
    """A failed one may have left something; it is listed too, with its id."""
    return result.resource_id is not None and (result.created is True or result.status == "failed")


def _comes_with(one: str, owner: str) -> bool:
    """A part of it, or the disk that Azure makes with a machine."""
    folded = one.casefold()
    beside = folded.rpartition("/providers/")[0] == owner.rpartition("/providers/")[0]
    disk = "/microsoft.compute/disks/" in folded and "/virtualmachines/" in owner
    named = folded.rpartition("/")[2].startswith(owner.rpartition("/")[2])
    return folded.startswith(f"{owner}/") or (disk and beside and named)
