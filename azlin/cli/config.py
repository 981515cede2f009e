"""`azlin config`: what is settled, who settled it, and a way to change config.toml that keeps its comments."""

from __future__ import annotations

import os
from typing import Any, cast

import click

from azlin import settings as rules
from azlin.cli.output import Output, output_options
from azlin.errors import ConfigUnreadable, NotFound
from azlin.paths import Paths
from azlin.settings import Settings


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def config() -> None:
    """Show and change the settings. Flags win over AZLIN_… variables, these over config.toml."""


@config.command()
@output_options
def show(output: Output) -> None:
    """Every setting, its value, and who settled it."""
    paths = Paths.from_environment()
    settings = Settings.load(paths, os.environ)
    entries = [_entry(settings, name) for name in rules.names()]
    entries += [_entry(settings, f"tenants.{name}") for name in settings.tenants]
    output.put(entries)
    if output.form is None:
        click.echo(f"{paths.config}{'' if paths.config.exists() else ' (not there yet)'}", err=True)
        if unused := sorted(name for name in settings.origins if not rules.is_used(name)):
            click.echo(f"Note: this version checks {', '.join(unused)} and does not act on it yet.", err=True)


@config.command()
@click.argument("name")
@output_options
def get(name: str, output: Output) -> None:
    """The value of one setting, such as budget.monthly_limit. Exit 3 when it is not set."""
    value = Settings.load(Paths.from_environment(), os.environ).value(name)
    if value is None:
        raise NotFound(f"{name} is not set", fix=f"azlin config set {name} VALUE")
    output.put(value)


@config.command("set")
@click.argument("name")
@click.argument("value", nargs=-1, required=True)
def set_(name: str, value: tuple[str, ...]) -> None:
    """Set a value in config.toml. Lists are written with spaces or commas: 50,80,100.

    Besides the names of `config show`: budget.resource_groups.GROUP, tenants.NAME.tenant_id and
    tenants.NAME.subscription.
    """
    from azlin.setting_writers import write

    paths = Paths.from_environment()
    text = " ".join(value) if len(value) == 1 or name != "budget.alert_thresholds" else ",".join(value)
    table, key, setting = _prepared(name, text)
    write(paths, table, {key: setting})
    shadow = rules.variable_for(name)
    if os.environ.get(shadow):
        click.echo(f"Note: {shadow} is set and wins over config.toml.", err=True)


def _entry(settings: Settings, name: str) -> dict[str, Any]:
    return {"setting": name, "value": settings.value(name), "from": settings.origin(name)}


def _prepared(name: str, text: str) -> tuple[tuple[str, ...], str, Any]:
    """(the table's path, the key, the value as TOML writes it). Raises ConfigUnreadable for a bad name or value."""
    where = "the command line"
    parts = name.split(".")
    if parts[:2] == ["budget", "resource_groups"] and len(parts) > 2:
        group = ".".join(parts[2:])
        amounts = rules.checked("budget.resource_groups", {group: text}, where=where)
        return ("budget", "resource_groups"), group, _toml(amounts[group])
    if parts[0] == "tenants" and len(parts) > 2 and parts[-1] in rules.Tenant.__dataclass_fields__:
        return ("tenants", ".".join(parts[1:-1])), parts[-1], text
    if name in rules.TABLES or parts[0] == "tenants":
        raise ConfigUnreadable(
            f"{where}: {name} is a table, not one value", fix="write it into config.toml with an editor"
        )
    checked = rules.checked(name, text, where=where)
    section, _, key = name.partition(".")
    return (section,), key, _toml(checked)


def _toml(value: Any) -> Any:
    """The value as config.toml holds it: whole amounts as integers, others as floats with the same digits."""
    from decimal import Decimal

    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return list(cast("tuple[Any, ...]", value)) if isinstance(value, tuple) else value
