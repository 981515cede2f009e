"""What is done inside az, as far as it can be seen without az. The rest is proved in test_az.py."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from azlin.gateways import az_inside


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("the following arguments are required: --name/-n", "missing-required"),
        ("one of the arguments -a -b is required", "missing-required"),
        ("unrecognized arguments: --sausage", "unknown-argument"),
        ("argument -g: expected one argument", "missing-value"),
        ("argument --query: invalid jmespath_type value: ']['", "bad-value"),
        ("something of the future", "usage"),
    ],
)
def test_a_refusal_of_the_parser_has_a_kind(message: str, kind: str):
    assert az_inside.kind_of(message) == kind


def test_a_command_ends_at_its_first_option():
    assert az_inside.words(["vm", "list", "-g", "x", "show"]) == ["vm", "list"]
    assert az_inside.words(["--help", "vm"]) == []


@pytest.mark.parametrize("argv", [[], ["az"], ["rm", "-rf"], ["az", "--version"], ["az", "vm\0", "list"]])
def test_what_is_no_command_is_refused_before_az_is_loaded(argv: list[str]):
    answer = az_inside.carry_out({"do": "run", "argv": argv}, lambda message: None, True)
    assert answer["refused"]["kind"] == "unknown-command"


def test_what_changes_something_is_sent_once_by_azs_libraries_and_what_reads_as_often_as_they_like(
    monkeypatch: pytest.MonkeyPatch,
):
    class RetryPolicyBase:
        def is_retry(self, settings: Any, response: Any) -> bool:
            return self._is_method_retryable(settings, response.http_request)

        def _is_method_retryable(self, settings: Any, request: Any, response: Any = None) -> bool:
            return True

    az_inside.change_once()  # before the library is there
    library = SimpleNamespace(RetryPolicyBase=RetryPolicyBase)
    monkeypatch.setitem(sys.modules, "azure.core.pipeline.policies._retry", library)  # type: ignore[arg-type]
    az_inside.change_once()
    az_inside.change_once()
    policy = RetryPolicyBase()
    for method, again in (("PUT", False), ("DELETE", False), ("post", False), ("PATCH", False), ("GET", True)):
        request = SimpleNamespace(method=method)
        assert policy.is_retry({}, SimpleNamespace(http_request=request)) is again
        assert policy._is_method_retryable({}, request) is again


def test_the_guard_lets_nothing_but_loopback_through_and_remembers_what_it_refused():
    code = (
        "import socket; from azlin.gateways.az_inside import guard\n"
        "refused = guard(loopback=True)\n"
        "with socket.create_server(('127.0.0.1', 0)) as server:\n"
        "    socket.create_connection(server.getsockname()).close()\n"
        "for host in ('127.0.0.1.example.org', '198.51.100.7', 'example.org'):\n"
        "    try: socket.create_connection((host, 9), 1) if host[0] == 'e' else socket.socket().connect((host, 9))\n"
        "    except ConnectionRefusedError: pass\n"
        "print(refused)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "['127.0.0.1.example.org', '198.51.100.7', 'example.org']\n"
