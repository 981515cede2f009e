"""The only place where objects are wired together.

Nothing is opened before it is needed: `azlin audit tail` opens no journal for writing, a preview without a sign-in
makes no connection, and no command imports what it does not use.
"""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from azlin.agentic.approver import Asker, Question
from azlin.agentic.families import IntentFamily
from azlin.agentic.terms import Terms
from azlin.agentic.types import BudgetVerdict, Intent, Objective, OperationResult, Outcome, Plan, Quote, Request
from azlin.agentic.world import World
from azlin.clouds import Clouds, where
from azlin.diagnosis import Diagnosis
from azlin.errors import AzlinError
from azlin.events import Telling
from azlin.gateways.cloud import Cloud
from azlin.gateways.journal import Journal, Lease
from azlin.paths import Paths
from azlin.settings import Settings
from azlin.upkeep import Upkeep
from azlin.views.base import View

if TYPE_CHECKING:
    from azlin.agentic.audit_logger import AuditLogger
    from azlin.agentic.background.handover import Orders
    from azlin.agentic.conclusion import Finding
    from azlin.agentic.drift import Drift
    from azlin.agentic.journalled_run import JournalledRun
    from azlin.agentic.objective_manager import ObjectiveManager
    from azlin.agentic.pipeline import Road
    from azlin.gateways.outage import Outage
    from azlin.gateways.prices import Prices
    from azlin.gateways.schema import Schemas

RUNNER = (sys.executable, "-P", "-m", "azlin.cli.background")
"""The program that carries an objective out in the background (`-P`: what lies in this directory is not imported)."""


