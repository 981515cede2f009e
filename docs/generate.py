"""Writes docs/reference/ from the code: commands, settings, exit codes, failures, the sandbox. `--check` only says
whether it is current.

The reference cannot drift from the code: a test runs `--check`.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from inspect import getdoc
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import click
import msgspec

from azlin import settings
from azlin.agentic.conclusion import EXIT_CODES
from azlin.agentic.failures.catalogue import CLASSES as FAILURE_CLASSES
from azlin.agentic.failures.catalogue import RETRIED, Entry, catalogue
from azlin.cli.fault import add_fault
from azlin.cli.main import COMMANDS, azlin
from azlin.errors import AzlinError
from azlin.sandbox import scenario
from azlin.sandbox.arm.faults import Fault
from azlin.sandbox.arm.quota.capacity import QuotaLimit, Unavailable
from azlin.sandbox.arm.service_defaults import load as load_service_defaults
from azlin.sandbox.arm.templates.function_signatures import SIGNATURES
from azlin.sandbox.arm.throttling import Limits

REFERENCE = Path(__file__).parent / "reference"
CONFORMANCE = Path(__file__).parent.parent / "conformance"
MADE = "<!-- Made by docs/generate.py from the code; run `make docs` instead of editing. -->\n\n"
WIDTH = 100

CODES = {
    0: "achieved, or previewed",
    1: "failed or cancelled; also a damaged or unwritable state, a missing program, a fault of azlin",
    2: "the command line or the configuration is wrong; nothing ran",
    3: "what was named does not exist",
    4: "somebody has to sign in first",
    5: "refused by the budget, by a permission, or by a flag such as --read-only",
    6: "undecided: a question is open, a yes is missing, or the answer was no; nothing ran",
    7: "partly done; `azlin objective resume` goes on",
    8: "another process is carrying it out",
    9: "a deadline passed; what Azure did meanwhile is asked on resume",
    10: "with `--exit-code`: `doit --dry-run` would change something, or `drift` found that something had changed",
    130: "interrupted; `azlin objective resume` goes on",
    141: "whoever was reading stdout went away (`azlin … | head -1`)",
}


def commands() -> str:
    """Every command with its help, exactly as the terminal shows it."""
    text = f"{MADE}# Commands\n"
    for path, command in _tree(azlin, ("azlin",)):
        context = _context(path, command)
        text += f"\n## `{' '.join(path)}`\n\n```text\n{command.get_help(context).rstrip()}\n```\n"
    return text


def exit_codes() -> str:
    """What each exit code means, with the verdicts and errors that lead to it."""
    text = f"{MADE}# Exit codes\n\nEvery error has a page of its own: [errors](../errors.md).\n\n"
    text += "| code | meaning | verdicts | errors |\n|---|---|---|---|\n"
    for code, meaning in CODES.items():
        verdicts = ", ".join(verdict for verdict, its in EXIT_CODES.items() if its == code)
        refs = sorted({kind.ref for kind in _errors(AzlinError) if kind.exit_code == code})
        links = ", ".join(f"[{ref}](../errors.md#{ref})" for ref in refs)
        text += f"| {code} | {meaning} | {verdicts} | {links} |\n"
    return text


def setting_names() -> str:
    """Every setting, its variable and its default."""
    text = (
        f"{MADE}# Settings\n\nFlags win over variables, variables over `config.toml` under `AZLIN_HOME` (`~/.azlin`),"
        "\nand that over the defaults. `azlin config show` says who won.\n\n"
        "| setting | variable | default | |\n|---|---|---|---|\n"
    )
    defaults = settings.Settings()
    for name in settings.names():
        value = defaults.value(name)
        shown = "" if value in (None, (), {}) else str(list(value) if isinstance(value, tuple) else value)
        unused = "" if settings.is_used(name) else "checked, not acted on by this version"
        variable = "" if name in settings.TABLES else f"`{settings.variable_for(name)}`"
        text += f"| `{name}` | {variable} | {shown} | {unused} |\n"
    text += (
        "\nA tenant gets a name of your own in `[tenants.NAME]`, with `tenant_id` and `subscription`.\n\n"
        "Other variables: `AZLIN_HOME` (where everything is kept), `AZLIN_AZ` (the az to use), `AZLIN_SANDBOX` (as"
        " `--sandbox`),\n`AZLIN_LOG_LEVEL` (`INFO` is `--verbose`, `DEBUG` adds the log), `NO_COLOR`.\n"
    )
    return text


def template_functions() -> str:
    """Every function of the template language that the sandbox evaluates."""
    text = (
        f"{MADE}# Template functions\n\n"
        "The sandbox evaluates these functions of ARM templates; any other is refused with `InvalidTemplate`, as Azure"
        " does.\nAn argument in square brackets may be left out, `...` stands for any number more, and `list*` for"
        " every\nfunction whose name begins so (`listKeys`, `listAccountSas`). `utcNow` and `newGuid` may stand only in"
        " the\ndefault of a parameter, `reference` and `list*` only where the deployed resources are known.\n"
    )
    for group, signatures in SIGNATURES.items():
        text += f"\n## {group}\n\n"
        text += "".join(f"- `{signature}`\n" for signature in sorted(signatures, key=str.casefold))
    return text


def scenarios() -> str:
    """Every field of a scenario, from the structs that read it, and the scenarios that come with azlin."""
    text = (
        f"{MADE}# Scenarios\n\n"
        "A TOML file for `azlin sandbox fault load`. A field that is not listed here is refused. Every table may be"
        " left out;\nthose in double brackets may be repeated. How to use it: [trouble](../guides/trouble.md).\n\n"
        "`title` is what is said when it is loaded.\n\n## `[[fault]]`\n\n"
        "The options of `azlin sandbox fault add`: what is met (down to `path`), then what goes wrong there and how"
        " often. A\nfault with none of `code`, `status` and `retry_after_s` refuses nothing: it delays, holds,"
        " hides or drops.\n\n"
    )
    said = {option.name: option.help for option in add_fault.params if isinstance(option, click.Option)}
    fields = [one for one in msgspec.structs.fields(Fault) if one.name not in _KEPT]
    text += _table(fields, {one.name: str(said[one.name]) for one in fields})
    text += (
        "\n## `[throttle]`\n\nARM's token buckets, for each subscription and principal. An empty table is ARM's own"
        " limits.\n\n| field | default |\n|---|---|\n"
    )
    for one in msgspec.structs.fields(Limits):
        bucket = one.default
        text += f"| `{one.name}` | `{{ bucket = {bucket.bucket}, refill_per_s = {bucket.refill_per_s:g} }}` |\n"
    text += "\n## `[clock]`\n\n`advance_s` moves the sandbox's clock on by so many seconds.\n"
    for table, kind in (("quota", QuotaLimit), ("unavailable", Unavailable)):
        text += f"\n## `[[{table}]]`\n\n{getdoc(kind)}\n\n{_table(list(msgspec.structs.fields(kind)))}"
    text += "\n## Those that come with azlin\n\n| name | |\n|---|---|\n"
    for name in scenario.built_in():
        text += f"| `{name}` | {scenario.read_scenario(name).title} |\n"
    return text


CLASSES = {
    "transient": "trouble of Azure's own that passes",
    "throttled": "Azure was asked too often",
    "wait_for_state": "something else has to be over first",
    "capacity": "Azure has no room there right now",
    "optimistic_concurrency": "somebody else changed it meanwhile",
    "needs_change": "the request, or what is there, has to be changed",
    "needs_permission": "a role, a policy, a lock or a sign-in stands in the way",
    "needs_quota": "a limit of the subscription would be passed",
    "not_found": "there is none of that name",
    "already_done": "it is as asked already",
    "wrapper": "a report of another failure that it does not name",
    "unknown": "nothing says what went wrong",
    "unreachable": "no answer came at all",
    "timed_out": "a deadline passed; what Azure did meanwhile is asked on resume",
    "sign_in": "nobody is signed in",
    "tool": "a program is missing",
    "skipped": "it was not tried, because something before it failed",
}


def failures() -> str:
    """Every failure of Azure's that is described, from the catalogue."""
    entries = catalogue().entries
    text = (
        f"{MADE}# Failures\n\nWhat azlin knows of the errors that Azure answers with. A code that is not listed is"
        " judged by how it is written,\nthen by the words of its message, then by its HTTP status; what cannot be"
        " judged is not tried again.\n\n## Classes\n\n| class | | tried again |\n|---|---|---|\n"
    )
    for name in sorted(FAILURE_CLASSES, key=list(CLASSES).index):
        again = "yes" if name in RETRIED else "where it can do no harm" if name == "unreachable" else ""
        text += f"| `{name}` | {CLASSES[name]} | {again} |\n"
    plain = sorted(((code, one) for one in entries for code in one.plain_codes), key=lambda pair: pair[0].casefold())
    text += f"\n## Codes\n\n{FAILURE_COLUMNS}" + "".join(_failure_row(f"`{code}`", one) for code, one in plain)
    text += f"\n## Kinds of codes\n\n`*` stands for any letters.\n\n{FAILURE_COLUMNS}"
    for one in entries:
        if patterns := [f"`{code}`" for code in one.codes if "*" in code]:
            text += _failure_row(" ".join(patterns), one)
    return text


