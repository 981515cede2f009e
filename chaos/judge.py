"""What became of a run, by what the sandbox and the files say."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, cast

import msgspec

from azlin.agentic.objective_manager import copy_of
from azlin.agentic.types import Objective, Operation, ResourceRef
from azlin.gateways.journal import Journal
from azlin.paths import Paths
from chaos.azure import Body, Request, differs, ended_well
from chaos.lives import AZLIN, Run, outcome_of

UNKNOWN = "outcome-unknown"
"""The code of what azlin says it does not know, and will not do again."""
CHANGES = ("PUT", "PATCH", "DELETE", "POST")


@dataclass
class Judged:
    """The complaints of one run by kind, and its figures. Times are seconds; None: there was no such call."""

    lost: list[str] = field(default_factory=list[str])
    twice: list[str] = field(default_factory=list[str])
    repeated: list[str] = field(default_factory=list[str])
    damaged: list[str] = field(default_factory=list[str])
    untrue: list[str] = field(default_factory=list[str])
    modest: list[str] = field(default_factory=list[str])
    """What is done, and azlin does not say so."""
    unknown: list[str] = field(default_factory=list[str])
    """Acts that azlin says it does not know the fate of: no complaint, but counted."""
    put_again: int = 0
    verdict: str = ""
    code: int | None = None
    first_call_s: list[float] = field(default_factory=list[float])
    first_change_s: list[float] = field(default_factory=list[float])

    @property
    def complaints(self) -> dict[str, list[str]]:
        kinds = ("lost", "twice", "repeated", "damaged", "untrue", "modest")
        return {kind: getattr(self, kind) for kind in kinds if getattr(self, kind)}


class Seen(Protocol):
    """What the judge looks at (`chaos.azure.Azure`)."""

    def requests(self, prefix: str, since: float = 0.0) -> list[Request]: ...

    def get(self, ref: ResourceRef) -> Body | None: ...

    def groups(self, prefix: str) -> list[str]: ...

    def listed(self, group: str) -> list[Body]: ...

    def assignments(self, group: str) -> list[Body]: ...

    def below(self, parent: ResourceRef, kind: str) -> list[Body]: ...


def judge(run: Run, azure: Seen, verify: Callable[[Path], list[str]] | None = None) -> Judged:
    """`verify` says what is wrong with the audit log of a home; left out, `azlin audit verify` does."""
    judged = Judged()
    asked = azure.requests(run.case.prefix, run.began_at)
    said = outcome_of(run.last)
    judged.verdict, judged.code = str(said.get("verdict", "")), run.last.code
    good = _as_wanted(run, azure, judged)
    _nothing_else(run, azure, judged)
    good &= _acts(run, asked, said, judged)
    _puts(asked, judged)
    _truth(run, said, good=good, judged=judged)
    _made_by_us(run, said, judged)
    _files(run, judged, verify or audit_complaints)
    _zombie(run, asked, judged)
    _pace(run, asked, judged)
    judged.damaged += [note for note in run.notes if "did not end" in note]
    judged.modest += [note for note in run.notes if "not over" in note]
    return judged


def _as_wanted(run: Run, azure: Seen, judged: Judged) -> bool:
    """Every wanted thing is there as wanted, every doomed one is gone."""
    before = len(judged.lost)
    for operation in run.draft.operations:
        if operation.verb == "act":
            continue
        there = azure.get(operation.target)
        if operation.verb == "delete":
            judged.lost += [f"{operation.id}: still there"] if there is not None else []
        elif there is None:
            judged.lost.append(f"{operation.id}: not there")
        elif not ended_well(there):
            judged.lost.append(f"{operation.id}: {there['properties']['provisioningState']}")
        else:
            judged.lost += [f"{operation.id}: {one}" for one in differs(operation, there)]
    return len(judged.lost) == before


def _nothing_else(run: Run, azure: Seen, judged: Judged) -> None:
    """Nothing is there that nobody wanted."""
    wanted = [operation for operation in run.draft.operations if operation.verb == "ensure"]
    before = [ref for ref, _ in run.draft.before]
    named = {operation.target.key for operation in wanted} | {ref.key for ref in before}
    machines = [key for key in named if "/virtualmachines/" in key]
    named |= {key.replace("/virtualmachines/", "/disks/") + "disk" for key in machines}
    groups = azure.groups(run.case.prefix)
    known = {one.rpartition("/")[2] for one in named if "/providers/" not in one}
    judged.twice += [f"a group nobody wanted: {one}" for one in groups if one.casefold() not in known]
    found = [str(one["id"]) for group in groups for one in azure.listed(group)]
    found += [str(one["id"]) for group in groups for one in azure.assignments(group)]
    for ref in {one.key: one for one in [operation.target for operation in wanted] + before}.values():
        for kind, type_ in (("subnets", "virtualnetworks"), ("securityRules", "networksecuritygroups")):
            if ref.type.casefold().endswith("/" + type_):
                found += [str(one["id"]) for one in azure.below(ref, kind)]
    judged.twice += [f"nobody wanted {one}" for one in found if one.casefold() not in named]
    judged.twice += [f"{times} of {one}" for one, times in Counter(found).items() if times > 1]


def _acts(run: Run, asked: list[Request], said: dict[str, Any], judged: Judged) -> bool:
    """Each POST was carried out once; one that was not, or may not have been, is told of. Whether all were.

    Two POSTs to one address differ in their bodies, which nobody logs: of such only the sum is judged.
    """
    told = _told(run, said)
    alike: dict[str, list[Operation]] = {}
    for operation in run.draft.operations:
        if operation.verb == "act":
            alike.setdefault(f"{operation.target.key}/{operation.desired['action']}".casefold(), []).append(operation)
    complete = True
    for path, operations in alike.items():
        times = sum(one.method == "POST" and one.path == path and one.status < 300 for one in asked)
        if times > len(operations):
            judged.repeated.append(f"{path}: carried out {times} times, wanted {len(operations)} times")
        words = [told.get(_about(operation), "not told of") for operation in operations]
        claimed = words.count("done")
        if claimed > times:
            judged.untrue.append(f"{path}: azlin says that {claimed} were done; Azure was asked {times} times")
            judged.lost.append(f"{path}: {claimed - times} never carried out")
        judged.unknown += [f"{path}: {word}; carried out {times} times" for word in words if word == UNKNOWN]
        judged.lost += [f"{path}: {word}" for word in words if word not in ("done", UNKNOWN)]
        complete &= claimed == len(operations) == times
    return complete


def _told(run: Run, said: dict[str, Any]) -> dict[tuple[str, str], str]:
    """What azlin says of each act, by what it is about (its id may be another after a replan)."""
    plan = run.filed.plan if run.filed is not None else None
    results = {str(one["operation"]): one for one in said.get("results", [])}
    told: dict[tuple[str, str], str] = {}
    for operation in plan.operations if plan is not None else ():
        result = results.get(operation.id)
        if result is not None:
            code = str(cast("dict[str, Any]", result.get("failure") or {}).get("code", ""))
            told[_about(operation)] = UNKNOWN if code == UNKNOWN else f"{result['status']} {code}".strip()
    return told


def _about(operation: Operation) -> tuple[str, str]:
    return operation.target.key, json.dumps(operation.desired, sort_keys=True).casefold()


def _puts(asked: list[Request], judged: Judged) -> None:
    """Nothing was made, removed and made again. A PUT that was only sent again is counted; it made nothing (some
    services answer 201 to it all the same)."""
    done = [one for one in asked if one.method in ("PUT", "DELETE") and one.status < 300]
    for path in {one.path for one in done}:
        methods = "".join(one.method[0] for one in done if one.path == path)
        judged.twice += [f"{path}: made, removed and made again"] if "PDP" in methods else []
        judged.put_again += max(0, methods.count("P") - 1)


def _truth(run: Run, said: dict[str, Any], *, good: bool, judged: Judged) -> None:
    """`achieved` and 0 exactly when Azure agrees."""
    claims = judged.verdict == "achieved"
    if claims != (judged.code == 0):
        judged.untrue.append(f"verdict {judged.verdict!r} with exit code {judged.code}")
    if claims and not good:
        judged.untrue.append("achieved is said, and Azure disagrees")
    if not claims and good:
        judged.modest.append(f"{judged.verdict or 'nothing'} is said, and everything is done: {_short(said, run)}")


def _made_by_us(run: Run, said: dict[str, Any], judged: Judged) -> None:
    """`created` is what an undo would trust: True of exactly those that were not there before."""
    before = {ref.key for ref, _ in run.draft.before}
    plan = run.filed.plan if run.filed is not None else None
    wanted = {one.id: one.target.key not in before for one in (plan.operations if plan else ()) if one.verb == "ensure"}
    keys = {one.id: one.target.key for one in (plan.operations if plan else ())}
    for result in said.get("results", []):
        id_ = str(result["operation"])
        if id_ in wanted and result["status"] == "done" and result["created"] is not wanted[id_]:
            judged.untrue.append(f"{keys[id_]}: created is {result['created']}, and it is {wanted[id_]}")


def _short(said: dict[str, Any], run: Run) -> str:
    return str(said.get("summary") or run.last.err[-300:])[:200]


def _files(run: Run, judged: Judged, verify: Callable[[Path], list[str]]) -> None:
    paths = Paths(run.home)
    try:
        with closing(sqlite3.connect(f"{paths.journal.as_uri()}?mode=ro", uri=True)) as ledger:
            answer = ledger.execute("PRAGMA integrity_check").fetchone()[0]
        if answer != "ok":
            judged.damaged.append(f"the journal: {answer}")
        with Journal.open(paths) as journal:
            judged.damaged += [str(one) for one in journal.damaged()]
            for objective in journal.objectives():
                if (paths.objectives / f"{objective.id}.json").read_bytes() != copy_of(objective):
                    judged.damaged.append(f"the copy of {objective.id} is not what the journal says")
                msgspec.json.decode((paths.objectives / f"{objective.id}.json").read_bytes(), type=Objective)
    except (OSError, sqlite3.Error, msgspec.MsgspecError) as damaged:
        judged.damaged.append(f"{type(damaged).__name__}: {damaged}")
    rooms = [room for room in (paths.home, paths.objectives) if room.is_dir()]  # it may have died before it made them
    drafts = [path.name for room in rooms for path in room.iterdir() if _is_draft(path.name)]
    judged.damaged += [f"a draft was left: {name}" for name in drafts]
    if paths.command_history.exists():
        for line in paths.command_history.read_bytes().splitlines():
            try:
                json.loads(line)
            except ValueError:
                judged.damaged.append(f"the command history holds {line[:60]!r}")
    judged.damaged += verify(run.home)


def audit_complaints(home: Path) -> list[str]:
    """What `azlin audit verify` complains about."""
    verified = subprocess.run(
        [*AZLIN, "audit", "verify"],
        env={**os.environ, "AZLIN_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    if verified.returncode == 0:
        return []
    return [f"audit verify: {verified.stdout[-300:]} {verified.stderr[-300:]}"]


def _is_draft(name: str) -> bool:
    return name.startswith(".") and name.count(".") >= 3


def _zombie(run: Run, asked: list[Request], judged: Judged) -> None:
    """A runner that slept while another took over writes nothing when it wakes."""
    if run.thawed_at is None:
        return
    until = run.lives[0].ended_at
    for one in asked:
        if run.thawed_at <= one.at <= until and one.method in CHANGES:
            judged.twice.append(f"the zombie sent {one.method} {one.path}: {one.status}")
    for moment in run.history:
        if run.thawed_at <= moment.at.timestamp() <= until:
            judged.twice.append(f"the zombie wrote {moment.what} of {moment.operation or 'the objective'}")


def _pace(run: Run, asked: list[Request], judged: Judged) -> None:
    """From the start of a process that goes on to its first call, and to its first change."""
    for life in run.lives:
        if life.argv[:2] != ["objective", "resume"]:
            continue
        its = [one for one in asked if life.at <= one.at <= life.ended_at]
        if run.case.pace == "held":
            # Changes are logged when they are carried out, and those of the dead process are among them.
            its = [one for one in its if one.method not in CHANGES]
        judged.first_call_s += [one.at - life.at for one in its[:1]]
        judged.first_change_s += [one.at - life.at for one in its if one.method in CHANGES][:1]
