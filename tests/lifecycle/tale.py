"""A story as data: the world, what is asked of azlin, what goes wrong meanwhile, and what must be true afterwards.

The files are `tests/lifecycle/*.toml`:

    title = "a failure stops what waits for it and nothing else"
    strategies = ["arm"]                # both, unless it says otherwise
    always = ["arm"]                    # with which of them every test run tells it; all, unless it says otherwise
    there = [{ type = "Microsoft.Network/networkSecurityGroups", name = "other", group = "mine" }]
    before = ["create a vm called Sam in resource group mine"]     # done in peace

    [[step]]                            # `request`, `resume` or `undo`; trouble of the step before is over by then
    request = "create a vm called Ann in resource group mine"
    answers = "y"
    verdict = "partly"
    exit_code = 7
    says = ["SkuNotAvailable"]
    [[step.fault]]                      # also quota, unavailable, throttle: as in a scenario of the sandbox
    code = "SkuNotAvailable"
    [[step.meanwhile]]                  # something that happens when the story gets there
    event = "operation-done"
    do = "interrupt"
    [step.golden]                       # preview, price, events and what is left in Azure: `make golden` writes it

Whatever a file says, everything of `truths.py` is asked after every step as well.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec

from azlin.agentic.types import Verdict

HERE = Path(__file__).parent
Happening = Literal[
    "interrupt",
    "interrupt twice",
    "die",
    "kill az's host",
    "remove az",
    "kill the sandbox",
    "lose the network",
    "end the trouble",
]


class There(msgspec.Struct, forbid_unknown_fields=True):
    """A resource that Azure has before the story begins; its group is made for it.

    What hangs on another resource (a lock, a policy) has an `id` instead, below `/subscriptions/{subscription}`.
    """

    type: str = ""
    name: str = ""
    id: str | None = None
    meant: bool = False
    """Whether a request is about it; all others must be byte for byte the same after every step."""
    group: str | None = None
    location: str = "westeurope"
    body: dict[str, Any] = {}


class Meanwhile(msgspec.Struct, forbid_unknown_fields=True):
    """What happens when an event is told for the `nth` time, of an operation whose id fits (`*` for any).

    `for_s` is how long the network stays away.
    """

    event: str
    do: Happening
    operation: str = "*"
    nth: int = 1
    for_s: float = 1.0


class Golden(msgspec.Struct, forbid_unknown_fields=True):
    """What is written down by a machine and read by a person: when it changes, somebody looks at why.

    `preview` has a line per operation, `price` the line of the month, `events` what was told (operations that run side
    by side in the order of the plan), `left` what Azure has at the end, without its provider.
    """

    preview: list[str] = []
    price: str = ""
    events: list[str] = []
    left: list[str] = []


class Step(msgspec.Struct, forbid_unknown_fields=True):
    """One command. `answers` is what is typed at every question, or at each in turn; None: nobody is there. `clock_s`
    passes before it.

    `hits` says how often each fault hit, `says` what the outcome's words hold, `statuses` what became of operations.
    """

    request: str | None = None
    resume: bool = False
    undo: bool = False
    answers: str | list[str] | None = None
    terms: dict[str, Any] = {}
    clock_s: float = 0.0
    there: list[There] = []
    """Somebody else makes this just before."""
    trouble_goes_on: bool = False
    fault: list[dict[str, Any]] = []
    quota: list[dict[str, Any]] = []
    unavailable: list[dict[str, Any]] = []
    throttle: dict[str, Any] | None = None
    meanwhile: list[Meanwhile] = []
    verdict: Verdict | Literal["dead"] = "achieved"
    exit_code: int = 0
    asks: list[str] | None = None
    """What each question that was asked holds."""
    says: list[str] = []
    never_says: list[str] = []
    statuses: dict[str, str] = {}
    hits: list[int] | None = None
    takes_at_most_s: float | None = None
    golden: Golden = msgspec.field(default_factory=Golden)
    golden_of: dict[str, Golden] = {}
    """By strategy, where the strategies differ."""


class Tale(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    step: list[Step]
    strategies: list[str] = msgspec.field(default_factory=lambda: ["azure-cli", "arm"])
    always: list[str] | None = None
    """The strategies of every test run, where not all; `AZLIN_ALL_STORIES=1` (as `make matrix`) tells all."""
    there: list[There] = []
    before: list[str] = []
    own_az: bool = False
    """az lies where it can be taken away."""


def tales() -> dict[str, Tale]:
    """By the name of the file."""
    return {path.stem: read(path) for path in sorted(HERE.glob("*.toml"))}


def read(path: Path) -> Tale:
    return msgspec.toml.decode(path.read_bytes(), type=Tale)
