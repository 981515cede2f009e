from __future__ import annotations

import pytest

from conformance.az_runner import TIMED_OUT, Said


@pytest.mark.parametrize(
    ("rc", "err", "cause"),
    [
        (1, "WARNING: preview\nERROR: (NotFound) The 'x' is not there.\nCode: NotFound", "(NotFound)"),
        (1, "ERROR: Subscription 'a' not found.", "Subscription '..' not found."),
        (1, "Traceback\nKeyError: 'value'\n", "KeyError: '..'"),
        (2, "", "exit code 2, and nothing was said"),
        (TIMED_OUT, "WARNING: slow", "it did not end in time"),
    ],
)
def test_failures_of_one_kind_have_one_cause(rc: int, err: str, cause: str):
    assert Said(["vm", "list"], rc, "", err, 1.0).cause == cause
