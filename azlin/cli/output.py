"""What every command that shows data has in common: -o, --query, --to and -v, and the rules between them."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from azlin.errors import UsageRefused

Command = TypeVar("Command", bound=Callable[..., Any])
DOCUMENTS = ("json", "yaml", "table", "tsv")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


@dataclass(frozen=True)
class Output:
    """What was asked for. `form` is None for people."""

    form: str | None = None
    expression: str | None = None
    to_path: Path | None = None
    verbose: bool = False

    def check(self) -> None:
        """Refuse (exit 2), before anything is done, what could only fail afterwards."""
        if self.expression is not None:
            if self.form not in DOCUMENTS:
                raise UsageRefused("--query needs -o json, yaml, table or tsv", fix="add -o json")
            from azlin.views.document import query

            query(self.expression)
        if self.to_path is None:
            return
        if self.form is None:
            raise UsageRefused("--to needs -o: what is drawn for people does not go into a file", fix="add -o json")
        folder = self.to_path.absolute().parent
        if not folder.is_dir() or not os.access(folder, os.W_OK):
            raise UsageRefused(
                f"--to {self.to_path}: the directory is not there or not writable", fix=f"mkdir {folder}"
            )
        if self.to_path.exists() and not self.to_path.is_file():
            raise UsageRefused(f"--to {self.to_path}: not an ordinary file", fix="name a file")

    def put(self, value: object) -> None:
        """Write a value as it was asked for; on a terminal, for people, its rows are drawn."""
        from azlin.views.document import deliver, plain, query, write

        document = plain(value)
        if self.expression is not None:
            document = query(self.expression)(document)
        if self.form is None:
            from azlin.views.pen import Pen
            from azlin.views.rows import rows_of
            from azlin.views.words import in_words

            Pen(sys.stdout).table(rows_of(document, in_words))
            return
        if self.form == "jsonl":
            import json

            items = cast("list[Any]", document) if isinstance(document, list) else [document]
            deliver("".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items), sys.stdout, self.to_path)
            return
        deliver(write(document, self.form), sys.stdout, self.to_path)  # type: ignore[arg-type]


def output_options(command: Command) -> Command:
    """The options, given to the command as one `output` argument. They are checked before the command begins."""
    from functools import wraps

    @click.option("-o", "--output", "form", type=click.Choice(["json", "jsonl", "yaml", "table", "tsv"]),
                  help="Write data for scripts instead of drawing it for people.")  # fmt: skip
    @click.option("--query", "expression", metavar="JMESPATH", help="Cut the document; see https://jmespath.org.")
    @click.option("--to", "to_path", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
                  help="Write the data into a file (whole or not at all, readable by you only).")  # fmt: skip
    @click.option("-v", "--verbose", is_flag=True, help="Say more (AZLIN_LOG_LEVEL=DEBUG: the log as well).")
    @wraps(command)
    def with_output(
        *args: Any, form: str | None, expression: str | None, to_path: Path | None, verbose: bool, **rest: Any
    ) -> Any:
        output = Output(form, expression, to_path, verbose or _log_level() in ("DEBUG", "INFO"))
        output.check()
        return command(*args, output=output, **rest)

    return with_output  # type: ignore[return-value]


def _log_level() -> str | None:
    """AZLIN_LOG_LEVEL, with azlin's own loggers set to it. Raises UsageRefused for a level that does not exist."""
    level = os.environ.get("AZLIN_LOG_LEVEL", "").upper()
    if not level:
        return None
    if level not in LEVELS:
        raise UsageRefused(f"AZLIN_LOG_LEVEL cannot be {level!r}", fix="one of: " + ", ".join(LEVELS))
    logger = logging.getLogger("azlin")
    logger.setLevel(level)
    if not logger.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(_Redacting("%(levelname)s %(name)s: %(message)s"))
        logger.addHandler(handler)
        logger.propagate = False
    return level


class _Redacting(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        from azlin.redaction import redact

        return redact(super().format(record))
