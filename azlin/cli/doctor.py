"""`azlin doctor`: what is missing on this machine, what is broken, and what to type about it."""

from __future__ import annotations

import os
import platform
import shutil
import stat
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import click

from azlin import __version__
from azlin.cli.output import Output, output_options
from azlin.errors import AzlinError
from azlin.paths import Paths

State = Literal["ok", "missing", "broken", "repaired"]
STYLES = {"ok": "green", "missing": "yellow", "broken": "bold red", "repaired": "green"}
SANDBOX_PACKAGES = ("cryptography", "httptools", "starlette", "trustme", "uvicorn")
SPACE_MIN_MB = 50
UNATTENDED = "https://github.com/azlin/azlin/blob/main/docs/guides/unattended.md"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `missing` is something that can be done without; `broken` is not."""

    what: str
    state: State
    found: str
    fix: str = ""


@click.command()
@click.option(
    "--fix", "repair", is_flag=True, help="Repair what can be repaired here: directories, permissions, copies."
)
@output_options
def doctor(repair: bool, output: Output) -> int:
    """Look at everything azlin needs. Exit 0 if nothing is broken; what is merely missing is listed with its cure."""
    findings = list(_examined(Paths.from_environment(), repair=repair))
    if output.form is not None:
        output.put([vars(finding) for finding in findings])
    else:
        _draw(findings)
    return 1 if any(finding.state == "broken" for finding in findings) else 0


def _draw(findings: list[Finding]) -> None:
    from azlin.views.pen import Pen

    pen = Pen(sys.stdout)
    lines = [[finding.state, finding.what, finding.found] for finding in findings]
    pen.columns(lines, [STYLES[finding.state] for finding in findings], indent=0)
    cures = [finding for finding in findings if finding.fix]
    if cures:
        pen.line()
        pen.line(("What to do", "bold"))
    for finding in cures:
        pen.line(f"{finding.what}: {finding.fix}", indent=2)


def _examined(paths: Paths, *, repair: bool) -> Iterator[Finding]:
    """Every look, in order; one that itself fails is a finding, not the end of the examination."""
    for what, look in (
        ("python", _python),
        ("az", lambda: _az(paths)),
        ("sign-in", lambda: _sign_in(paths)),
        ("sandbox", _sandbox_packages),
        ("azmcp", _azmcp),
        ("home", lambda: _home(paths, repair=repair)),
        ("space", lambda: _space(paths)),
        ("config", lambda: _config(paths)),
        ("journal", lambda: _journal(paths)),
        ("copies", lambda: _copies(paths, repair=repair)),
        ("audit log", lambda: _audit(paths)),
        ("unfinished", lambda: _unfinished(paths)),
        ("after a restart", _supervised),
        ("clock", lambda: _clock(paths)),
    ):
        yield _looked(what, look)


def _looked(what: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except AzlinError as error:
        found = f"{error.what}: {error.why}" if error.why else error.what
        return Finding(what, "broken", found, error.fix)


def _python() -> Finding:
    return Finding("python", "ok", f"{platform.python_version()}, azlin {__version__}")


def _az(paths: Paths) -> Finding:
    from azlin.gateways.az import Az
    from azlin.gateways.cloud import Cloud

    noticed: list[str] = []
    az = Az(Cloud(name="AzureCloud"), paths, notice=noticed.append)
    if missing := az.missing():
        named = os.environ.get("AZLIN_AZ")
        return Finding(
            "az", "broken" if named else "missing", missing, "" if "install" in missing else "unset AZLIN_AZ"
        )
    version = az.call(["az", "version", "-o", "json"], 60)["azure-cli"]
    host = "no resident host, so each command takes about a second more" if noticed else "with a resident host"
    return Finding("az", "ok", f"{version}, {host}", noticed[0] if noticed else "")


def _sign_in(paths: Paths) -> Finding:
    from azlin.gateways.sign_in import signed_in_cloud
    from azlin.settings import Settings

    cloud = signed_in_cloud(Settings.load(paths, os.environ).endpoints, os.environ, None)
    if not cloud.signed_in:
        cure = "az login   (not needed for --sandbox)"
        return Finding("sign-in", "missing", "nobody is signed in to Azure", cure)
    return Finding(
        "sign-in", "ok", f"{cloud.account} in {cloud.subscription_name or cloud.subscription} ({cloud.name})"
    )


def _sandbox_packages() -> Finding:
    absent = [name for name in SANDBOX_PACKAGES if find_spec(name) is None]
    if absent:
        return Finding("sandbox", "missing", f"not installed: {', '.join(absent)}", "pip install 'azlin[sandbox]'")
    return Finding("sandbox", "ok", "everything that --sandbox needs is installed")


def _azmcp() -> Finding:
    own = Path(sys.executable).with_name("azmcp")
    found = shutil.which("azmcp") or (str(own) if own.exists() else None)
    if found is None:
        absent = "not installed; bodies of resources are checked against fewer types"
        return Finding("azmcp", "missing", absent, "pip install 'azlin[mcp]'")
    return Finding("azmcp", "ok", found)


def _home(paths: Paths, *, repair: bool) -> Finding:
    home = paths.home
    if not home.exists():
        if not repair:
            return Finding("home", "ok", f"{home} is not there yet; the first run makes it")
        paths.prepare()
        return Finding("home", "repaired", f"{home} was made")
    loose = [path for path in (home, *home.rglob("*")) if _is_loose(path)]
    if not os.access(home, os.W_OK | os.X_OK):
        return Finding("home", "broken", f"{home} is not writable", f"chmod u+rwx {home}, or set AZLIN_HOME")
    if not loose:
        return Finding("home", "ok", f"{home}, private and writable")
    if not repair:
        return Finding("home", "broken", f"{len(loose)} files in {home} can be read by others", "azlin doctor --fix")
    for path in loose:
        path.chmod(0o700 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o600)
    return Finding("home", "repaired", f"{len(loose)} files in {home} are private again")


def _is_loose(path: Path) -> bool:
    """Whether others than the owner may do anything with it. Sockets and links are judged by their directory."""
    mode = path.lstat().st_mode
    return (stat.S_ISREG(mode) or stat.S_ISDIR(mode)) and bool(mode & 0o077)


def _space(paths: Paths) -> Finding:
    place = next(path for path in (paths.home, *paths.home.parents) if path.exists())
    free_mb = shutil.disk_usage(place).free // 2**20
    if free_mb < SPACE_MIN_MB:
        return Finding("space", "broken", f"{free_mb} MB free at {place}", "free some space, or move AZLIN_HOME")
    return Finding("space", "ok", f"{free_mb:,} MB free")


def _config(paths: Paths) -> Finding:
    from azlin.settings import Settings, is_used

    settings = Settings.load(paths, os.environ)
    if unused := sorted(name for name in settings.origins if not is_used(name)):
        return Finding("config", "ok", f"{', '.join(unused)}: checked, but this version does not act on it yet")
    return Finding(
        "config", "ok", f"{len(settings.origins)} settings" if settings.origins else "nothing set, all defaults"
    )


def _journal(paths: Paths) -> Finding:
    from azlin.gateways.journal import Journal

    with Journal.read(paths) as journal:
        damaged = journal.damaged()
        if damaged:
            return Finding("journal", "broken", damaged[0].what, damaged[0].fix)
        objectives = journal.objectives()
        cut_off = [o for o in objectives if o.outcome is None and not _is_alive(journal.holder(o.id))]
    if cut_off:
        found = f"{len(cut_off)} of {len(objectives)} objectives were cut off"
        return Finding("journal", "ok", found, f"azlin objective resume {cut_off[0].id[:8]}   (or: resume --all)")
    return Finding("journal", "ok", f"{len(objectives)} objectives")


def _is_alive(holder: Any) -> bool:
    return holder is not None and holder.alive


def _copies(paths: Paths, *, repair: bool) -> Finding:
    """The readable copies under objectives/, which are made from the journal."""
    from azlin.agentic.objective_manager import ObjectiveManager, copy_of
    from azlin.gateways.journal import Journal

    with Journal.read(paths) as journal:
        objectives = ObjectiveManager(journal, paths)
        wrong = [one.id for one in objectives.list() if _content(objectives.copy_path(one.id)) != copy_of(one)]
    if not wrong:
        return Finding("copies", "ok", "every objective has its readable copy")
    if not repair:
        found = f"{len(wrong)} copies under {paths.objectives} are missing or not as the journal has them"
        return Finding("copies", "broken", found, "azlin doctor --fix")
    with Journal.open(paths) as journal:
        rebuilt = ObjectiveManager(journal, paths).rebuild()
    return Finding("copies", "repaired", f"{rebuilt.written} readable copies were written again from the journal")


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _audit(paths: Paths) -> Finding:
    from azlin.agentic.audit_logger import AuditLogger
    from azlin.gateways.journal import Journal

    with Journal.read(paths) as journal:
        report = AuditLogger(paths, journal).verify()
    if not report.intact:
        found = f"{len(report.problems)} lines are not as azlin wrote them; the first: {report.problems[0].detail}"
        return Finding("audit log", "broken", found, "azlin audit verify")
    return Finding("audit log", "ok", f"{report.lines} records, unchanged")


def _unfinished(paths: Paths) -> Finding:
    from azlin.cli.unfinished import cut_off

    found = cut_off(paths)
    if found is None:
        return Finding("unfinished", "ok", "no objective was cut off")
    return Finding("unfinished", "missing", found.sentence, found.command)


def _supervised() -> Finding:
    """No process starts itself again after a restart: the machine has to. Only whether it was told to is looked at."""
    named = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user"
    units = [named / "azlin-resume.timer", Path.home() / "Library" / "LaunchAgents" / "azlin.resume.plist"]
    if unit := next((unit for unit in units if unit.exists()), None):
        return Finding("after a restart", "ok", f"{unit} goes on with what was cut off")
    absent = "nothing goes on by itself with what was cut off"
    return Finding("after a restart", "missing", absent, f"{UNATTENDED} has a unit for systemd, cron, launchd, Windows")


def _clock(paths: Paths) -> Finding:
    """Tokens and certificates are judged by the clock: one that stands before what was already written is wrong."""
    written_at = [path.stat().st_mtime for path in (Path(__file__), paths.journal, paths.audit_log) if path.exists()]
    behind_s = max(written_at) - time.time()
    if behind_s > 60:
        found = f"the clock is {behind_s / 60:.0f} minutes before files that azlin wrote"
        return Finding("clock", "broken", found, "set the clock (timedatectl set-ntp true)")
    return Finding("clock", "ok", time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime()))
