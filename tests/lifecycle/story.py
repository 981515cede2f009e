"""A story: a request, a world, perhaps some trouble; then what was asked, told and done, and what Azure says."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from azlin.agentic.approver import Question
from azlin.agentic.terms import Terms
from azlin.agentic.types import Objective
from azlin.app import App
from azlin.events import Event
from azlin.gateways.az import Az
from azlin.gateways.cloud import Cloud
from azlin.paths import Paths
from azlin.sandbox.instance import Instance
from azlin.settings import Settings


@dataclass
class Story:
    """Tells requests to azlin as the command line would, and keeps everything that came of them."""

    paths: Paths
    instance: Instance
    settings: Settings = field(default_factory=Settings)
    began_at: float = field(default_factory=time.time)
    events: list[Event] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)

    @property
    def cloud(self) -> Cloud:
        return self.instance.cloud()

    def doit(self, text: str, *, answers: str | None = None, **terms: Any) -> Objective:
        """`answers` is what the person at the keyboard types; None: nobody is there."""
        self._forget()
        flags = Terms(sandbox=True, **terms)
        return self._app(flags).doit(text, flags, Recorder(self), Person(self, answers))

    def resume(self, objective: Objective, *, answers: str | None = None, **terms: Any) -> Objective:
        self._forget()
        flags = Terms(**terms)
        return self._app(flags).resume(objective.id, flags, Recorder(self), Person(self, answers))

    def undo(self, objective: Objective, *, answers: str | None = None, **terms: Any) -> Objective:
        self._forget()
        flags = Terms(**terms)
        return self._app(flags).undo(objective.id, flags, Recorder(self), Person(self, answers))

    def told(self) -> list[str]:
        return [event.kind for event in self.events]

    def there(self, group: str | None = None) -> set[str]:
        """`type name` of everything Azure has now, groups included, without their provider."""
        listed = self.az("resource", "list", *(("-g", group) if group else ()))
        groups = [] if group else [f"resourceGroups {one['name']}" for one in self.az("group", "list")]
        return {f"{one['type'].split('/', 1)[1]} {one['name']}" for one in listed} | set(groups)

    def az(self, *words: str) -> Any:
        """Ask the unmodified az."""
        return Az(self.cloud, self.paths).call(["az", *words, "-o", "json"])

    def fault(self, **trouble: Any) -> None:
        self.instance.ask("POST", "faults", trouble)

    def writes(self) -> list[str]:
        """The calls that could have changed something since the story began: `PUT /subscriptions/…`."""
        log: list[dict[str, Any]] = self.instance.ask("GET", "requests")
        return [f"{one['method']} {one['path']}" for one in log if one["mutating"] and one["at"] >= self.began_at]

    def audit(self, objective: Objective) -> list[str]:
        return [record.kind for record in self._app(Terms()).audit.show(objective.id)]

    def filed(self, objective: Objective) -> Objective:
        """The objective as it is kept."""
        return self._app(Terms()).objectives.show(objective.id)

    def committed(self) -> Decimal:
        """What was approved this month already, in this home."""
        return self._app(Terms()).journal.committed(datetime.now(UTC).strftime("%Y-%m"))

    def _app(self, terms: Terms) -> App:
        environ = {name: value for name, value in os.environ.items() if not name.startswith(("AZURE_", "AZLIN_"))}
        return App.open(self.paths, self.settings, terms, environ)

    def _forget(self) -> None:
        self.events.clear()
        self.questions.clear()


class Recorder:
    """A View that remembers."""

    def __init__(self, story: Story) -> None:
        self._story = story

    def show(self, event: Event) -> None:
        self._story.events.append(event)

    def finish(self, objective: Objective) -> None:
        return


class Person:
    """An Asker who types one thing."""

    def __init__(self, story: Story, says: str | None) -> None:
        self._story = story
        self._says = says

    @property
    def attended(self) -> bool:
        return self._says is not None

    def ask(self, question: Question) -> str | None:
        self._story.questions.append(question)
        return self._says
