"""Where a tale is told: the world is set up, each step is taken, and what came of it is kept."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from azlin.agentic.types import GROUP_TYPE, Objective, Operation, ResourceRef
from azlin.events import Event
from azlin.gateways import backoff, long_running
from azlin.gateways.az import Az
from azlin.gateways.az_install import find_az
from azlin.sandbox.instance import ensure_running
from tests.lifecycle.estate import Estate
from tests.lifecycle.story import Story
from tests.lifecycle.tale import Golden, Meanwhile, Step, Tale, There
from tests.lifecycle.truths import Happened, untruths

HURRY = 0.05
"""By how much a story waits less than a person's run would, where azlin alone decides how long it waits."""


class Killed(BaseException):
    """The process ends here, as far as the story is concerned."""


@dataclass
class Performed:
    """What came of one step. `ended` is the objective as it was left, also when the step died."""

    step: Step
    ended: Objective
    before: Estate
    after: Estate
    golden: Golden
    hits: list[int]
    took_s: float
    died: bool
    untrue: list[str] = field(default_factory=list)


@contextmanager
def hurried() -> Generator[None]:
    """Wait less between attempts and polls. What Azure asks for (`Retry-After`) is waited for as it is."""
    defaults: dict[str, Any] = backoff.backoff.__kwdefaults__ or {}
    kept = defaults["base_s"], long_running.POLL_BASE_S
    defaults["base_s"], long_running.POLL_BASE_S = kept[0] * HURRY, kept[1] * HURRY
    try:
        yield
    finally:
        defaults["base_s"], long_running.POLL_BASE_S = kept


class Stage:
    """One tale with one strategy, in an Azure that is empty at first."""

    def __init__(self, story: Story, tale: Tale, strategy: str, directory: Path) -> None:
        self._story = story
        self._tale = tale
        self._strategy = strategy
        self._directory = directory
        self._timers: list[threading.Timer] = []
        self._objective: Objective | None = None
        self._bystanders: list[str] = []

    def perform(self) -> Generator[Performed]:
        """The steps, one by one; what follows is not begun before it is asked for."""
        with hurried(), self._own_az():
            self._set_up()
            for step in self._tale.step:
                yield self._take(step)

    def _set_up(self) -> None:
        subscription = self._story.cloud.subscription
        for one in self._tale.there:
            made = self._put(one, str(subscription))
            self._bystanders += [] if one.meant else [made]
        for request in self._tale.before:
            done = self._story.doit(request, yes=True, strategy="arm")
            assert done.outcome is not None
            assert done.outcome.verdict == "achieved", done.outcome.summary

    def _put(self, there: There, subscription: str) -> str:
        if there.id is not None:
            resource_id = there.id.replace("{subscription}", subscription)
            self._story.put(resource_id, there.body)
            return resource_id
        if there.group is not None:
            self._put(There(GROUP_TYPE, there.group, location=there.location), subscription)
        target = ResourceRef(type=there.type, name=there.name, group=there.group, subscription=subscription)
        if target.id not in self._story.estate():
            self._story.put(target.id, {"location": there.location, **there.body})
        return target.id

    def _take(self, step: Step) -> Performed:
        story = self._story
        story.instance = ensure_running(story.paths)
        if not step.trouble_goes_on:
            story.peace()
        if step.clock_s:
            story.instance.ask("POST", "clock", {"advance_s": step.clock_s})
        for one in step.there:
            self._put(one, str(story.cloud.subscription))
        before = story.estate()
        story.scenario(_scenario(step))
        story.on_event = _Meanwhile(self, step.meanwhile).hear
        began = time.monotonic()
        died = False
        try:
            self._objective = self._carried_out(step)
        except (Killed, KeyboardInterrupt):
            died = True
            self._objective = self._left()
        finally:
            story.on_event = None
            for timer in self._timers:
                timer.join()
        took_s = time.monotonic() - began
        story.instance = ensure_running(story.paths)
        hits = story.hits()
        after = story.estate()
        ended = self._objective
        performed = Performed(step, ended, before, after, self._golden(step, after), hits, took_s, died)
        if not died:
            performed.untrue = untruths(
                Happened(ended, before, after, self._told("started"), self._told("done"), self._bystanders)
            )
        return performed

    def _carried_out(self, step: Step) -> Objective:
        terms = {"strategy": self._strategy, **_terms(step.terms)}
        terms["strategy"] = terms["strategy"] or None
        if step.request is not None:
            return self._story.doit(step.request, answers=step.answers, **terms)
        assert self._objective is not None
        if step.undo:
            return self._story.undo(self._objective, answers=step.answers, **terms)
        return self._story.resume(self._objective, answers=step.answers, **terms)

    def _left(self) -> Objective:
        """The objective as a dead process left it."""
        named = next(event.objective for event in self._story.events if event.objective is not None)
        return self._story.filed(named)

    def happens(self, what: Meanwhile) -> None:
        story = self._story
        match what.do:
            case "interrupt":
                os.kill(os.getpid(), signal.SIGINT)
            case "interrupt twice":
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(0.1)  # two of one signal at one moment are one
                os.kill(os.getpid(), signal.SIGINT)
            case "die":
                raise Killed
            case "kill az's host":
                Az(story.cloud, story.paths).stop()
            case "remove az":
                Az(story.cloud, story.paths).stop()
                (self._directory / "environment").unlink()
            case "kill the sandbox":
                os.kill(story.instance.pid, signal.SIGKILL)
            case "lose the network":
                story.fault(service="arm", drop="before")
                self._timers.append(timer := threading.Timer(what.for_s, story.peace))
                timer.start()
            case "end the trouble":
                story.peace()

    @contextmanager
    def _own_az(self) -> Generator[None]:
        """An az whose Python is found through a link that can be taken away."""
        if not self._tale.own_az:
            yield
            return
        real = find_az()
        assert real is not None
        link, az = self._directory / "environment", self._directory / "az"
        link.symlink_to(real.parent.parent)
        lines = real.read_text().splitlines(keepends=True)
        az.write_text("".join([f"#!{link}/bin/python\n", *lines[1:]]))
        az.chmod(0o755)
        os.environ["AZLIN_AZ"] = str(az)
        try:
            yield
        finally:
            del os.environ["AZLIN_AZ"]

    def _told(self, what: str) -> Counter[str]:
        told = [event for event in self._story.events if event.kind == f"operation-{what}"]
        return Counter(str(event.about["operation"]) for event in told)

    def _golden(self, step: Step, after: Estate) -> Golden:
        assert self._objective is not None
        ended = self._objective
        operations = list(ended.plan.operations) if ended.plan is not None else []
        if step.undo:  # what was made side by side goes in the order in which it came
            operations.sort(key=lambda operation: operation.id)
        return Golden(
            preview=[] if step.resume else [_line(operation) for operation in operations],
            price="" if step.resume else _price(ended),
            events=_told(self._story.events, [operation.id for operation in operations]),
            left=after.names(),
        )


