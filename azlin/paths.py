"""Where azlin keeps things. One place, so that AZLIN_HOME moves all of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from azlin.errors import StateUnwritable


@dataclass(frozen=True)
class Paths:
    """The files under AZLIN_HOME. Nothing is created by asking for a path; `Paths.prepare` makes the directory.

    Directories are 0700 and files 0600, because names of resources and of people are in them.
    """

    home: Path

    @classmethod
    def from_environment(cls) -> Paths:
        """`AZLIN_HOME`, else `~/.azlin`."""
        named = os.environ.get("AZLIN_HOME")
        return cls(Path(named).expanduser() if named else Path.home() / ".azlin")

    @property
    def config(self) -> Path:
        return self.home / "config.toml"

    @property
    def journal(self) -> Path:
        return self.home / "journal.sqlite"

    @property
    def objectives(self) -> Path:
        return self.home / "objectives"

    @property
    def runs(self) -> Path:
        """What processes in the background said, a log for each objective."""
        return self.home / "runs"

    @property
    def audit_log(self) -> Path:
        return self.home / "audit.log"

    @property
    def schemas(self) -> Path:
        return self.home / "schemas.sqlite"

    @property
    def tokens(self) -> Path:
        return self.home / "tokens"

    @property
    def az_hosts(self) -> Path:
        return self.home / "az"

    @property
    def pace(self) -> Path:
        """What is believed of Azure's rate limits, a file for each principal."""
        return self.home / "pace"

    @property
    def command_history(self) -> Path:
        return self.home / "commands.jsonl"

    @property
    def ms_learn_cache(self) -> Path:
        return self.home / "ms_learn_cache"

    @property
    def failure_history(self) -> Path:
        return self.home / "failure_history.json"

    @property
    def sandbox(self) -> Path:
        return self.home / "sandbox"

    def prepare(self) -> None:
        """Make the home directory, private to its owner.

        Raises StateUnwritable with the reason the operating system gave.
        """
        try:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as refused:
            raise unwritable(self.home, refused) from refused


def unwritable(path: Path, refused: OSError) -> StateUnwritable:
    """The error for a path that the operating system would not let us write, in the same words everywhere."""
    return StateUnwritable(
        f"cannot write {path}",
        why=refused.strerror or type(refused).__name__,
        fix="free some space or make the directory writable, or point AZLIN_HOME at another directory",
    )
