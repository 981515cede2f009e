"""Every list command of az that can be run with nothing but a resource group and a location.

Counted are the commands whose last word begins with `list` and whose required arguments are none but a resource group
(-g) and a location (-l), given with a group that exists and `westeurope`, against an empty subscription. Some say only
when they run that they want one of the two: what az refuses before it asks anybody is run a second time with both, as
far as it has these options. Right is exit code 0: az has sent its requests and has understood the answers.
"""

from __future__ import annotations

from conformance.az_commands import Command, table
from conformance.az_runner import LOCATION, Lane, Said, run
from conformance.figure import Failure, Figure

NAME = "lists"
GROUP = "rg"
_GIVEN = {"-g": GROUP, "--resource-group": GROUP, "-l": LOCATION, "--location": LOCATION}
_LANES = 40


def chosen() -> list[Command]:
    return [one for one in table().commands if one.name.split()[-1].startswith("list") and one.needs_only(*_GIVEN)]


def measure(sample: bool) -> Figure:
    commands = chosen()[:: 40 if sample else 1]
    said = _run([_required(one) for one in commands])
    unasked = [at for at, one in enumerate(said) if one.rc and not one.requests]
    fuller = [at for at in unasked if _all(commands[at]) != list(said[at].argv)]
    for at, one in zip(fuller, _run([_all(commands[at]) for at in fuller]), strict=True):
        said[at] = one
    failures = tuple(
        Failure("az " + " ".join(one.argv), one.cause, "\n".join((one.err[-1500:], *one.requests)))
        for one in said
        if one.rc
    )
    still = sum(1 for one in said if one.rc and not one.requests)
    note = f"az {table().az}; {still} fail before az asks anything"
    return Figure(len(said) - len(failures), len(said), failures, note)


def _run(commands: list[list[str]]) -> list[Said]:
    lanes = [Lane(commands[at : at + _LANES], [GROUP]) for at in range(0, len(commands), _LANES)]
    return [one for lane in run(lanes) for one in lane]


def _required(command: Command) -> list[str]:
    given = [next(one for one in spelled if one in _GIVEN) for spelled in command.required]
    return [*command.name.split(), *(word for option in given for word in (option, _GIVEN[option]))]


def _all(command: Command) -> list[str]:
    pairs = (("--resource-group", "-g"), ("--location", "-l"))
    given = [next((one for one in spelled if one in command.takes), None) for spelled in pairs]
    return [*command.name.split(), *(word for option in given if option for word in (option, _GIVEN[option]))]
