"""A story: a request, a world, perhaps some trouble; then what was asked, told and done, and what Azure says."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from azlin.agentic.approver import Question
from azlin.agentic.terms import Terms
from azlin.agentic.types import Objective
from azlin.app import App
from azlin.errors import CloudUnreachable
from azlin.events import Event
from azlin.gateways.arm import Arm
from azlin.gateways.az import Az
from azlin.gateways.cloud import Cloud
from azlin.gateways.http import Http
from azlin.gateways.tokens import Tokens
from azlin.paths import Paths
from azlin.sandbox.instance import Instance
from azlin.settings import Settings
from tests.lifecycle.estate import Estate


@dataclass
class Story:
    """Tells requests to azlin as the command line would, and keeps everything that came of them."""

    paths: Paths
    instance: Instance
    settings: Settings = field(default_factory=Settings)
    began_at: float = field(default_factory=time.time)
    events: list[Event] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    on_event: Callable[[Event], None] | None = None
    """Something that happens meanwhile."""

    @property
    def cloud(self) -> Cloud:
        return self.instance.cloud()

    def doit(self, text: str, *, answers: str | Sequence[str] | None = None, **terms: Any) -> Objective:
        """`answers` is what the person at the keyboard types, always or in turn; None: nobody is there."""
        self._forget()
        flags = Terms(sandbox=True, **terms)
        return self._app(flags).doit(text, flags, Recorder(self), Person(self, answers))

    def resume(self, objective: Objective, *, answers: str | Sequence[str] | None = None, **terms: Any) -> Objective:
        self._forget()
        flags = Terms(**terms)
        return self._app(flags).resume(objective.id, flags, Recorder(self), Person(self, answers))

    def undo(self, objective: Objective, *, answers: str | Sequence[str] | None = None, **terms: Any) -> Objective:
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

    def put(self, resource_id: str, body: dict[str, Any]) -> None:
        """Let Azure have something, without az and without a plan."""
        with Http(self.cloud) as http:
            Arm(self.cloud, http, Tokens(self.cloud, http, self.paths), lambda type_: None).put(resource_id, body)

    def estate(self) -> Estate:
        """All that Azure has, from its own file; what is due by now has happened."""
        with Http(self.cloud) as http, suppress(CloudUnreachable):
            http.request("GET", f"{self.instance.arm}/subscriptions")
        return Estate.of(self.paths.sandbox / "state.sqlite")

    def fault(self, **trouble: Any) -> None:
        self.instance.ask("POST", "faults", trouble)

    def scenario(self, scenario: dict[str, Any]) -> None:
        self.instance.ask("POST", "scenario", scenario)

    def hits(self) -> list[int]:
        """How often each fault hit, in the order in which they were made."""
        return [one["hits"] for one in reversed(self.instance.ask("GET", "faults"))]

    def peace(self) -> None:
        """No trouble from now on."""
        self.instance.ask("DELETE", "faults")

    def writes(self) -> list[str]:
        """The calls that could have changed something since the story began: `PUT /subscriptions/…`."""
        log: list[dict[str, Any]] = self.instance.ask("GET", "requests")
        return [f"{one['method']} {one['path']}" for one in log if one["mutating"] and one["at"] >= self.began_at]

    def audit(self, objective: Objective) -> list[str]:
        return [record.kind for record in self._app(Terms()).audit.show(objective.id)]

    def audit_problems(self) -> list[str]:
        """What `audit verify` finds wrong with the whole log."""
        return [str(problem) for problem in self._app(Terms()).audit.verify().problems]

    def filed(self, objective: Objective | str) -> Objective:
        """The objective as it is kept."""
        named = objective if isinstance(objective, str) else objective.id
        return self._app(Terms()).objectives.show(named)

    def committed(self) -> Decimal:
        """What was approved this month already, in this home."""
        return self._app(Terms()).journal.committed(datetime.now(UTC).strftime("%Y-%m"))

    def _app(self, terms: Terms) -> App:
        environ = {name: value for name, value in os.environ.items() if not name.startswith(("AZURE_", "AZLIN_"))}
        return App.open(self.paths, self.settings, terms, environ)

    def _forget(self) -> None:
        self.events = []  # what an interrupted run left behind may still be telling the old one
        self.questions = []


class Recorder:
    """A View that remembers."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._events = story.events

    def show(self, event: Event) -> None:
        self._events.append(event)
        if self._story.on_event is not None:
            self._story.on_event(event)

    def finish(self, objective: Objective) -> None:
        return


class Person:
    """An Asker who types one thing, or one thing after the other."""

    def __init__(self, story: Story, says: str | Sequence[str] | None) -> None:
        self._story = story
        self._says = says

    @property
    def attended(self) -> bool:
        return self._says is not None

    def ask(self, question: Question) -> str | None:
        self._story.questions.append(question)
        if self._says is None or isinstance(self._says, str):
            return self._says
        return self._says[len(self._story.questions) - 1]
