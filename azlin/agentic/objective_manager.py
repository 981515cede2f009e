"""Objectives on file: the journal holds the truth, `objectives/<id>.json` a copy of it for people.

A copy is never read back as truth. One that is missing, damaged or edited is told about and written again.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from azlin.agentic.types import Failure, Objective, Request, Value
from azlin.errors import StateDamaged, StateUnwritable
from azlin.gateways.files import clear_drafts, write_whole
from azlin.gateways.journal import Journal, filed
from azlin.paths import Paths
from azlin.redaction import redact

RESUMABLE = frozenset({"running", "partly", "interrupted", "timed-out"})
"""Outcomes after which there is something left to do. An objective without any outcome can be resumed as well."""


class Rebuilt(Value, frozen=True):
    """What `rebuild` did: copies written, copies that had been damaged, files that belong to no objective."""

    written: int
    damaged: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()


class ObjectiveManager:
    """Files objectives and finds them again. `notice` is told, in a sentence, about every copy that had to be mended.

    All methods raise StateUnwritable and StateDamaged; a method that takes an id also takes a unique beginning of it
    (4 characters or more) and raises NotFound or UsageRefused.
    """

    def __init__(self, journal: Journal, paths: Paths, notice: Callable[[str], object] = lambda sentence: None) -> None:
        self._journal = journal
        self._paths = paths
        self._notice = notice

    def create(self, request: Request, cloud: str, parent: str | None = None) -> Objective:
        """A new objective with an id of its own. It is on file after `file`, not before."""
        return Objective(id=str(uuid.uuid4()), cloud=cloud, request=request, parent=parent)

    def file(self, objective: Objective) -> None:
        """Save it in the journal, then write its copy. What reads returned and secrets are in neither."""
        self._journal.save(objective)
        self._write_copy(objective)

    def list(self, limit: int | None = None) -> list[Objective]:
        """The newest first. Those that cannot be read back are in `damaged`."""
        return self._journal.objectives(limit)

    def damaged(self) -> list[StateDamaged]:
        """One error, not raised, for each objective of the journal that cannot be read back."""
        return self._journal.damaged()

    def show(self, objective_id: str) -> Objective:
        """The objective as the journal has it. Its copy is mended if need be and possible, and what a writer left that
        was killed is cleared away."""
        objective = self._journal.load(objective_id)
        clear_drafts(self._paths.objectives, of=self.copy_path(objective.id).name)
        if wrong := self._wrong_with(objective):
            self._mend(objective, wrong)
        return objective

    def resumable(self) -> list[Objective]:
        """Those with something left to do that nobody is carrying out now, newest first."""
        return [objective for objective in self.list() if _unfinished(objective) and not self._held(objective)]

    def delete(self, objective_id: str) -> str:
        """Forget an objective and its copy, also one that is damaged; returns its whole id.

        Raises StillRunning while it is carried out. What it made stays in Azure, and in the audit log.
        """
        whole_id = self._journal.delete(objective_id)
        with suppress(OSError):
            self.copy_path(whole_id).unlink(missing_ok=True)
        return whole_id

    def rebuild(self) -> Rebuilt:
        """Write the copy of every objective again that is not as the journal has it, and clear away what writers left
        that were killed."""
        clear_drafts(self._paths.objectives)
        objectives = self.list()
        wrong = {objective.id: why for objective in objectives if (why := self._wrong_with(objective))}
        for objective in objectives:
            if objective.id in wrong:
                self._write_copy(objective)
        known = {self.copy_path(objective.id) for objective in objectives}
        on_file = sorted(self._paths.objectives.glob("*.json")) if self._paths.objectives.is_dir() else []
        return Rebuilt(
            written=len(wrong),
            damaged=tuple(f"{name}: {why}" for name, why in wrong.items() if why != _MISSING),
            strangers=tuple(path.name for path in on_file if path not in known),
        )

    def copy_path(self, whole_id: str) -> Path:
        return self._paths.objectives / f"{whole_id}.json"

    def _held(self, objective: Objective) -> bool:
        holder = self._journal.holder(objective.id)
        return holder is not None and holder.alive

    def _write_copy(self, objective: Objective) -> None:
        write_whole(self.copy_path(objective.id), copy_of(objective))

    def _wrong_with(self, objective: Objective) -> str | None:
        """Why the copy is not what the journal says; None if it is."""
        path = self.copy_path(objective.id)
        try:
            found = path.read_bytes()
        except FileNotFoundError:
            return _MISSING
        except OSError as refused:
            return refused.strerror or "it cannot be read"
        if found == copy_of(objective):
            return None
        try:
            msgspec.json.decode(found, type=Objective)
        except (msgspec.MsgspecError, UnicodeError) as damaged:
            return f"it is damaged ({damaged})"
        return "it says something else than the journal"

    def _mend(self, objective: Objective, wrong: str) -> None:
        path = self.copy_path(objective.id)
        try:
            self._write_copy(objective)
        except StateUnwritable as refused:
            self._notice(f"the copy {path} could not be written again ({wrong}): {refused.why}")
        else:
            self._notice(f"the copy {path} was written again from the journal: {wrong}")


_MISSING = "it was missing"


def copy_of(objective: Objective) -> bytes:
    """The readable JSON of an objective: as the journal keeps it, indented, keys in order (dicts come back from the
    journal in another order than they went in), ending in a line feed."""
    plain: dict[str, Any] = redact(msgspec.to_builtins(filed(objective), order="deterministic"))
    return msgspec.json.format(msgspec.json.encode(plain), indent=2) + b"\n"


def refusal(objective: Objective) -> Failure | None:
    """The failure that going on alone would only repeat: everything that failed was refused by Azure for a reason that
    does not pass. None where going on makes sense."""
    results = objective.outcome.results if objective.outcome is not None else ()
    failures = [result.failure for result in results if result.status == "failed"]
    definite = [failure for failure in failures if failure is not None and _is_definite(failure)]
    return definite[0] if definite and len(definite) == len(failures) else None


def _is_definite(failure: Failure) -> bool:
    return not failure.retriable and failure.status is not None and 400 <= failure.status < 500


def _unfinished(objective: Objective) -> bool:
    return objective.outcome is None or objective.outcome.verdict in RESUMABLE
