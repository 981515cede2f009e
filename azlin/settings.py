"""What the user has settled: flags > environment (`AZLIN_…`) > config.toml > defaults; who won."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Literal, cast

from azlin import setting_readers
from azlin.errors import ConfigUnreadable
from azlin.paths import Paths

Origin = Literal["flag", "environment", "config.toml", "default"]
Won = dict[str, tuple[Any, Origin]]
"""`section.key` → its value and who settled it."""


@dataclass(frozen=True)
class Defaults:
    """What to use when the request does not say. None means: the family decides, and says so as an
    assumption."""

    location: str | None = None
    resource_group: str | None = None
    vm_size: str | None = None
    image: str | None = None
    admin_user: str | None = None
    ssh_key: str | None = None


@dataclass(frozen=True)
class Budget:
    """Limits in USD per month and day. None means that no limit is set, which is not zero."""

    monthly_limit: Decimal | None = None
    daily_limit: Decimal | None = None
    alert_thresholds: tuple[int, ...] = (50, 80, 100)
    resource_groups: dict[str, Decimal] = field(default_factory=dict[str, Decimal])


@dataclass(frozen=True)
class Run:
    """How long one operation may take, and a whole run. None: 10 minutes for an operation, no end for a run."""

    timeout_s: float | None = None
    deadline_s: float | None = None


@dataclass(frozen=True)
class McpServer:
    name: str
    command: tuple[str, ...]


@dataclass(frozen=True)
class Mcp:
    servers: tuple[McpServer, ...] = ()
    default_timeout_s: Decimal = Decimal(30)


@dataclass(frozen=True)
class Model:
    """Which language model helps. None: the embedded parser alone."""

    name: str | None = None


@dataclass(frozen=True)
class Endpoints:
    """Where the outside is, when it is elsewhere (a proxy, a sovereign cloud, a test).

    Each is https, or http to a loopback address; no trailing slash.
    """

    arm: str | None = None
    login: str | None = None
    graph: str | None = None
    prices: str | None = None
    schemas: str | None = None
    learn: str | None = None
    learn_mcp: str | None = None
    model: str | None = None


@dataclass(frozen=True)
class Journal:
    """Where the ledger lives. None: the SQLite file under AZLIN_HOME, the only kind there is now."""

    url: str | None = None


@dataclass(frozen=True)
class Notify:
    urls: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tenant:
    """A tenant by a name of the user's choosing."""

    tenant_id: str | None = None
    subscription: str | None = None


@dataclass(frozen=True)
class Settings:
    """All of it. `origins` maps `section.key` to who won; what is not there is a default."""

    defaults: Defaults = field(default_factory=Defaults)
    budget: Budget = field(default_factory=Budget)
    run: Run = field(default_factory=Run)
    mcp: Mcp = field(default_factory=Mcp)
    model: Model = field(default_factory=Model)
    endpoints: Endpoints = field(default_factory=Endpoints)
    journal: Journal = field(default_factory=Journal)
    notify: Notify = field(default_factory=Notify)
    tenants: dict[str, Tenant] = field(default_factory=dict[str, Tenant])
    origins: dict[str, Origin] = field(default_factory=dict[str, Origin])

    @classmethod
    def load(
        cls,
        paths: Paths,
        environ: Mapping[str, str] | None = None,
        flags: Mapping[str, object] | None = None,
    ) -> Settings:
        """Read config.toml under `paths.home` (it may be missing), the environment, and `flags`
        (`{"defaults.location": "westeurope"}`; a None is a flag that was not given).

        Raises ConfigUnreadable (exit 2) with the file, the line and a fix.
        """
        won, tenants = parsed(text_of(paths), str(paths.config))
        won |= _from_environment(os.environ if environ is None else environ)
        for name, value in (flags or {}).items():
            if value is not None:
                won[name] = (checked(name, value, where="the command line"), "flag")
        parts = {section: kind(**_arguments(section, won)) for section, (kind, _) in SECTIONS.items()}
        origins: dict[str, Origin] = {name: origin for name, (_, origin) in won.items()}
        return cls(**parts, tenants=tenants, origins=origins)

    def origin(self, name: str) -> Origin:
        """Who settled `section.key`."""
        return self.origins.get(name, "default")

    def value(self, name: str) -> Any:
        """The value of `section.key`, or of `tenants.NAME.tenant_id`. Raises ConfigUnreadable for a name that does not
        exist."""
        section, _, key = name.partition(".")
        if section == "tenants" and key in self.tenants:
            return self.tenants[key]
        tenant, _, field_ = key.rpartition(".")
        if section == "tenants" and tenant in self.tenants and field_ in Tenant.__dataclass_fields__:
            return getattr(self.tenants[tenant], field_)
        reader_of(name, where="the command line")
        part = getattr(self, section)
        return getattr(part, FIELDS.get(name, key))


