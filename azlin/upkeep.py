"""What asks later how finished requests stand, and mends them, wired for one command. A part of `azlin.app`, which
alone uses it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from azlin.agentic.types import Objective
from azlin.agentic.world import World
from azlin.gateways.journal import Journal

if TYPE_CHECKING:
    from azlin.agentic.drift import Drift
    from azlin.agentic.families import IntentFamily
    from azlin.agentic.families.mend import Stand
    from azlin.agentic.wishes import Wishes
    from azlin.gateways.prices import Prices
    from azlin.gateways.schema import Schemas


class Upkeep:
    """Nothing is opened before it is needed."""

    def __init__(self, journal: Journal, schemas: Schemas, prices: Prices) -> None:
        self._journal = journal
        self._schemas = schemas
        self._prices = prices

    def wishes(self, objective: Objective) -> Wishes:
        """What azlin wants of it still. Raises StillRunning, Undecided, NotFound: see `drift`."""
        from azlin.agentic.drift import refuse_what_has_nothing_to_compare
        from azlin.agentic.wishes import wishes_of

        wishes = wishes_of(objective, self._journal)
        holder = self._journal.holder(objective.id)
        refuse_what_has_nothing_to_compare(wishes, running=holder is not None and holder.alive)
        return wishes

    def drift(self, wishes: Wishes, world: World) -> Drift:
        from azlin.agentic.cost_estimator import CostEstimator
        from azlin.agentic.difference import unreadable_by
        from azlin.agentic.drift import survey

        return survey(
            wishes,
            world,
            CostEstimator(self._prices).standing,
            unreadable=unreadable_by(self._schemas.flags),
            published=self._schemas.published,
        )

    def secrets_to_mend(self, wishes: Wishes, world: World) -> tuple[str, ...]:
        """The names of the secrets with which what is gone was made. Azure is asked only where there are any."""
        from azlin.redaction import secret_names

        made_with = {wish.operation.id: secret_names(wish.operation.desired) for wish in wishes.all if wish.done}
        if not any(made_with.values()):
            return ()
        gone = [thing.operation for thing in self.drift(wishes, world).things if thing.state == "gone"]
        return tuple(dict.fromkeys(name for operation in gone for name in made_with[operation]))

    def family(self) -> IntentFamily:
        from azlin.agentic.families.mend import Mend

        return Mend(self._journal.load, self.wishes, self._stands, self._schemas.strip_read_only)

    def _stands(self, wishes: Wishes, world: World) -> Mapping[str, Stand]:
        from azlin.agentic.families.mend import Stand

        things = self.drift(wishes, world).things
        return {
            thing.operation: Stand(thing.state, frozenset(setting.path for setting in thing.settings))
            for thing in things
        }
