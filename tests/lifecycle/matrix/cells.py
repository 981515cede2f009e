"""One cell of the matrix: a trouble, a deed and a strategy; then what came of it, and what of that is not true."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import msgspec

from tests.lifecycle.stage import Performed, Stage
from tests.lifecycle.story import Story
from tests.lifecycle.tale import Meanwhile, Step, Tale, There
from tests.lifecycle.truths import ATTEMPTS_MAX

HERE = Path(__file__).parent
STRATEGIES = ("azure-cli", "arm")
BYSTANDERS = [
    There("Microsoft.Network/networkSecurityGroups", "other", group="mine"),
    There("Microsoft.Network/publicIPAddresses", "theirs", group="elsewhere", body={"sku": {"name": "Standard"}}),
]


class Trouble(msgspec.Struct, forbid_unknown_fields=True):
    """See `trouble.toml`. `everywhere`: not only where the deed says; `cure_s` passes before it is over; what is not
    `cured` by the end of the faults is not taken up again."""

    name: str
    kind: str
    ends: Literal["achieved", "fails", "either"]
    retried: bool = True
    fault: list[dict[str, Any]] = []
    quota: list[dict[str, Any]] = []
    unavailable: list[dict[str, Any]] = []
    there: list[There] = []
    meanwhile: list[Meanwhile] = []
    terms: dict[str, Any] = {}
    everywhere: bool = False
    cure_s: float = 0.0
    cured: bool = True
    only: list[str] = []
    sample: list[str] = []


class Deed(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    request: str
    type: str
    method: str
    before: list[str] = []
    terms: dict[str, Any] = {}


VM_TYPE = "Microsoft.Compute/virtualMachines"


@dataclass
class Cell:
    """`name` is `create/arm`. After `told`: `first` is what came of the deed, `again` of the command to go on."""

    trouble: Trouble
    deed_name: str
    deed: Deed
    strategy: str
    first: Performed | None = None
    again: Performed | None = None
    untrue: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.deed_name}/{self.strategy}"

    def tell(self, story: Story, directory: Path) -> None:
        """Let it happen, and keep what is not true of it."""
        told = Stage(story, self._tale(), self.strategy, directory).perform()
        self.first = next(told)
        self.untrue = [*self.first.untrue, *self._wrong(self.first), *story.audit_problems()]
        outcome = self.first.ended.outcome
        if outcome is not None and outcome.verdict == "achieved":
            told.close()
            return
        if self.trouble.cured:
            self.again = next(told)
            self.untrue += [f"when it went on: {said}" for said in self._wrong_again(self.again)]
            self.untrue += story.audit_problems()
        told.close()

    def _met(self, fault: dict[str, Any]) -> dict[str, str]:
        """az makes a machine by a deployment: a fault about requests meets that, one about resources what is in it."""
        deployed = self.strategy == "azure-cli" and self.deed.type == VM_TYPE and self.deed.method == "PUT"
        about_requests = {"drop", "hold_s", "body"} & fault.keys()
        return {"type": "Microsoft.Resources/deployments"} if deployed and about_requests else {}

    def _tale(self) -> Tale:
        trouble, deed = self.trouble, self.deed
        where = {} if trouble.everywhere else {"type": deed.type, "method": deed.method}
        first = Step(
            request=deed.request,
            terms={"yes": True, "allow": ["destroys"], **deed.terms, **trouble.terms},
            there=trouble.there,
            fault=[{**where, **self._met(fault), **fault} for fault in trouble.fault],
            quota=trouble.quota,
            unavailable=trouble.unavailable,
            meanwhile=trouble.meanwhile,
        )
        again = Step(resume=True, terms={"yes": True, "allow": ["destroys"]}, clock_s=trouble.cure_s)
        return Tale("a cell", [first, again], there=BYSTANDERS, before=deed.before)

    def _wrong(self, performed: Performed) -> Iterator[str]:
        outcome, trouble = performed.ended.outcome, self.trouble
        assert outcome is not None
        if trouble.ends != "either" and (outcome.verdict == "achieved") is not (trouble.ends == "achieved"):
            yield f"it ended {outcome.verdict}: {outcome.summary}"
        if not trouble.retried and max(performed.hits, default=0) > 1:
            yield f"it was tried {performed.hits[0]} times, and no time could have helped"
        if trouble.kind not in ("latency", "stale", "hold") and max(performed.hits, default=0) > ATTEMPTS_MAX:
            yield f"Azure was asked {performed.hits[0]} times"
        said = f"{outcome.summary} {outcome.failure}"
        for fault in trouble.fault:  # az stopped by its deadline tells nobody what it heard
            if (
                outcome.verdict not in ("achieved", "timed-out")
                and (code := fault.get("code")) is not None
                and code not in said
            ):
                yield f"Azure said {code}, and azlin does not: {said}"
        if trouble.fault and not performed.hits[0] and trouble.kind != "sign-in":
            yield "the trouble was never met"

    def _wrong_again(self, performed: Performed) -> Iterator[str]:
        yield from performed.untrue
        assert performed.ended.outcome is not None
        if performed.ended.outcome.verdict != "achieved":
            yield f"with the trouble over it ends {performed.ended.outcome.verdict}: {performed.ended.outcome.summary}"


def cells() -> list[Cell]:
    """The whole matrix."""
    troubles = msgspec.toml.decode((HERE / "trouble.toml").read_bytes(), type=dict[str, list[Trouble]])["trouble"]
    deeds = msgspec.toml.decode((HERE / "deeds.toml").read_bytes(), type=dict[str, dict[str, Deed]])["deed"]
    return [
        Cell(trouble, name, deed, strategy)
        for trouble in troubles
        for name, deed in deeds.items()
        for strategy in STRATEGIES
        if not trouble.only or name in trouble.only or f"{name}/{strategy}" in trouble.only
    ]


def sample() -> list[Cell]:
    """Those that are always asked."""
    return [cell for cell in cells() if cell.name in cell.trouble.sample]