FAILURE_COLUMNS = "| code | class | why | what to do |\n|---|---|---|---|\n"


def _failure_row(codes: str, one: Entry) -> str:
    """`says` is left out: it is a pattern for programs; the reason says what it is about."""
    command = f": `{one.command}`" if one.command else ""
    page = f" ([Microsoft Learn]({one.link}))" if one.link else ""
    return f"| {codes} | {one.class_} | {one.cause} | {one.remedy}{command}{page} |\n"


def conformance() -> str:
    """What each sweep counts, in its own words, and what it reached."""
    figures = tomllib.loads((CONFORMANCE / "figures.toml").read_text(encoding="utf-8"))
    modules = [_parsed(name) for name in _literal(_parsed("sweeps"), "MODULES")]
    text = (
        f"{MADE}# Conformance\n\n"
        "How much of what others wrote for Azure works against the sandbox. `make conformance` measures all of it and"
        " fails\nwhen a figure falls; the test suite does the same with the samples. Why it is judged so:"
        "\n[the sandbox](../concepts/sandbox.md).\n\n"
        "| sweep | right | of | | sample |\n|---|---|---|---|---|\n"
    )
    for module in modules:
        figure: dict[str, int] = figures.get(_literal(module, "NAME"), {})
        passed, of = figure.get("passed"), figure.get("of")
        whole = f"{passed:,} | {of:,} | {passed / of:.1%}" if passed is not None and of else "| | not measured yet"
        sample = f"{figure['sample_passed']} of {figure['sample_of']}" if "sample_of" in figure else ""
        text += f"| [{_literal(module, 'NAME')}](#{_literal(module, 'NAME')}) | {whole} | {sample} |\n"
    for module in modules:
        text += f"\n## {_literal(module, 'NAME')}\n\n{ast.get_docstring(module)}\n"
    text += "\n## How it is measured\n"
    for name in ("az_examples", "az_runner", "cassettes", "replay"):
        text += f"\n`{name}.py`: {ast.get_docstring(_parsed(name))}\n"
    defaults = load_service_defaults()
    text += (
        f"\n## What services add\n\nLearned from {defaults.source},\nfor {len(defaults.types)} types and"
        " namespaces.\nOf the key paths that recorded GETs have and their PUTs had not:\n\n"
    )
    text += "".join(f"- {name}: {figure}\n" for name, figure in defaults.figures.items())
    return text


