"""`azlin schema`: Azure's type definitions. Fetch them; look one up."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from azlin.cli.output import Output, output_options
from azlin.paths import Paths

if TYPE_CHECKING:
    from azlin.gateways.schema import TypeFlags


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def schema() -> None:
    """Azure's type definitions: fetch them, look one up."""


@schema.command()
@click.option("--from", "file_path", type=click.Path(path_type=Path), metavar="FILE",
              help="A .tar.gz of Azure/bicep-types-az, or JSON of type flags, instead of the network.")  # fmt: skip
@output_options
def sync(file_path: Path | None, output: Output) -> None:
    """Fetch the definitions of all of Azure's types (some 3,400; one archive) into the cache under AZLIN_HOME.

    Without this, azlin knows the types that it writes itself. The address is the setting endpoints.schemas.
    """
    from azlin.gateways.schema_sync import PUBLISHED
    from azlin.gateways.schema_sync import sync as fill
    from azlin.settings import Settings

    paths = Paths.from_environment()
    url = Settings.load(paths, os.environ).endpoints.schemas or PUBLISHED
    if file_path is None:
        click.echo(f"Fetching {url} …", err=True)
    synced = fill(paths, url=url, file_path=file_path)
    if output.form is None:
        click.echo(f"{synced.types:,} types from {synced.source}")
    else:
        output.put({"types": synced.types, "source": synced.source})


@schema.command()
@click.argument("type", metavar="TYPE")
@output_options
def show(type: str, output: Output) -> None:
    """What is known of a type, such as Microsoft.Compute/virtualMachines, and who said so. Exit 3 if nothing is."""
    from azlin.gateways.schema import Schemas
    from azlin.gateways.schema_server import find_azmcp

    schemas = Schemas(Paths.from_environment(), find_azmcp(), note=lambda words: click.echo(words, err=True))
    try:
        flags = schemas.require(type)
    finally:
        schemas.close()
    if output.form is None:
        click.echo(_drawn(flags), nl=False)
    else:
        output.put(_document(flags))


def _document(flags: TypeFlags) -> dict[str, Any]:
    return {
        "type": flags.type,
        "api_version": flags.api_version,
        "source": flags.source,
        "writable_scopes": sorted(flags.scopes),
        "properties_known": flags.definition is not None,
        "required": sorted(flags.required),
        "read_only": sorted(flags.read_only),
        "write_only": sorted(flags.write_only),
        "secret": sorted(flags.secret),
    }


def _drawn(flags: TypeFlags) -> str:
    document = _document(flags)
    lines = [f"{flags.type}  {flags.api_version}", f"from: {flags.source}"]
    if flags.definition is None and not flags.told:
        lines.append("Only its api-version is published here; azlin schema sync fetches the rest.")
        return "\n".join(lines) + "\n"
    lines.append(f"can be created in: {', '.join(document['writable_scopes']) or 'not said'}")
    for name in ("required", "read_only", "write_only", "secret"):
        paths: list[str] = document[name]
        lines.append(f"\n{name.replace('_', '-')}: {len(paths) or 'none'}")
        lines += [f"  {path}" for path in paths]
    return "\n".join(lines) + "\n"
