"""Changing config.toml: one value at a time, everything else in it stays as the user wrote it."""

from __future__ import annotations

from typing import Any

from azlin import settings as rules
from azlin.errors import ConfigUnreadable
from azlin.gateways.files import locked, write_whole
from azlin.paths import Paths


def write(paths: Paths, table: tuple[str, ...], values: dict[str, Any]) -> None:
    """Set values of one table (`("tenants", "NAME")`), as TOML holds them; the file is replaced whole, under a lock.

    Raises ConfigUnreadable when the file is not TOML or would not be settings any more; then nothing was changed.
    """
    source = str(paths.config)
    paths.prepare()
    with locked(paths.home / ".config.lock"):
        after = changed(rules.text_of(paths), table, values, source=source)
        rules.parsed(after, source)
        write_whole(paths.config.resolve(), after.encode())


def changed(text: str, table: tuple[str, ...], values: dict[str, Any], *, source: str) -> str:
    """The text with these values set; comments, order and everything else as they were. Raises ConfigUnreadable."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    rules.parsed(text, source)
    try:
        document: Any = tomlkit.parse(text)
        place = document
        for name in table:
            if name not in place:
                place[name] = tomlkit.table()
            place = place[name]
        place.update(values)
        return tomlkit.dumps(document)
    except TOMLKitError as invalid:
        raise ConfigUnreadable(f"{source} could not be changed", why=str(invalid), fix="edit it by hand") from None
