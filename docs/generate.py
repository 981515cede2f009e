"""Writes docs/reference/ from the code: commands, settings, exit codes. `--check` only says whether it is current.

The reference cannot drift from the code: a test runs `--check`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from azlin import settings
from azlin.agentic.conclusion import EXIT_CODES
from azlin.cli.main import COMMANDS, azlin
from azlin.errors import AzlinError
from azlin.sandbox.arm.templates.function_signatures import SIGNATURES

REFERENCE = Path(__file__).parent / "reference"
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
    10: "with --dry-run --exit-code: it would change something",
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


PAGES = {
    "commands.md": commands,
    "exit-codes.md": exit_codes,
    "settings.md": setting_names,
    "template-functions.md": template_functions,
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