def _servers(value: object) -> tuple[McpServer, ...]:
    wanted = 'a list such as [{name = "azure", command = ["azmcp", "server", "start"]}]'
    if not isinstance(value, list):
        raise ValueError(wanted)
    servers: list[McpServer] = []
    for item in cast("list[object]", value):
        table = cast("dict[str, object]", item) if isinstance(item, dict) else {}
        if set(table) != {"name", "command"}:
            raise ValueError(wanted)
        command = setting_readers.command(table["command"])
        servers.append(McpServer(name=setting_readers.text(table["name"]), command=command))
    return tuple(servers)


Reader = Callable[[object], Any]

SECTIONS: dict[str, tuple[type[Any], dict[str, Reader]]] = {
    "defaults": (Defaults, dict.fromkeys(Defaults.__dataclass_fields__, setting_readers.text)),
    "budget": (
        Budget,
        {
            "monthly_limit": setting_readers.money,
            "daily_limit": setting_readers.money,
            "alert_thresholds": setting_readers.percentages,
            "resource_groups": setting_readers.amounts,
        },
    ),
    "run": (Run, {"timeout": setting_readers.duration, "deadline": setting_readers.duration}),
    "mcp": (Mcp, {"servers": _servers, "default_timeout": setting_readers.seconds}),
    "model": (Model, {"name": setting_readers.text}),
    "endpoints": (
        Endpoints,
        dict.fromkeys(Endpoints.__dataclass_fields__, setting_readers.address),
    ),
    "journal": (Journal, {"url": setting_readers.journal_url}),
    "notify": (Notify, {"urls": setting_readers.texts}),
}
FIELDS = {
    "mcp.default_timeout": "default_timeout_s",
    "run.timeout": "timeout_s",
    "run.deadline": "deadline_s",
}
"""Where the name in config.toml and the name in the code differ (units are in the code's names)."""

TABLES = frozenset({"budget.resource_groups", "mcp.servers"})
"""Settings that are a table: no variable has room for one."""

NOT_USED_YET = ("mcp", "model", "notify", "tenants", "endpoints.model")
"""Sections and settings that are checked, and that no command of this version acts on; `config show` says so."""


def is_used(name: str) -> bool:
    """Whether anything in this version acts on `section.key`."""
    return name not in NOT_USED_YET and name.partition(".")[0] not in NOT_USED_YET


def names() -> tuple[str, ...]:
    """Every `section.key` that config.toml may have, tenants left out."""
    return tuple(f"{section}.{key}" for section, (_, keys) in SECTIONS.items() for key in keys)


def reader_of(name: str, *, where: str) -> Reader:
    """What checks a value of `section.key`; ConfigUnreadable with the nearest name if there is none."""
    section, _, key = name.partition(".")
    if section in SECTIONS and key in SECTIONS[section][1]:
        return SECTIONS[section][1][key]
    near = get_close_matches(name, names(), n=1, cutoff=0.6)
    raise ConfigUnreadable(
        f"{where}: there is no setting {name!r}",
        why="a setting that is not known would do nothing",
        fix=f"did you mean {near[0]}?" if near else "one of: " + ", ".join(names()),
    )


def checked(name: str, value: object, *, where: str) -> Any:
    """The value as the code uses it. Raises ConfigUnreadable for an unknown name or a wrong value."""
    reader = reader_of(name, where=where)
    try:
        return reader(value)
    except ValueError as wanted:
        from azlin.redaction import redact

        raise ConfigUnreadable(
            f"{where}: {name} cannot be {redact(repr(value))[:80]}",
            why=f"it must be {wanted}",
            fix=f"azlin config set {name} VALUE",
        ) from None


def variable_for(name: str) -> str:
    """The environment variable of `section.key`: AZLIN_BUDGET_MONTHLY_LIMIT, AZLIN_ENDPOINT_ARM."""
    section, _, key = name.partition(".")
    return f"AZLIN_{'ENDPOINT' if section == 'endpoints' else section.upper()}_{key.upper()}"


