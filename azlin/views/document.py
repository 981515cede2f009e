"""One document on stdout: JSON, YAML, a table or tab-separated values, cut by a JMESPath query if one is given."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, TextIO, cast

import msgspec

from azlin.agentic.types import Objective
from azlin.errors import UsageRefused
from azlin.events import Event
from azlin.gateways.files import write_whole
from azlin.views.rows import as_table, as_tsv, rows_of

Form = Literal["json", "yaml", "table", "tsv"]
FORMS: tuple[Form, ...] = ("json", "yaml", "table", "tsv")


def shape(objective: Objective) -> dict[str, Any]:
    """The Objective as scripts see it: every field, and with them what follows from them.

    `plan.fingerprint`, `quote.monthly` and `next_step` are computed; money is a number; times are ISO 8601 in UTC.
    The shape is the same at every exit code, and `schema` counts up when it changes.
    """
    document = plain(objective)
    if objective.plan is not None:
        document["plan"]["fingerprint"] = objective.plan.fingerprint
    if objective.quote is not None:
        document["quote"]["monthly"] = plain(objective.quote.monthly)
    document["next_step"] = objective.next_step
    return document


def plain(value: object) -> Any:
    """A value as dicts, lists, texts and numbers."""
    return _numbers(msgspec.to_builtins(value, builtin_types=(Decimal,)))


def write(value: Any, form: Form) -> str:
    """The text of a value in a form, with a line end."""
    if form == "json":
        return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    if form == "yaml":
        import yaml

        return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, default_flow_style=False, width=10_000)
    rows = rows_of(value)
    return as_table(rows) if form == "table" else as_tsv(rows)


def query(expression: str) -> Callable[[Any], Any]:
    """A JMESPath expression, ready to use. Raises UsageRefused (exit 2) for one that is not valid, before it is used,
    and when it cannot be applied to what it is given."""
    import jmespath
    from jmespath.exceptions import JMESPathError

    try:
        compiled = jmespath.compile(expression)
    except JMESPathError as invalid:
        raise _bad_query(expression, invalid) from None

    def apply(value: Any) -> Any:
        try:
            return compiled.search(value)
        except JMESPathError as invalid:
            raise _bad_query(expression, invalid) from None

    return apply


def deliver(text: str, out: TextIO, to_path: Path | None) -> None:
    """Put the text on `out`, or into a file (at once or not at all, 0600). Raises StateUnwritable."""
    if to_path is not None:
        write_whole(to_path, text.encode())
        return
    out.write(text)
    out.flush()


class DocumentView:
    """The view of `-o json|yaml|table|tsv`: silent until the end, then one document.

    Without a query, json and yaml show the Objective, table and tsv what was read (`outcome.data`). A query is always
    about the Objective.
    """

    def __init__(
        self,
        form: Form,
        out: TextIO,
        *,
        cut: Callable[[Any], Any] | None = None,
        to_path: Path | None = None,
    ) -> None:
        self._form: Form = form
        self._out = out
        self._cut = cut
        self._to_path = to_path

    def show(self, event: Event) -> None:
        """Nothing: a document is written when it is complete."""

    def finish(self, objective: Objective) -> None:
        """Write it. Raises UsageRefused when the query does not fit, StateUnwritable when the file cannot be."""
        document = shape(objective)
        value: Any = document
        if self._cut is not None:
            value = self._cut(document)
        elif self._form in ("table", "tsv"):
            value = plain(objective.outcome.data) if objective.outcome is not None else None
        deliver(write(value, self._form), self._out, self._to_path)


def _numbers(value: Any) -> Any:
    """Decimals as numbers: whole ones as int, others as the float with the same digits."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {key: _numbers(item) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, (list, tuple)):
        return [_numbers(item) for item in cast("list[Any]", value)]
    return value


def _bad_query(expression: str, invalid: Exception) -> UsageRefused:
    return UsageRefused(
        f"--query {expression!r} does not work",
        why=" ".join(str(invalid).split()),
        fix="--query is JMESPath over the whole objective, for example: --query 'outcome.data[].name'",
    )