_KEPT = ("id", "by", "hits", "seen")
"""Fields of a fault that the sandbox fills, or that only programs set."""


def _table(fields: list[Any], said: dict[str, str] | None = None) -> str:
    """A table of a struct's fields; `said` has the words for each, None where the struct's own say it all."""
    words = " | |" if said else " |"
    text = f"| field | type | default{words}\n|---|---|---{'|---' if said else ''}|\n"
    for one in fields:
        default = "needed" if one.required else str(one.default or "")
        text += f"| `{one.name}` | {_toml_type(one.type)} | {default} |{f' {said[one.name]} |' if said else ''}\n"
    return text


def _toml_type(kind: Any) -> str:
    """A field's type in TOML's words; of a choice, what may be chosen."""
    inner = [one for one in get_args(kind) if one is not type(None)] or [kind]
    if get_origin(inner[0]) is Literal:
        return ", ".join(f"`{choice}`" for choice in get_args(inner[0]))
    if get_origin(kind) is tuple:
        return "list of text"
    return {str: "text", float: "number", int: "whole number"}[inner[0]]


def _parsed(name: str) -> ast.Module:
    """A module of conformance/, read and not imported: a sweep imports what it measures."""
    return ast.parse((CONFORMANCE / f"{name}.py").read_text(encoding="utf-8"))


def _literal(module: ast.Module, name: str) -> Any:
    """What a module assigns to a name. Raises KeyError."""
    for node in module.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(one, ast.Name) and one.id == name for one in targets):
            return ast.literal_eval(node.value)  # type: ignore[attr-defined]
    raise KeyError(name)


PAGES = {
    "commands.md": commands,
    "exit-codes.md": exit_codes,
    "settings.md": setting_names,
    "template-functions.md": template_functions,
    "scenarios.md": scenarios,
    "conformance.md": conformance,
    "failures.md": failures,
}


def main() -> int:
    stale = [name for name, page in PAGES.items() if _content(REFERENCE / name) != page()]
    if "--check" in sys.argv:
        for name in stale:
            click.echo(f"docs/reference/{name} is not current: make docs", err=True)
        return 1 if stale else 0
    REFERENCE.mkdir(exist_ok=True)
    for name in stale:
        (REFERENCE / name).write_text(PAGES[name](), encoding="utf-8")
        click.echo(f"wrote docs/reference/{name}")
    return 0


def _tree(command: click.Command, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], click.Command]]:
    found = [(path, command)]
    if isinstance(command, click.Group):
        context = _context(path, command)
        names = COMMANDS if path == ("azlin",) else command.list_commands(context)
        for name in names:
            inner = command.get_command(context, name)
            if inner is not None and not inner.hidden:
                found += _tree(inner, (*path, name))
    return found


def _context(path: tuple[str, ...], command: click.Command) -> click.Context:
    """A context as the terminal makes it, of a fixed width, so that the text does not depend on the machine."""
    settled = {**command.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    return click.Context(command, info_name=" ".join(path), help_option_names=["-h", "--help"], **{
        name: value for name, value in settled.items() if name != "help_option_names"
    })  # fmt: skip


def _errors(kind: type[AzlinError]) -> list[type[AzlinError]]:
    return [kind, *(found for below in kind.__subclasses__() for found in _errors(below))]


def _content(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.exit(main())