def _from_environment(environ: Mapping[str, str]) -> Won:
    known = {variable_for(name): name for name in names() if name not in TABLES}
    prefixes = tuple({variable.split("_")[1] for variable in known})
    won: Won = {}
    for variable, text in environ.items():
        section = variable.removeprefix("AZLIN_").split("_")[0]
        if not variable.startswith("AZLIN_") or section not in prefixes or not text:
            continue
        if variable not in known:
            near = get_close_matches(variable, known, n=1)
            raise ConfigUnreadable(
                f"the environment: there is no setting {variable}",
                fix=f"did you mean {near[0]}?" if near else f"unset {variable}",
            )
        won[known[variable]] = (
            checked(known[variable], text, where=f"the environment ({variable})"),
            "environment",
        )
    return won


def text_of(paths: Paths) -> str:
    """The text of config.toml; empty when there is no file. Raises ConfigUnreadable."""
    source = paths.config
    try:
        return source.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as refused:
        why = refused.strerror if isinstance(refused, OSError) else "it is not UTF-8 text"
        raise ConfigUnreadable(
            f"cannot read {source}", why=why or "", fix=f"correct the file, or move it away: {source}"
        ) from None


def parsed(text: str, source: str) -> tuple[Won, dict[str, Tenant]]:
    """What the text of a config.toml settles. `source` names it in errors. Raises ConfigUnreadable."""
    try:
        document = tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError) as invalid:
        raise ConfigUnreadable(
            f"{source} is not valid TOML",
            why=str(invalid),
            fix="correct the file at that line and column; the rest of it was not used",
        ) from None
    tenants = _tenants(source, text, document.pop("tenants", {}))
    won: Won = {f"tenants.{name}": (name, "config.toml") for name in tenants}
    for section, table in document.items():
        won |= _section(source, text, section, table)
    return won, tenants


def _section(source: str, text: str, section: str, table: object) -> Won:
    if section not in SECTIONS:
        near = get_close_matches(section, [*SECTIONS, "tenants"], n=1)
        raise ConfigUnreadable(
            f"{_at(source, text, section)}: there is no section [{section}]",
            fix=f"did you mean [{near[0]}]?" if near else "one of: " + ", ".join([*SECTIONS, "tenants"]),
        )
    if not isinstance(table, dict):
        raise ConfigUnreadable(f"{_at(source, text, section)}: {section} must be a section", fix=f"write [{section}]")
    won: Won = {}
    for key, value in cast("dict[str, object]", table).items():
        where = _at(source, text, section, key)
        won[f"{section}.{key}"] = (checked(f"{section}.{key}", value, where=where), "config.toml")
    return won


def _tenants(source: str, text: str, table: object) -> dict[str, Tenant]:
    tenants: dict[str, Tenant] = {}
    entries = cast("dict[str, object]", table) if isinstance(table, dict) else {"": table}
    for name, entry in entries.items():
        where = _at(source, text, f"tenants.{name}")
        known = Tenant.__dataclass_fields__
        fields = cast("dict[str, object]", entry) if isinstance(entry, dict) else {}
        strangers = [key for key in fields if key not in known]
        if not isinstance(entry, dict) or strangers:
            raise ConfigUnreadable(
                f"{where}: [tenants.{name}] has no setting {strangers[0]!r}"
                if strangers
                else f"{where}: tenants must be sections, one per tenant",
                fix=f"[tenants.NAME] with {' and '.join(known)}",
            )
        try:
            tenants[name] = Tenant(**{key: setting_readers.text(value) for key, value in fields.items()})
        except ValueError as wanted:
            raise ConfigUnreadable(f"{where}: a value must be {wanted}", fix="put it in quotes") from None
    return tenants


def _at(source: str, text: str, section: str, key: str | None = None) -> str:
    """`config.toml, line 4`: the first line that starts the section or, inside it, the key."""
    inside = False
    for number, line in enumerate(text.splitlines(), start=1):
        bare = line.split("#")[0].strip()
        if bare.startswith("["):
            inside = bare.strip("[] ").partition(".")[0].strip('" ') == section.partition(".")[0]
            found = inside and (key is None or bare.strip("[] ").endswith(f".{key}"))
        else:
            name = bare.partition("=")[0].strip().strip('"')
            found = (inside and key == name) or name in (section, f"{section}.{key}")
        if found:
            return f"{source}, line {number}"
    return source


def _arguments(section: str, won: Won) -> dict[str, Any]:
    return {
        FIELDS.get(f"{section}.{key}", key): won[f"{section}.{key}"][0]
        for key in SECTIONS[section][1]
        if f"{section}.{key}" in won
    }
