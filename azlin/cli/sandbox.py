"""`azlin sandbox`: an Azure on this machine. Everything it prints says so."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from azlin.cli.fault import fault
from azlin.cli.output import Output, output_options
from azlin.errors import NotFound, ToolMissing, Undecided, UsageRefused
from azlin.paths import Paths

if TYPE_CHECKING:
    from azlin.sandbox.instance import Instance

_HELP = {"help_option_names": ["-h", "--help"]}


@click.group(context_settings=_HELP)
def sandbox() -> None:
    """An Azure on this machine, to try everything on: the real az works in it, and nothing leaves it."""


@sandbox.command()
@output_options
def start(output: Output) -> None:
    """Start the sandbox (it stays until `sandbox stop`)."""
    from azlin.sandbox.instance import ensure_running, find_running

    paths = Paths.from_environment()
    ran = find_running(paths)
    instance = ran or ensure_running(paths)
    if output.form is not None:
        output.put(_described(instance))
        return
    click.echo(f"sandbox: {'runs already' if ran else 'started'} at {instance.arm} (process {instance.pid})")
    click.echo('Use it from this shell:  eval "$(azlin sandbox env)"', err=True)


@sandbox.command()
def stop() -> None:
    """Stop the sandbox. What is in it is kept."""
    from azlin.gateways.az import Az
    from azlin.sandbox.instance import stop as end

    paths = Paths.from_environment()
    ended = end(paths)
    if ended is None:
        click.echo("sandbox: it does not run")
        return
    with suppress(ToolMissing):
        Az(ended.cloud(), paths).stop()  # the az that was kept loaded for it has nobody to talk to any more
    click.echo(f"sandbox: stopped (process {ended.pid})")


@sandbox.command()
@output_options
def status(output: Output) -> None:
    """What runs, what is in it, and what was asked of it. Exit 3 when it does not run."""
    from azlin.sandbox.instance import find_running

    instance = find_running(Paths.from_environment())
    if instance is None:
        if output.form is not None:
            output.put({"sandbox": True, "running": False})
        else:
            click.echo("sandbox: it does not run. Start it:  azlin sandbox start")
        sys.exit(NotFound.exit_code)
    said = {**_described(instance), **instance.ask("GET", "status")}
    if output.verbose:
        said["recent_requests"] = instance.ask("GET", "requests")
    if output.form is not None:
        output.put(said)
        return
    _draw(said)


@sandbox.command()
@click.option("--tenant", "source", metavar="FILE|DEMO", help="A list of ARM resources, or the name of a demo tenant.")
@click.option("--size", type=click.IntRange(1, 100_000), help="Make an estate of this many resources instead.")
@click.option("--name", help="What the tenant is called. Default: the file's name, or the demo's.")
@output_options
def seed(source: str | None, size: int | None, name: str | None, output: Output) -> None:
    """Put an estate into a tenant of its own in the sandbox, and call it by NAME in config.toml.

    \b
    --tenant estate.json         a list of resources, such as `az resource list -o json` wrote it
    --tenant DefenderATEVET17    a demo: 410 resources of more than 60 types, with what years do to an estate
    --tenant DefenderATEVET12    a demo: 158 resources
    --size 50000                 as many as you like
    """
    report = _running().ask("POST", "seed", _asked(source, size, name), timeout_s=600.0)
    alias = _remember_tenant(report)
    if output.form is not None:
        output.put(report)
        return
    click.echo(
        f"sandbox: {report['resources']} resources and {report['groups']} groups in tenant "
        f"{report['tenant_name']} ({report['tenant']}), subscriptions {', '.join(report['subscriptions'])}"
    )
    if report["groups_added"]:
        click.echo(f"The file describes no such groups, so they were added: {_some(report['groups_added'])}", err=True)
    click.echo(alias, err=True)


def _asked(source: str | None, size: int | None, name: str | None) -> dict[str, Any]:
    """What is asked of the sandbox. Raises UsageRefused or NotFound."""
    from azlin.sandbox.demo.tenants import RECIPES, find

    if (source is None) == (size is None):
        raise UsageRefused("a seed is either --tenant or --size", fix=f"azlin sandbox seed --tenant {RECIPES[0].name}")
    if source is None:
        return {"size": size, "name": name}
    file = Path(source)
    if file.is_file():
        return {"path": str(file.absolute()), "name": name}
    if find(source) is None:
        demos = " or ".join(one.name for one in RECIPES)
        raise NotFound(
            f"there is no file {source}, and no demo tenant of that name (there are {demos})",
            fix="az resource list -o json > estate.json",
        )
    if name is not None:
        raise UsageRefused(f"a demo tenant has its own name: {source}", fix=f"azlin sandbox seed --tenant {source}")
    return {"demo": source}


def _remember_tenant(report: dict[str, Any]) -> str:
    """Register the tenant's name in config.toml, unless the name is somebody else's there; says what was done."""
    from azlin.setting_writers import write
    from azlin.settings import Settings

    paths, name = Paths.from_environment(), report["tenant_name"]
    known = Settings.load(paths, os.environ).tenants.get(name)
    if known is not None and known.tenant_id != report["tenant"]:
        return f"config.toml has another tenant called {name} ({known.tenant_id}), which was left as it is."
    subscription = {"subscription": report["subscriptions"][0]} if report["subscriptions"] else {}
    write(paths, ("tenants", name), {"tenant_id": report["tenant"], **subscription})
    return f"It is called {name} in {paths.config} from now on."


@sandbox.command()
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@output_options
def reset(yes: bool, output: Output) -> None:
    """Remove every resource, all that Microsoft Graph made (users, groups, applications) and every fault, and set the
    clock right. Tenants, subscriptions and their own sign-ins stay.
    """
    from azlin.agentic.approver import Question
    from azlin.cli.ask import Keyboard

    instance = _running()
    count = instance.ask("GET", "status")["resources"]
    if not yes:
        question = Question(text=f"sandbox: remove all {count} resources of the sandbox?", kind="yes-no")
        said = Keyboard().ask(question)
        if said is None:
            raise Undecided("the sandbox was not reset: nobody was there to say yes", fix="azlin sandbox reset --yes")
        if said.strip().casefold() not in ("y", "yes"):
            raise Undecided("the sandbox was not reset")
    removed = instance.ask("POST", "reset")
    if output.form is not None:
        output.put(removed)
        return
    click.echo(f"sandbox: empty ({count} resources and {removed['faults']} faults removed)")


@sandbox.command()
@click.option("--shell", type=click.Choice(["sh", "bash", "zsh", "fish", "powershell"]), default="sh")
@click.option("--tenant", metavar="NAME|ID", help="Work in this tenant's first subscription. Default: the sandbox's.")
@output_options
def env(shell: str, tenant: str | None, output: Output) -> None:
    """The variables with which az, azmcp, terraform, the SDKs and azlin work in the sandbox.

    \b
    eval "$(azlin sandbox env)"                        sh, bash, zsh
    azlin sandbox env --shell fish | source            fish
    azlin sandbox env --shell powershell | iex         PowerShell
    """
    from azlin.sandbox.environment import render, shell_environment
    from azlin.sandbox.instance import ensure_running

    variables = shell_environment(ensure_running(Paths.from_environment()), os.environ, tenant)
    if output.form is not None:
        output.put(variables)
        return
    click.echo(render(variables, shell))
    if sys.stdout.isatty():
        click.echo('# Set them in this shell:  eval "$(azlin sandbox env)"', err=True)


@sandbox.command()
@click.option("--advance", "seconds", type=click.FloatRange(min=0), help="Seconds to move it on.")
@output_options
def clock(seconds: float | None, output: Output) -> None:
    """The sandbox's clock, and how to let time pass: operations end, buckets fill, deleted vaults are due."""
    said = _running().ask("POST", "clock", {"advance_s": seconds or 0.0})
    if output.form is not None:
        output.put(said)
        return
    click.echo(f"sandbox: it is {said['now']} here, {said['ahead_s']:g} s ahead of this machine")


