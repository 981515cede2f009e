"""`azlin audit`: the record of everything azlin did, and whether it is still what was written."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from azlin.cli.output import Output, output_options
from azlin.errors import NotFound
from azlin.paths import Paths

if TYPE_CHECKING:
    from azlin.agentic.audit_chain import AuditRecord
    from azlin.agentic.audit_logger import AuditLogger
    from azlin.gateways.journal import Journal

SAID = ("verdict", "summary", "text", "why", "strategy", "resource_id", "operation", "name")
"""What of an event is told to people in its one line; all of it is in -o json."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def audit() -> None:
    """Read and verify the record of everything azlin did."""


@audit.command()
@click.option("-n", "--lines", type=click.IntRange(min=1), default=20, show_default=True, help="How many records.")
@output_options
def tail(lines: int, output: Output) -> None:
    """The newest records, the newest last."""
    with _log() as (log, _):
        records = log.tail(lines)
    _put(records, output)
    if output.form is None and not records:
        click.echo("The audit log is empty: nothing was asked for yet.", err=True)


@audit.command()
@click.argument("name", metavar="ID")
@output_options
def show(name: str, output: Output) -> None:
    """The records of one objective. ID is the beginning of an id, or `last`."""
    from azlin.cli.records import LAST, identified

    with _log() as (log, journal):
        records = log.show(identified(name, journal) if name == LAST else name)
    if not records:
        raise NotFound(f"the audit log has no record of objective {name!r}", fix="azlin objective list")
    _put(records, output)


@audit.command()
@output_options
def verify(output: Output) -> int:
    """Find any line that was edited, deleted, moved, cut off or added. Exit 0 only if there is none."""
    from azlin.views.document import plain

    with _log() as (log, _):
        report = log.verify()
    if output.form is not None:
        output.put({**plain(report), "intact": report.intact})
    elif report.problems:
        output.put(plain(report.problems))
    else:
        click.echo(f"The audit log is whole: {report.lines} records, none changed, moved, missing or added.")
    for note in report.notes:
        click.echo(f"Note: {note}", err=True)
    if report.intact:
        return 0
    click.echo(
        f"azlin: the audit log is not what azlin wrote ({len(report.problems)} problems in {report.lines} lines)\n"
        "  fix  compare it with a backup; the journal still has every objective: azlin objective list",
        err=True,
    )
    return 1


@audit.command()
@click.option("--format", "form", type=click.Choice(["json", "csv"]), default="json", show_default=True)
@click.option("--to", "to_path", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Write it into a file (whole or not at all, readable by you only).")  # fmt: skip
def export(form: str, to_path: Path | None) -> None:
    """The whole log, for another program."""
    Output(form="json", to_path=to_path).check()
    with _log() as (log, _):
        pieces = log.export(form)
        if to_path is None:
            _write(pieces)
            return
        from azlin.views.document import deliver

        deliver("".join(pieces), sys.stdout, to_path)


@contextmanager
def _log() -> Generator[tuple[AuditLogger, Journal]]:
    """The log and the journal, both for reading only."""
    from azlin.agentic.audit_logger import AuditLogger
    from azlin.gateways.journal import Journal

    paths = Paths.from_environment()
    with Journal.read(paths) as journal:
        yield AuditLogger(paths, journal), journal


def _put(records: list[AuditRecord], output: Output) -> None:
    if output.form is not None:
        output.put(records)
        return
    output.put(
        [
            {
                "at": record.at.strftime("%Y-%m-%d %H:%M:%S"),
                "objective": (record.objective or "")[:8],
                "kind": record.kind,
                "about": _told(record.about),
            }
            for record in records
        ]
    )


def _told(about: dict[str, Any]) -> str:
    """The part of an event that fits on a line."""
    words = [str(about[name]) for name in SAID if about.get(name)]
    if isinstance(about.get("failure"), dict):
        failure = cast("dict[str, Any]", about["failure"])
        words += [f"{failure.get('code')}: {failure.get('message')}"]
    if isinstance(about.get("explanation"), dict):
        told = cast("dict[str, Any]", about["explanation"])
        words += [f"{told.get('code')}: {told.get('cause')} {told.get('remedy')}"]
    if isinstance(about.get("intent"), dict):
        words += [str(about["intent"].get("summary", ""))]
    return "; ".join(words)


def _write(pieces: Iterable[str]) -> None:
    for piece in pieces:
        sys.stdout.write(piece)
    sys.stdout.flush()
