"""Tell the stories that are named, all without names; one line of JSON a step on stdout."""

from __future__ import annotations

import asyncio
import inspect
import sys
from importlib import import_module

from conformance.stories.steps import Steps

STORIES = (
    "identity",
    "resources",
    "deployments",
    "network",
    "compute",
    "storage",
    "vaults",
    "rights",
    "query",
    "graph",
    "aio",
)


def main(names: list[str]) -> None:
    for name in names or STORIES:
        story = import_module(f"conformance.stories.{name}")
        told = story.tell(Steps(story.CLIENT))
        if inspect.isawaitable(told):
            asyncio.run(told)  # pyright: ignore[reportArgumentType]


main(sys.argv[1:])