class App:
    """azlin, wired for one command. `open` reads nothing but its arguments."""

    def __init__(self, paths: Paths, settings: Settings, terms: Terms, environ: Mapping[str, str]) -> None:
        self.paths = paths
        self.settings = settings
        self.terms = terms
        self._clouds = Clouds(paths, settings, environ)
        self._telling = Telling()
        self._secrets: dict[str, str] = {}
        self._lease: Lease | None = None

    @classmethod
    def open(cls, paths: Paths, settings: Settings, terms: Terms, environ: Mapping[str, str] = os.environ) -> App:
        return cls(paths, settings, terms, environ)

    # What is kept

    @cached_property
    def journal(self) -> Journal:
        return Journal.open(self.paths)

    @cached_property
    def objectives(self) -> ObjectiveManager:
        from azlin.agentic.objective_manager import ObjectiveManager

        return ObjectiveManager(self.journal, self.paths, self._notice)

    @cached_property
    def audit(self) -> AuditLogger:
        from azlin.agentic.audit_logger import AuditLogger

        return AuditLogger(self.paths, self.journal)

    @cached_property
    def schemas(self) -> Schemas:
        from azlin.gateways.schema import Schemas
        from azlin.gateways.schema_server import find_azmcp

        return Schemas(self.paths, find_azmcp(), note=self._notice)

    @cached_property
    def prices(self) -> Prices:
        from azlin.gateways.prices import Prices

        return Prices()

    # What is done

    def doit(self, text: str, terms: Terms, view: View, asker: Asker) -> Objective:
        """Carry a request, or the plan that was saved in a file, to its Outcome."""
        from azlin.agentic import plan_file

        cloud = self._clouds.chosen(terms)
        if terms.plan_path is not None:
            saved = plan_file.read(terms.plan_path, cloud)
            objective = plan_file.taken_up(self.objectives.create(saved.request, cloud.name), saved)
            self._ask_for_secrets(objective, asker)
        else:
            objective = self.objectives.create(self._request(text), cloud.name)
        ended = self._walk(replace(objective, terms=terms.kept()), terms, cloud, view, asker)
        if terms.save_path is not None:
            plan_file.write(terms.save_path, ended)
        return ended

    def resume(self, objective_id: str, terms: Terms, view: View, asker: Asker) -> Objective:
        """Go on with an objective from where it stands. One that is over is returned as it is."""
        from azlin.agentic.conclusion import may_go_on

        objective = may_go_on(self.objectives.show(objective_id))
        cloud = self._clouds.of(objective, terms)
        if objective.outcome is not None:
            return objective
        with self._holding(objective.id, view):
            self._ask_for_secrets(objective, asker, going_on=True)
            return self._walk_on(replace(objective, terms=terms.kept()), terms, cloud, asker)

    def carry_on(self, orders: Orders, view: View, asker: Asker) -> Objective:
        """Take over, in a process of its own, what another process was asked to carry out, and do it."""
        from azlin.agentic.background.handover import log_of
        from azlin.agentic.conclusion import may_go_on

        self._secrets.update(orders.secrets)
        with self._holding(orders.objective, view, heir_of=orders.fence):
            objective = may_go_on(self.objectives.show(orders.objective))
            self._telling.tell("handed-over", objective.id, pid=os.getpid(), log=str(log_of(objective.id, self.paths)))
            try:
                cloud = self._clouds.of(objective, orders.terms)
            except AzlinError as stopped:
                return self._stopped_by(stopped, objective)
            return self._walk_on(objective, orders.terms, cloud, asker)

    def _ask_for_secrets(self, objective: Objective, asker: Asker, *, going_on: bool = False) -> None:
        """The texts of secrets are never kept. Without an answer the operation that needs one says so. With
        `going_on`, those that only finished operations needed are not asked for."""
        from azlin.redaction import secret_names

        results = self.journal.results(objective.id) if going_on else {}
        finished = {name for name, result in results.items() if result.status == "done"}
        operations = objective.plan.operations if objective.plan is not None else ()
        wanted: list[Any] = [operation.desired for operation in operations if operation.id not in finished]
        self._ask_for(
            secret_names(wanted if going_on and operations else [objective.request.text, *wanted]), objective, asker
        )

    def _ask_for(self, names: Sequence[str], objective: Objective, asker: Asker) -> None:
        for name in names:
            question = Question(kind="secret", text=f"Objective {objective.id[:8]} needs its {name}, which is not kept")
            if name not in self._secrets and (answer := asker.ask(question)):
                self._secrets[name] = answer

    def cancel(self, objective_id: str, terms: Terms, reason: str, view: View, asker: Asker) -> Objective:
        """Call off an objective that nobody carries out. Raises StillRunning when somebody does, UsageRefused when it
        is over, and what keeps Azure from being asked about what may be under way; then it stays as it was."""
        from azlin.agentic.background import cancellation

        with self._holding(objective_id, view):
            objective = self.objectives.show(objective_id)
            cancellation.refuse_if_over(objective)
            if objective.plan is None or not self._began(objective.id):
                return self._end(objective, cancellation.before_anything_began(objective, reason))
            road = self._road(self._clouds.of(objective, terms), terms, asker)
            run = road.open_run(objective.id, terms)

            def ask(plan: Plan, results: Sequence[OperationResult]) -> Sequence[Finding]:
                return road.validate(plan, results, road.world, run)

            return self._end(objective, cancellation.after_asking(objective, objective.plan, run, ask, reason))

    def undo(self, objective_id: str, terms: Terms, view: View, asker: Asker) -> Objective:
        """Remove what an objective provably made: a plan of its own, previewed, priced and approved like any other."""
        return self._about(self.objectives.show(objective_id), "undo", terms, view, asker)

    def _about(self, earlier: Objective, family: str, terms: Terms, view: View, asker: Asker) -> Objective:
        """Walk a request about an earlier objective, of a family that has no words of its own."""
        cloud = self._clouds.of(earlier, terms)
        request = self._request(f"{family} {earlier.id[:8]}: {earlier.request.text}")
        summary = f"{family} “{earlier.request.text}”"
        intent = Intent(family=family, action=family, summary=summary, parameters={"objective": earlier.id})
        child = self.objectives.create(request, cloud.name, parent=earlier.id)
        return self._walk(replace(child, intent=intent, terms=terms.kept()), terms, cloud, view, asker)

    def drift(self, objective_id: str, terms: Terms, asker: Asker) -> Drift:
        """How what an objective made stands now, and what it costs. Changes nothing. Raises StillRunning, Undecided
        (nothing ran), NotFound (it changed nothing), SignInNeeded."""
        objective = self.objectives.show(objective_id)
        upkeep = Upkeep(self.journal, self.schemas, self.prices)
        wishes = upkeep.wishes(objective)
        try:
            return upkeep.drift(wishes, self._road(self._clouds.of(objective, terms), terms, asker).world)
        finally:
            self.schemas.close()

    def mend(self, objective_id: str, terms: Terms, view: View, asker: Asker) -> Objective:
        """Make it again as an objective wanted it: a plan of its own, previewed, priced and approved like any other."""
        wanted_by = self.objectives.show(objective_id)
        upkeep = Upkeep(self.journal, self.schemas, self.prices)
        world = self._road(self._clouds.of(wanted_by, terms), terms, asker).world
        self._ask_for(upkeep.secrets_to_mend(upkeep.wishes(wanted_by), world), wanted_by, asker)
        return self._about(wanted_by, "mend", terms, view, asker)

    def _walk(self, objective: Objective, terms: Terms, cloud: Cloud, view: View, asker: Asker) -> Objective:
        with self._holding(objective.id, view):
            return self._walk_on(objective, terms, cloud, asker)

    def _walk_on(self, objective: Objective, terms: Terms, cloud: Cloud, asker: Asker) -> Objective:
        from azlin.agentic.pipeline import walk

        if terms.chaos is None or terms.no_wait:  # what runs in the background makes its own trouble
            return walk(objective, terms, self._road(cloud, terms, asker))
        from azlin.sandbox.chaos import troubled

        with troubled(self.paths, terms.chaos, self._notice):
            return walk(objective, terms, self._road(cloud, terms, asker))

    @contextmanager
    def _holding(self, objective_id: str, view: View, heir_of: int | None = None) -> Generator[None]:
        """The only runner of an objective, whose story is told to the audit log and the view."""
        self._telling.listen(self.audit, vital=True)
        self._telling.listen(view.show)
        try:
            with self.journal.lease(objective_id, runner=f"azlin {os.getpid()}", heir_of=heir_of) as self._lease:
                yield
        finally:
            self.audit.close()
            self.schemas.close()

    def _hand_over(self, objective: Objective, terms: Terms) -> Objective:
        from azlin.agentic.background import handover

        fence = self._lease.fence if self._lease is not None else 0
        orders = handover.orders(objective, fence, terms, self._secrets)
        return handover.hand_over(objective, orders, RUNNER, self.paths, self.journal)

    def _stopped_by(self, stopped: AzlinError, objective: Objective) -> Objective:
        """The objective that an error ended before its road was open."""
        from azlin.agentic.conclusion import stopped_by

        return self._end(objective, stopped_by(stopped, objective, begun=self._began(objective.id)))

    def _end(self, objective: Objective, outcome: Outcome) -> Objective:
        ended = replace(objective, outcome=outcome)
        self.objectives.file(ended)
        about = {"verdict": outcome.verdict, "summary": outcome.summary, "exit_code": outcome.exit_code}
        self._telling.tell("outcome-reached", objective.id, **about)
        return ended

    def _began(self, objective_id: str) -> bool:
        """Whether any operation of an objective ever left."""
        return any(entry.started_at is not None for entry in self.journal.entries(objective_id))

    def _stoppable(self, run: JournalledRun, outage: Outage) -> JournalledRun:
        """A run that stops when its lease is lost, or when somebody asks for its end; nothing is waited for then."""
        outage.stopped = run.stopped
        if self._lease is not None:
            self._lease.listen(run.stop)
        return run

    def _notice(self, text: str) -> None:
        self._telling.tell("notice", text=text)

    def _request(self, text: str) -> Request:
        from azlin.redaction import extract_secrets

        told, secrets = extract_secrets(text)
        self._secrets.update(secrets)
        return Request(text=told, actor=getpass.getuser(), at=datetime.now(UTC))

    # The road

    def _road(self, cloud: Cloud, terms: Terms, asker: Asker) -> Road:
        from azlin.agentic.command_planner import CommandPlanner
        from azlin.agentic.difference import unreadable_by
        from azlin.agentic.journalled_run import JournalledRun
        from azlin.agentic.pipeline import Road
        from azlin.agentic.result_validator import matches, validate
        from azlin.agentic.rollback import Rollback
        from azlin.agentic.strategies.arm_strategy import ArmDirect
        from azlin.agentic.strategies.azure_cli import AzureCli
        from azlin.doors import Doors

        doors = Doors(cloud, self.paths, self.schemas.api_version, self._notice, timeout_s=terms.timeout_s)
        diagnosis = Diagnosis(self.paths, self.journal, self.settings.endpoints, self._notice, sandbox=cloud.sandbox)
        families = self._families(diagnosis)
        plan = CommandPlanner(families, self._problems).plan
        unreadable = unreadable_by(self.schemas.flags)
        return Road(
            families=families,
            strategies=(
                AzureCli(doors.executor, cloud, self.schemas.api_version, secrets=lambda: self._secrets),
                ArmDirect(doors.enduring, cloud, secrets=lambda: self._secrets),
            ),
            world=World(cloud, doors.arm if cloud.signed_in else None, self.journal.made_with),
            parse=self._parser(families, terms),
            plan=plan,
            quote=self._quote,
            judge=self._judge,
            validate=lambda plan, results, world, run: validate(
                plan,
                results,
                world,
                witnessed=run.witnessed,
                unreadable=unreadable,
                published=self.schemas.published,
            ),
            open_run=lambda objective_id, terms: self._stoppable(
                JournalledRun(
                    objective_id,
                    self.journal,
                    doors.enduring,
                    partial(matches, unreadable=unreadable, published=self.schemas.published),
                    self._telling,
                    timeout_s=terms.timeout_s,
                    deadline_s=terms.deadline_s,
                ),
                doors.outage,
            ),
            rollback=Rollback(self.journal, families),
            started=self._began,
            hand_over=self._hand_over,
            files=self.objectives,
            telling=self._telling,
            asker=asker,
            where=where(cloud),
            recovery=diagnosis.recovery(families, plan),
        )

    def _families(self, diagnosis: Diagnosis) -> Mapping[str, IntentFamily]:
        """Made when one is first needed: what was planned and approved goes on without them."""
        from azlin.agentic.families import Register

        return Register(lambda: self._every_family(diagnosis))

    def _every_family(self, diagnosis: Diagnosis) -> dict[str, IntentFamily]:
        from azlin.agentic import families
        from azlin.agentic.families.undo import Undo
        from azlin.gateways.ssh_keys import public_key

        def key(named: str | None) -> families.PublicKey:
            found = public_key(self.paths, named)
            return families.PublicKey(text=found.text, origin=found.origin)

        mend = Upkeep(self.journal, self.schemas, self.prices).family()
        wordless = (Undo(self.journal), mend, diagnosis.family())
        return {**families.every(key, self.prices.vm_monthly), **{family.name: family for family in wordless}}

    def _parser(self, families: Mapping[str, IntentFamily], terms: Terms) -> Callable[[Request], Intent]:
        def read(request: Request) -> Intent:
            from azlin.agentic.intent_parser import parse

            return parse(request, self.settings.defaults, families, group=terms.group, location=terms.location)

        return read

    def _problems(self, type: str, body: dict[str, Any]) -> list[str]:
        return [str(problem) for problem in self.schemas.check(type, body)]

    def _quote(self, plan: Plan, world: World) -> Quote:
        from azlin.agentic.cost_estimator import CostEstimator

        return CostEstimator(self.prices).quote(plan, world)

    def _judge(self, objective_id: str, plan: Plan, quote: Quote, terms: Terms, attended: bool) -> BudgetVerdict:
        """What Azure itself has billed this month is not asked here; the verdict says that it is unknown."""
        from azlin.agentic.budget_monitor import judge

        month = datetime.now(UTC).strftime("%Y-%m")
        return judge(
            quote,
            self.settings.budget,
            spent=None,
            committed=self.journal.committed(month, besides=objective_id),
            allows=terms.allow,
            plan=plan,
            attended=attended,
        )
