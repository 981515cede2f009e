"""The examples of az's own help, run verbatim: what the sweeps of examples share.

An example counts when it is one plain az command (no shell syntax, not several commands: `Example.argv`). Nothing is
prepared but the resource groups that examples name with -g or --resource-group, in `westeurope`; every other name in an
example (a subscription, a resource, a file, a key) is a placeholder, unless another example makes it. az is told not to
ask for confirmation (core.disable_confirm_prompt), and nothing else. Right is exit code 0 in one of two subscriptions:

 - an empty one (tried for what creates, because many examples make the same thing in different ways);
 - the one that all the examples of the sweep work in. Help pages are in the order of the alphabet, in which `delete`
   comes before `show`, and gateways before the networks they need; so here what creates comes first (what fails of it
   is tried again as long as more of it succeeds), then the rest in the order of the help, then what removes, and at
   last what locks or removes whole groups, which would keep all others out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

from conformance.az_commands import Example, table
from conformance.az_runner import Lane, Said, run, workers
from conformance.figure import Failure, Figure

_MAKES = ("create", "add", "assign", "attach", "enable", "import", "register", "set")
_REMOVES = ("delete", "remove", "deallocate", "detach", "disable", "unregister", "unset", "purge", "cancel")


def examples(first_words: Collection[str]) -> list[Example]:
    """Those of the commands that begin with one of these words, in the order of the help."""
    return [one for one in table().examples if one.command.split()[0] in first_words]


def measure(chosen: Sequence[Example], prepared: Sequence[str] = (), files: Mapping[str, str] | None = None) -> Figure:
    """Run them all, in both subscriptions. `prepared` are commands that make things in the common one before the
    examples (`{subscription}` is its id); `files` lie in the working directory. The sweeps say what they prepare."""
    plain = [(one.command, argv) for one in chosen if (argv := one.argv) is not None]
    ordered = [argv for _, argv in sorted(plain, key=lambda pair: _turn(pair[0]))]
    makes = sum(1 for command, _ in plain if _turn(command)[0] == 0)
    subscription = f"/subscriptions/{workers()[0].sandbox.default_subscription.id}"
    before = [text.replace("{subscription}", subscription).split() for text in prepared]
    both = [*before, *ordered]
    lanes = [Lane(both, _groups(both), len(before) + makes, files or {})]
    lanes += [Lane([argv], _groups([argv]), files=files or {}) for argv in ordered[:makes]]
    whole, *alone = run(lanes)
    made, together = whole[: len(before)], whole[len(before) :]
    unmade = [" ".join(said.argv[:3]) for said in made if said.rc]
    succeeded = {at for at, (said,) in enumerate(alone) if not said.rc}
    failures = tuple(_failure(said) for at, said in enumerate(together) if said.rc and at not in succeeded)
    unasked = sum(1 for at, said in enumerate(together) if said.rc and at not in succeeded and not said.requests)
    note = (
        f"az {table().az}; {unasked} fail before az asks anything; {len(chosen) - len(plain)} are no plain az command"
    )
    if unmade:
        note += f"; not prepared: {', '.join(unmade)}"
    return Figure(len(ordered) - len(failures), len(ordered), failures, note)


def _failure(said: Said) -> Failure:
    return Failure("az " + " ".join(said.argv), said.cause, "\n".join((said.err[-1500:], *said.requests)))


def _turn(command: str) -> tuple[int, int, bool]:
    """The sort key of a command; equal ones stay in the order of the help. Parents come first and go last, and what a
    thing holds comes after `create` and goes before `delete` (`record-set a add-record`, `remove-record`)."""
    words = command.split()
    verb = words[-1].partition("-")[0]
    if "lock" in words or command == "group delete":
        return 3, len(words) * -1, False
    if verb in _MAKES:
        return 0, len(words), verb != "create"
    if verb in _REMOVES:
        return 2, -len(words), verb == "delete"
    return 1, 0, False


def _groups(commands: Sequence[Sequence[str]]) -> list[str]:
    """The resource groups that these name, in order, each once whatever its casing."""
    named: dict[str, str] = {}
    for argv in commands:
        for option, value in pairwise(argv):
            if option in ("-g", "--resource-group") and not value.startswith("-"):
                named.setdefault(value.casefold(), value)
    return list(named.values())