class _Meanwhile:
    """Listens for the moments at which something happens."""

    def __init__(self, stage: Stage, waiting: list[Meanwhile]) -> None:
        self._stage = stage
        self._waiting = [(one, [one.nth]) for one in waiting]

    def hear(self, event: Event) -> None:
        for one, left in self._waiting:
            operation = str(event.about.get("operation", ""))
            if event.kind == one.event and fnmatchcase(operation, one.operation):
                left[0] -= 1
                if left[0] == 0:
                    self._stage.happens(one)


def _scenario(step: Step) -> dict[str, Any]:
    said = {"fault": step.fault, "quota": step.quota, "unavailable": step.unavailable}
    return {**said, **({"throttle": step.throttle} if step.throttle is not None else {})}


def _terms(written: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in written.items()}


def _line(operation: Operation) -> str:
    target = operation.target
    after = f", after {' '.join(sorted(operation.after))}" if operation.after else ""
    acts = f" {operation.desired['action']}" if operation.verb == "act" else ""
    return f"{operation.id}: {operation.verb}{acts} {target.type} {target.name} ({operation.effect}){after}"


def _price(ended: Objective) -> str:
    quote = ended.quote
    if quote is None:
        return "not priced"
    unknown = f", {len(quote.unpriced)} unpriced" if quote.unpriced else ""
    return f"{quote.monthly.expected:.2f} {quote.currency} a month{unknown}"


def _told(events: list[Event], order: list[str]) -> list[str]:
    """What was told, in order; what was told of operations side by side is put together for each of them.

    How often something was retried, and whether Azure made somebody wait, is not the story's: the strategies differ.
    """
    lines: list[str] = []
    block: dict[str, list[str]] = {}

    def close() -> None:
        places = {name: place for place, name in enumerate(order)}
        ordered = sorted(block, key=lambda name: (places.get(name.removeprefix("undo:"), len(places)), name))
        lines.extend(f"{name}: {' '.join(block[name])}" for name in ordered)
        block.clear()

    for event in events:
        if not event.kind.startswith("operation-"):
            if event.kind != "notice":
                close()
                lines.append(event.kind)
            continue
        kind = event.kind.removeprefix("operation-")
        told = block.setdefault(str(event.about.get("operation")), [])
        if kind != "waiting" and not (kind in ("started", "retried") and told):
            told.append(kind)
    close()
    return lines