sandbox.add_command(fault)


def _running() -> Instance:
    """The sandbox, started when it does not run: what is kept in it is there at once."""
    from azlin.sandbox.instance import ensure_running

    return ensure_running(Paths.from_environment())


def _described(instance: Instance) -> dict[str, Any]:
    return {
        "sandbox": True,
        "running": True,
        "pid": instance.pid,
        "arm": instance.arm,
        "proxy": instance.proxy,
        "ca_path": str(instance.ca),
        "directory": instance.directory,
        "tenant": instance.default_tenant.id,
        "subscription": instance.default_subscription.id,
    }


def _draw(said: dict[str, Any]) -> None:
    click.echo(f"sandbox: runs at {said['arm']} (process {said['pid']}), proxy {said['proxy']}")
    for tenant in said["tenants"]:
        click.echo(f"  tenant {tenant['name']}  {tenant['id']}")
        for one in tenant["subscriptions"]:
            click.echo(f"    subscription {one['name']}  {one['id']}")
    click.echo(
        f"  {said['resources']} resources, {said['faults']} faults, {said['requests']} requests since it was "
        f"started ({said['mutating_requests']} of them may change something)"
    )
    for host, times in said["refused_hosts"].items():
        click.echo(f"  refused: {host} ({times} times); nothing leaves this machine")
    for one in said.get("recent_requests", []):
        command = f"  (az {one['command']})" if one["command"] else ""
        click.echo(f"  {one['status']} {one['method']:6} {one['host']}{one['path']}{command}")


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:10])
    return shown if len(names) <= 10 else f"{shown} and {len(names) - 10} more"
