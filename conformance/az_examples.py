"""The examples of az's own help, run verbatim: what the sweeps of examples share.

An example counts when it is one plain az command (no shell syntax, not several commands: `Example.argv`). Nothing is
prepared but the resource groups that the examples of a lane name with -g or --resource-group; every other name in an
example (a subscription, a resource, a file, a key) is a placeholder unless another example of the lane makes it. Right
is exit code 0; az is told not to ask for confirmation (core.disable_confirm_prompt), and nothing else.

A lane is a command group of two words with all below it (`network vnet`, `network vnet subnet`...), or of one word
where the command is right in it (`vm create`). Help pages are in the order of the alphabet, in which `delete` comes
before `show`; so a lane runs what creates first, parents before children, then the rest, then what removes, children
first.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

from conformance.az_commands import Example, table
from conformance.az_runner import Lane, Said, run
from conformance.figure import Failure, Figure

_MAKES = ("create", "add", "assign", "attach", "enable", "import", "register", "set")
_REMOVES = ("delete", "remove", "deallocate", "detach", "disable", "unregister", "unset", "purge", "cancel")


def examples(first_words: Collection[str]) -> list[Example]:
    """Those of the commands that begin with one of these words, in the order of the help."""
    return [one for one in table().examples if one.command.split()[0] in first_words]


def lanes(chosen: Sequence[Example]) -> list[Lane]:
    """See the module; examples that are not one plain az command are left out."""
    found: dict[str, list[tuple[Example, list[str]]]] = {}
    for one in chosen:
        argv = one.argv
        if argv is not None:
            found.setdefault(_lane(one.command), []).append((one, argv))
    made: list[Lane] = []
    for name, listed in sorted(found.items()):
        ordered = [argv for _, argv in sorted(listed, key=lambda pair: _turn(pair[0].command))]
        made.append(Lane(name, ordered, groups=_groups(ordered)))
    return made


def measure(chosen: Sequence[Example]) -> Figure:
    """Run them all."""
    ran = lanes(chosen)
    said = [(lane.name, one) for lane, answers in zip(ran, run(ran), strict=True) for one in answers]
    failures = tuple(_failure(lane, one) for lane, one in said if one.rc)
    unasked = sum(1 for _, one in said if one.rc and not one.requests)
    left_out = len(chosen) - len(said)
    note = f"az {table().az}; {unasked} failed before az asked anything; {left_out} more are no plain az command"
    return Figure(len(said) - len(failures), len(said), failures, note)


def _failure(lane: str, one: Said) -> Failure:
    detail = "\n".join((f"lane {lane}", one.err[-1500:], *one.requests))
    return Failure("az " + " ".join(one.argv), one.cause, detail)


def _lane(command: str) -> str:
    return " ".join(command.split()[:-1][:2])


def _turn(command: str) -> tuple[int, int]:
    """The sort key of a command in its lane; equal ones stay in the order of the help."""
    words = command.split()
    verb = words[-1].partition("-")[0]
    if verb in _MAKES:
        return 0, len(words)
    if verb in _REMOVES:
        return 2, -len(words)
    return 1, 0


def _groups(commands: Sequence[Sequence[str]]) -> list[str]:
    """The resource groups that these name, in order, each once whatever its casing."""
    named: dict[str, str] = {}
    for argv in commands:
        for option, value in pairwise(argv):
            if option in ("-g", "--resource-group") and not value.startswith("-"):
                named.setdefault(value.casefold(), value)
    return list(named.values())
