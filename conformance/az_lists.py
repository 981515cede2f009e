"""Every list command of az that can be run with nothing but a resource group and a location.

Counted are the commands whose last word begins with `list` and whose required arguments are none but a resource group
(-g) and a location (-l), given with a group that exists and `westeurope`, against an empty subscription. Right is exit
code 0: az has sent its requests and has understood the answers.
"""

from __future__ import annotations

from conformance.az_commands import Command, table
from conformance.az_runner import LOCATION, Lane, run
from conformance.figure import Failure, Figure

NAME = "lists"
GROUP = "rg"
_GIVEN = {"-g": GROUP, "--resource-group": GROUP, "-l": LOCATION, "--location": LOCATION}
_LANES = 40


def chosen() -> list[list[str]]:
    """The argument lists."""
    return [
        _arguments(one)
        for one in table().commands
        if one.name.split()[-1].startswith("list") and one.needs_only(*_GIVEN)
    ]


def measure(sample: bool) -> Figure:
    commands = chosen()[:: 40 if sample else 1]
    lanes = [Lane(commands[at : at + _LANES], [GROUP]) for at in range(0, len(commands), _LANES)]
    said = [one for lane in run(lanes) for one in lane]
    failures = tuple(
        Failure("az " + " ".join(one.argv), one.cause, "\n".join((one.err[-1500:], *one.requests)))
        for one in said
        if one.rc
    )
    return Figure(len(said) - len(failures), len(said), failures, f"az {table().az}")


def _arguments(command: Command) -> list[str]:
    given = [next(one for one in spelled if one in _GIVEN) for spelled in command.required]
    return [*command.name.split(), *(word for option in given for word in (option, _GIVEN[option]))]
