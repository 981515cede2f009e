"""Recorded errors of Azure: does azlin give each the class, and the retriability, that people gave it?

The material is `azure_errors.jsonl` in the directory that AZLIN_DATA names, a line each of `{code, message,
http_status, retriable, retry_class, label}`; without it nothing is measured. An error that would be tried again
although nothing is gained by it is told as a cause of its own: of those there should be none.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from azlin.agentic.failure_analyzer import classify
from conformance.figure import Failure, Figure

NAME = "errors"


def measure(sample: bool) -> Figure:  # noqa: ARG001  there is no sample: all of it takes a second
    place = os.environ.get("AZLIN_DATA")
    file = Path(place, "azure_errors.jsonl") if place else None
    if file is None or not file.is_file():
        return Figure(0, 0, note="not measured: AZLIN_DATA names no directory with azure_errors.jsonl")
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    wrong = [failure for row in rows if (failure := _wrong(row)) is not None]
    curated = [row for row in rows if row["label"] == "curated"]
    right = sum(_wrong(row) is None for row in curated)
    return Figure(len(rows) - len(wrong), len(rows), tuple(wrong), f"{right} of {len(curated)} curated ones")


def _wrong(row: dict[str, Any]) -> Failure | None:
    found = classify(row["code"], row["message"], row["http_status"])
    if (found.type, found.retriable) == (row["retry_class"], row["retriable"]):
        return None
    wasted = "tried again in vain: " if found.retriable and not row["retriable"] else ""
    return Failure(row["code"], f"{wasted}{row['retry_class']} taken for {found.type}", row["message"][:200])
