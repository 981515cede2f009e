"""One request to Graph on its way: who asks, of which tenant, with which options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from azlin.sandbox.graph.kinds import Body
from azlin.sandbox.graph.refusals import bad_request


@dataclass(frozen=True, slots=True)
class Asking:
    """`parts` are the decoded segments behind the version; keys of `query` and `headers` are lower case."""

    method: str
    version: str
    parts: tuple[str, ...]
    tenant: str
    oid: str
    appid: str
    is_user: bool
    query: Mapping[str, str]
    headers: Mapping[str, str]
    base: str
    sent: Any = None
    """The decoded JSON body."""
    collection: str = ""
    """What `@odata.context` calls the answer."""
    mixed: bool = False
    """Whether what is listed may be of several types."""
    path: str = field(default="")

    @property
    def url(self) -> str:
        return f"{self.base}{self.path}"

    @property
    def eventual(self) -> bool:
        """Whether the caller takes the advanced query capabilities."""
        return self.headers.get("consistencylevel", "").casefold() == "eventual"

    def context(self, what: str) -> str:
        return f"{self.base}/{self.version}/$metadata#{what}"

    def entity(self, what: str, body: Body) -> Body:
        """The body of an answer that is one object of the collection `what`."""
        return {"@odata.context": self.context(f"{what}/$entity"), **body}

    def of(self, collection: str, *, mixed: bool = False) -> Asking:
        return replace(self, collection=collection, mixed=mixed)

    def body(self) -> Body:
        """The JSON object that was sent. Raises GraphRefusal 400."""
        if not isinstance(self.sent, dict):
            raise bad_request("Write requests (excluding DELETE) must contain the Content-Type header declaration.")
        return {str(name): value for name, value in self.sent.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType, reportUnknownMemberType]
