"""What Azure's types look like: the chain that finds out, and what is asked of it.

A question goes through the links in this order, and every answer says which one gave it:

1. the cache, filled by `azlin schema sync` from Azure's published definitions (bicep-types-az); bare flags in it (from
   `schema sync --from FLAGS.json`), which know paths but no properties, stand back behind the next link;
2. the seed that comes with azlin: the types it writes itself;
3. the Azure MCP server's offline `bicepschema get`, where it is installed; its answers are kept in the cache;
4. nothing: then a generic rule strips what Azure sets, and no body is refused. Any type is any type.

What ARM's own refusals taught (`remember`) is laid over whatever link answered.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from azlin.errors import NotFound, StateUnwritable, TimedOut, ToolMissing
from azlin.gateways import schema_casing, schema_check, schema_seed, schema_strip
from azlin.gateways.schema_cache import Entry, SchemaCache
from azlin.gateways.schema_check import Problem
from azlin.gateways.schema_flags import Lesson, TypeFlags
from azlin.paths import Paths

if TYPE_CHECKING:
    from azlin.gateways.schema_server import SchemaServer

Note = Callable[[str], None]

__all__ = ["Lesson", "Problem", "Schemas", "TypeFlags"]


class Schemas:
    """Safe to ask from several threads. Answers are kept for as long as this value lives.

    `azmcp` is the Azure MCP server's program (`schema_server.find_azmcp`), None to leave that link out. `note` hears
    what the user should know though nothing failed (a damaged cache). Close it when the server may have been asked.
    """

    def __init__(self, paths: Paths, azmcp: Path | None = None, *, note: Note = lambda _: None) -> None:
        self._paths = paths
        self._azmcp = azmcp
        self._note = note
        self._known: dict[str, TypeFlags | None] = {}
        self._opened: SchemaCache | None = None
        self._server: SchemaServer | None = None
        self._turn = threading.RLock()

    def flags(self, type: str) -> TypeFlags | None:
        """What is known of a type, in any casing; None when no link of the chain knows it."""
        key = type.casefold()
        with self._turn:
            if key not in self._known:
                self._known[key] = self._found(type)
            return self._known[key]

    def api_version(self, type: str) -> str | None:
        """The newest version that somebody published for the type."""
        flags = self.flags(type)
        return None if flags is None else flags.api_version

    def check(self, type: str, body: Mapping[str, Any]) -> list[Problem]:
        """Everything wrong with the body of a PUT; [] for a type whose properties nobody published.

        An example of a problem in words: `no property 'sze'; did you mean 'size'?`.
        """
        flags = self.flags(type)
        if flags is None:
            return []
        problems = schema_check.check(flags.definition, body) if flags.definition is not None else []
        told = flags.told
        return problems + schema_check.check_paths(told.get("required", ()), told.get("unknown", ()), body)

    def published(self, type: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The body with every choice spelt as published (`fromImage` → `FromImage`); as it is for an unknown type."""
        flags = self.flags(type)
        if flags is None or flags.definition is None:
            return dict(body)
        return schema_casing.in_published_casing(flags.definition, body)

    def strip_read_only(self, type: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The body without what only Azure sets, ready for a PUT; by a generic rule where no tree is known."""
        flags = self.flags(type)
        if flags is None:
            return schema_strip.strip_by_rule(body)
        if flags.definition is not None:
            stripped = schema_strip.strip_read_only(flags.definition, body)
        else:
            stripped = schema_strip.strip_by_rule(body)
        return schema_strip.strip_paths(stripped, flags.told.get("read-only", ()))

    def remember(self, type: str, path: str, verdict: Lesson) -> None:
        """Keep what a refusal of ARM's taught about a path of a type."""
        with self._turn:
            self._cache().learn(type, path, verdict)
            self._known.pop(type.casefold(), None)

    def nearest(self, type: str, count: int = 5) -> list[str]:
        """Known types whose name is like this one, best first."""
        with self._turn:
            names = {*schema_seed.load().names(), *self._cache().names()}
        folded = {name.casefold(): name for name in names}
        near = get_close_matches(type.casefold(), folded, n=count, cutoff=0.5)
        return [folded[name] for name in near]

    def require(self, type: str) -> TypeFlags:
        """Like `flags`, but raises NotFound with the nearest names."""
        flags = self.flags(type)
        if flags is not None:
            return flags
        near = self.nearest(type)
        raise NotFound(
            f"no published definition of the type {type!r} is known here",
            why="neither the cache, the definitions that come with azlin, nor the Azure MCP server has it",
            fix=f"did you mean {near[0]}? Also: {', '.join(near[1:])}"
            if len(near) > 1
            else f"did you mean {near[0]}?"
            if near
            else "azlin schema sync   (fetches Azure's published definitions)",
        )

    def close(self) -> None:
        """End the server process, if one was started."""
        with self._turn:
            if self._server is not None:
                self._server.close()
                self._server = None
            if self._opened is not None:
                self._opened.close()
                self._opened = None

    def _found(self, type: str) -> TypeFlags | None:
        cache, seed = self._cache(), schema_seed.load()
        lessons = cache.lessons(type)
        cached, seeded = cache.find(type), seed.definition(type)
        if cached is not None and not (cached.definition.opaque and seeded is not None and not seeded.opaque):
            return TypeFlags(cached.definition, cached.source, cached.paths, lessons)
        if seeded is not None:
            return TypeFlags(seeded, f"built in ({seed.source}, {seed.as_of})", lessons=lessons)
        asked = self._asked(type)
        return None if asked is None else TypeFlags(asked.definition, asked.source, lessons=lessons)

    def _asked(self, type: str) -> Entry | None:
        """What the Azure MCP server says, kept for the next time."""
        if self._azmcp is None or type.count("/") == 0:
            return None
        from azlin.gateways.schema_server import SchemaServer, edition

        source = f"Azure MCP server ({edition(self._azmcp)})"
        if self._cache().is_absent(type, source):
            return None
        if self._server is None:
            self._server = SchemaServer(self._azmcp)
        try:
            definition = self._server.ask(type)
        except (ToolMissing, TimedOut) as failed:
            self._note(f"the Azure MCP server was asked about {type} and failed: {failed.what}")
            return None
        entry = None if definition is None else Entry(definition, source)
        try:
            if entry is None:
                self._cache().keep_absent(type, source)
            else:
                self._cache().keep(entry)
        except StateUnwritable as refused:
            self._note(f"{refused.what}: the answer about {type} is not kept")
        return entry

    def _cache(self) -> SchemaCache:
        if self._opened is None:
            self._opened = SchemaCache(self._paths.schemas, self._note)
        return self._opened
