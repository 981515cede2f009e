"""`azlin sandbox fault`: trouble on purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from azlin.cli.output import Output, output_options
from azlin.errors import UsageRefused
from azlin.paths import Paths

if TYPE_CHECKING:
    from azlin.sandbox.instance import Instance

_WRONG = ("code", "status", "retry_after_s", "latency_s", "stale_s", "hold_s", "drop")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def fault() -> None:
    """Trouble on purpose: errors, throttling, latency, stale reads, late requests, lost connections."""


@fault.command("add")
@click.option("--type", metavar="TYPE", help="Resource type; * matches any part. Default: every type.")
@click.option("--method", metavar="METHOD", help="PUT, PATCH, GET, DELETE or POST. Default: every method.")
@click.option("--name", metavar="PATTERN", help="Name of the resource; * matches any part.")
@click.option("--sku", metavar="PATTERN", help="The SKU or VM size that a write asks for.")
@click.option("--location", metavar="REGION", help="The region that a write asks for.")
@click.option(
    "--service",
    type=click.Choice(["arm", "login", "graph", "vault", "storage", "prices"]),
    help="Requests to this service, instead of resources.",
)
@click.option("--path", metavar="PATTERN", help="Requests to this path, instead of resources; * matches any part.")
@click.option("--code", metavar="CODE", help="Error code, such as SkuNotAvailable or AllocationFailed.")
@click.option("--message", metavar="TEXT", help="The error's words.")
@click.option("--body", metavar="TEXT", help="Answer with this, not an ARM error, as a gateway does; '' is nothing.")
@click.option("--status", type=click.IntRange(400, 599), help="HTTP status. Default: 409.")
@click.option("--times", type=click.IntRange(min=1), help="How often. Default: always.")
@click.option("--skip", type=click.IntRange(min=0), default=0, help="Spare the first so many.")
@click.option("--probability", type=click.FloatRange(0, 1), help="Go wrong by chance.")
@click.option("--seed", type=int, default=0, help="What the chance is drawn from; the same seed hits the same ones.")
@click.option("--latency-s", type=click.FloatRange(min=0), default=0.0, help="Seconds that the work takes.")
@click.option("--retry-after-s", type=click.FloatRange(min=0), help="Throttle (429) with this Retry-After.")
@click.option("--stale-s", type=click.FloatRange(min=0), default=0.0, help="Seconds that readers see the old state.")
@click.option(
    "--hold-s",
    type=click.FloatRange(min=0),
    default=0.0,
    help="Carry the request out so many seconds after it was read, also when its client has gone meanwhile.",
)
@click.option(
    "--drop",
    type=click.Choice(["before", "after", "half"]),
    help="Lose the connection: before the request is read, after it was carried out, or in the middle of the answer.",
)
@output_options
def add_fault(output: Output, **asked: Any) -> None:
    """Add a fault. It also meets resources inside deployments.

    With a latency, a write or delete is accepted at once and ends later; with a latency and a code
    it is accepted and fails later.
    """
    if asked["body"] is None and not any(asked[one] for one in _WRONG):
        raise UsageRefused(
            "a fault needs something that goes wrong",
            fix="add --code, --status, --body, --retry-after-s, --latency-s, --stale-s, --hold-s or --drop",
        )
    if asked["method"] is not None:
        asked["method"] = asked["method"].upper()
    added = _running().ask("POST", "faults", asked)
    if output.form is not None:
        output.put(added)
        return
    click.echo(f"sandbox: fault {added['id']} added: {_words(added)}")


@fault.command("load")
@click.argument("source", metavar="FILE|NAME")
@output_options
def load_scenario(source: str, output: Output) -> None:
    """Add all that a scenario says: a TOML file, or one that comes with azlin.

    \b
    throttled            ARM's documented token buckets
    unreliable-network   one request in ten is lost
    eventual             readers learn of a write two seconds late
    bad-day              capacity runs out, dependencies are busy, ARM stumbles
    scarce-capacity      quotas of a young subscription, and a size that cannot be had
    """
    import msgspec

    from azlin.sandbox.scenario import ScenarioUnreadable, read_scenario

    try:
        scenario = read_scenario(source)
    except ScenarioUnreadable as refused:
        raise UsageRefused(str(refused), fix="azlin sandbox fault load throttled") from None
    added = _running().ask("POST", "scenario", msgspec.to_builtins(scenario))
    if output.form is not None:
        output.put(added)
        return
    click.echo(f"sandbox: {scenario.title or source}")
    for one in added["faults"]:
        click.echo(f"  fault {one['id']}  {_words(one)}")
    if scenario.throttle is not None:
        click.echo(f"  {_buckets(added['throttle'])}")
    for line in _scarce(msgspec.to_builtins(scenario.quota), msgspec.to_builtins(scenario.unavailable)):
        click.echo(f"  {line}")
    if scenario.clock is not None:
        click.echo(f"  the clock is {added['clock_ahead_s']:g} s ahead")


@fault.command("list")
@output_options
def list_faults(output: Output) -> None:
    """The faults that are set, how often each was met, and what else is scarce on purpose."""
    instance = _running()
    faults, status = instance.ask("GET", "faults"), instance.ask("GET", "status")
    if output.form is not None:
        output.put(faults)
        return
    for one in faults:
        click.echo(f"{one['id']}  met {one['hits']} times  {_words(one)}")
    others = [_buckets(status["throttle"])] if status["throttle"] is not None else []
    others += _scarce(status["quota"], status["unavailable"])
    for line in others:
        click.echo(line)
    if not faults and not others:
        click.echo("sandbox: no faults", err=True)


@fault.command("clear")
def clear_faults() -> None:
    """Remove every fault, stop throttling, lift quotas, let every reader see the truth. The clock stays."""
    removed = _running().ask("DELETE", "faults")["removed"]
    click.echo(f"sandbox: {removed} faults removed")


def _running() -> Instance:
    from azlin.sandbox.instance import ensure_running

    return ensure_running(Paths.from_environment())


def _scarce(quotas: list[dict[str, Any]], sizes: list[dict[str, Any]]) -> list[str]:
    def where(one: dict[str, Any]) -> str:
        return f"in {one['location']}" if one["location"] else "in every region"

    lines = [f"quota of {one['name']}: {one['limit']} {where(one)}" for one in quotas]
    for one in sizes:
        zones = f" zone {', '.join(one['zones'])}" if one["zones"] else ""
        lines.append(f"not to be had: {one['size']} {where(one)}{zones}")
    return lines


def _buckets(limits: dict[str, dict[str, float]]) -> str:
    each = (f"{one['bucket']:g} {kind}, {one['refill_per_s']:g} more a second" for kind, one in limits.items())
    return f"throttled, for each subscription and principal: {'; '.join(each)}"


def _words(one: dict[str, Any]) -> str:
    where = [one["method"] or "any method"]
    if one["service"] or one["path"]:
        where.append(f"to {one['service'] or 'any service'}{' ' + one['path'] if one['path'] else ''}")
    elif one["type"] or not (one["drop"] or one["hold_s"]):
        where.append(one["type"] or "any type")
    narrower = (("name", "named"), ("sku", "of size"), ("location", "in"))
    where += [f"{word} {one[name]}" for name, word in narrower if one[name]]
    what = [str(part) for part in (one["status"], one["code"]) if part is not None]
    if one["body"] is not None:
        what.append("a gateway's page" if one["body"] else "an empty body")
    what += [words.format(one[name]) for name, words in _DELAYS if one[name]]
    if one["drop"]:
        what.append(_DROPS[one["drop"]])
    how_often = "always" if one["times"] is None else f"{one['times']} times more"
    if one["probability"] is not None:
        how_often += f", by chance of {one['probability']:g} (seed {one['seed']})"
    if one["skip"]:
        how_often += f", not the first {one['skip']}"
    if one["by"]:
        how_often += f" (set by {one['by']})"
    return f"{' '.join(where)}: {', '.join(what)}; {how_often}"


_DELAYS = (
    ("retry_after_s", "throttled for {:g} s"),
    ("latency_s", "takes {:g} s"),
    ("stale_s", "seen {:g} s late"),
    ("hold_s", "carried out {:g} s late"),
)
_DROPS = {
    "before": "the connection is lost before the request is read",
    "after": "the connection is lost after it was carried out",
    "half": "the connection is lost in the middle of the answer",
}
