"""The real az of this machine, asked through its host and without one: both keep the same promises."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from azlin.errors import OutsideLoopback, PlanStale, SignInNeeded, TimedOut, ToolMissing, UsageRefused
from azlin.gateways.az import Az
from azlin.gateways.cloud import Cloud
from azlin.paths import Paths

SUBSCRIPTION = "00000000-0000-0000-0000-00000000cafe"
ANONYMOUS = "--skip-authorization-header"
LEFT = "x-ms-ratelimit-remaining-subscription-reads"


def environ(**more: str) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.upper().startswith(("AZURE", "HTTP", "AZLIN"))
    }
    return {**kept, **more}


def az_in(home: Path, *, resident: bool = True, **named: Any) -> Az:
    cloud = Cloud("sandbox", sandbox=True, az_config_dir=home / "azure")
    return Az(cloud, Paths(home), environ=named.pop("environ", environ()), resident=resident, **named)


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Az]]:
    made = {
        "host": az_in(tmp_path_factory.mktemp("host")),
        "once": az_in(tmp_path_factory.mktemp("once"), resident=False),
    }
    yield made
    made["host"].stop()


@pytest.fixture(params=["host", "once"])
def az(request: pytest.FixtureRequest, homes: dict[str, Az]) -> Az:
    return homes[request.param]


@pytest.fixture
def host(homes: dict[str, Az]) -> Az:
    return homes["host"]


@pytest.fixture
def silence() -> Iterator[socket.socket]:
    """A server that accepts and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        yield server


def ended(az: Az) -> None:
    """Return when the host behind this az has ended: it holds its lock as long as it lives."""
    with az.link.socket_path.with_suffix(".lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)


# -- accepted before it runs


def test_good_arguments_are_accepted(az: Az):
    assert az.accept(["az", "vm", "list", "-g", "x"]).ok


@pytest.mark.parametrize(
    ("argv", "kind", "word"),
    [
        (["az", "vm", "lst"], "unknown-command", "lst"),
        (["az", "nonsense"], "unknown-command", "nonsense"),
        (["az", "vm"], "missing-required", ""),
        (["az"], "unknown-command", ""),
        (["rm", "-rf"], "unknown-command", ""),
        (["az", "vm", "list", "--sausage"], "unknown-argument", "--sausage"),
        (["az", "vm", "show", "-n", "x"], "missing-required", "--resource-group"),
        (["az", "vm", "list", "-g"], "missing-value", "-g"),
        (["az", "group", "list", "--output", "sausage"], "bad-choice", "sausage"),
        (["az", "vm", "list", "--help"], "help", ""),
        (["az", "vm", "list", "--query", "]["], "bad-value", "--query"),
    ],
)
def test_bad_arguments_are_refused_with_the_reason(host: Az, argv: list[str], kind: str, word: str):
    answer = host.accept(argv)
    assert (answer.ok, answer.kind) == (False, kind)
    assert word in answer.message


def test_nothing_runs_that_az_does_not_accept(az: Az, silence: socket.socket):
    url = f"http://127.0.0.1:{silence.getsockname()[1]}/"
    with pytest.raises(UsageRefused, match="does not accept"):
        az.run(["az", "rest", "--url", url, ANONYMOUS, "--sausage"])
    silence.setblocking(False)
    with pytest.raises(BlockingIOError):
        silence.accept()


def test_what_a_command_does_is_read_from_azs_own_table(host: Az):
    assert host.effect(["az", "network", "vnet", "list"]) == "reads"
    assert host.effect(["az", "vm", "delete", "-n", "x"]) == "destroys"
    assert host.effect(["az", "rest", "--metho", "delete", "--url", "/x"]) == "destroys"  # however it is abbreviated
    assert host.effect(["az", "rest", "--url", "/x"]) == "reads"
    assert host.effect(["az", "nonsense"]) == "changes"
    facts = host.describe(["az", "vm", "delete"])
    assert facts is not None
    assert facts.methods == {"DELETE"}
    assert facts.confirmation


# -- running


def test_a_command_answers_with_json(az: Az):
    assert az.call(["az", "version"])["azure-cli"]


def test_a_refusal_is_an_error_of_ours(az: Az):
    with pytest.raises(SignInNeeded):
        az.call(["az", "group", "list"])


def test_a_body_reaches_azure_and_is_in_no_argument_and_on_no_disk(az: Az, loopback: Any):
    loopback.on("PUT", "/thing", loopback.reply(200, {"ok": True}))
    body = json.dumps({"adminPassword": "canary-7731"})
    argv = ["az", "rest", "--method", "put", "--url", f"{loopback.url}/thing", ANONYMOUS, "--body", "@body.json"]
    result = az.run(argv, files={"body.json": body})
    assert result.data == {"ok": True}
    assert loopback.asked("PUT")[0].body == {"adminPassword": "canary-7731"}
    assert "canary" not in " ".join(result.argv)
    home = Path(az.environment["AZURE_CONFIG_DIR"]).parent
    assert not [path for path in home.rglob("*") if path.is_file() and b"canary" in path.read_bytes()]


def test_status_and_headers_come_back(az: Az, loopback: Any):
    busy = {"error": {"code": "TooManyRequests", "message": "slow"}}
    refused = loopback.reply(429, busy, {"Retry-After": "9", LEFT: "3"})
    loopback.on("GET", "/busy", refused)
    result = az.run(["az", "rest", "--url", f"{loopback.url}/busy", ANONYMOUS])
    assert (result.rc, result.http.status, result.http.headers) == (1, 429, {"retry-after": "9", LEFT: "3"})
    assert "TooManyRequests" in result.http.body


def test_the_sandbox_is_not_left(az: Az):
    with pytest.raises(OutsideLoopback, match=r"example\.com"):
        az.call(["az", "rest", "--url", "https://example.com/", ANONYMOUS])


def test_only_what_az_needs_of_our_environment_reaches_it(homes: dict[str, Az], tmp_path: Path):
    az = az_in(tmp_path, environ=environ(ANTHROPIC_API_KEY="canary", AZLIN_SECRET="canary", AZURE_X="1"))
    assert "canary" not in az.environment.values()
    assert az.environment["AZURE_X"] == "1"
    assert az.environment["AZURE_CORE_OUTPUT"] == "json"


def test_many_commands_run_at_once(host: Az, loopback: Any):
    together = threading.Barrier(4)
    handler = loopback._reply_to

    def reply_when_all_are_here(heard: Any) -> Any:
        together.wait(60)
        return handler(heard)

    loopback._reply_to = reply_when_all_are_here
    loopback.on("GET", "/x", loopback.reply(200, {"ok": 1}))
    with ThreadPoolExecutor(4) as hands:
        argv = ["az", "rest", "--url", f"{loopback.url}/x", ANONYMOUS]
        assert [r.data for r in hands.map(lambda _: host.run(argv, 60), range(4))] == [{"ok": 1}] * 4


def test_a_late_command_is_ended(az: Az, silence: socket.socket):
    url = f"http://127.0.0.1:{silence.getsockname()[1]}/"
    with pytest.raises(TimedOut):
        az.run(["az", "rest", "--url", url, ANONYMOUS], 3.0)
    conn, _ = silence.accept()
    conn.settimeout(30)
    with conn:
        while conn.recv(65536):  # what it had sent; then the end, because it is gone
            pass


def test_another_sign_in_makes_the_plan_stale(tmp_path: Path):
    (tmp_path / "azure").mkdir()
    entry = {"id": SUBSCRIPTION, "tenantId": "other", "name": "s", "isDefault": True}
    (tmp_path / "azure/azureProfile.json").write_text(json.dumps({"subscriptions": [entry]}))
    cloud = Cloud("AzureCloud", tenant="mine", subscription=SUBSCRIPTION, az_config_dir=tmp_path / "azure")
    az = Az(cloud, Paths(tmp_path), environ=environ(), resident=False)
    with pytest.raises(PlanStale, match="other"):
        az.run(["az", "vm", "list"])
    account = az.account()
    assert account is not None
    assert account.tenant == "other"


# -- the host


def test_the_host_is_private(host: Az):
    host.accept(["az", "vm", "list"])
    path = host.link.socket_path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_many_who_start_the_host_get_the_same_one(tmp_path: Path):
    azs = [az_in(tmp_path) for _ in range(4)]
    with ThreadPoolExecutor(4) as hands:
        assert all(accepted.ok for accepted in hands.map(lambda az: az.accept(["az", "version"]), azs))
    assert len({az.link.socket_path for az in azs}) == 1
    pids = {az.link.socket_path.with_suffix(".lock").read_text() for az in azs}
    assert len(pids) == 1
    azs[0].stop()
    ended(azs[1])
    assert not azs[0].link.socket_path.exists()


def test_a_host_that_was_killed_is_replaced(tmp_path: Path):
    az = az_in(tmp_path)
    az.accept(["az", "version"])
    os.kill(int(az.link.socket_path.with_suffix(".lock").read_text()), signal.SIGKILL)
    ended(az)
    assert az.accept(["az", "version"]).ok
    assert az.link.resident
    az.stop()


def test_without_a_host_commands_still_run_and_it_is_said(tmp_path: Path):
    told: list[str] = []
    az = az_in(tmp_path, notice=told.append)
    az.link.socket_path.parent.mkdir(mode=0o700, exist_ok=True)
    az.link.socket_path.with_suffix(".lock").mkdir()  # so that no host can start
    assert az.call(["az", "version"])["azure-cli"]
    assert "not available" in told[0]


def test_a_host_without_work_ends(tmp_path: Path):
    az = az_in(tmp_path, idle_s=0.1)
    az.accept(["az", "version"])
    ended(az)
    assert not az.link.socket_path.exists()


def test_a_host_whose_home_was_removed_ends(tmp_path: Path):
    az = az_in(tmp_path, idle_s=600)
    az.accept(["az", "version"])
    lock = az.link.socket_path.with_suffix(".lock").open()
    pid = int(lock.read())
    az.link.socket_path.unlink()
    os.kill(pid, signal.SIGCHLD)  # it looks around whenever it wakes
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)


def test_stopping_the_host_ends_what_it_is_doing(tmp_path: Path, silence: socket.socket):
    az = az_in(tmp_path)
    url = f"http://127.0.0.1:{silence.getsockname()[1]}/"
    with ThreadPoolExecutor(1) as hands:
        running = hands.submit(az.run, ["az", "rest", "--url", url, ANONYMOUS])
        conn, _ = silence.accept()
        conn.settimeout(30)
        conn.recv(65536)
        az.stop()
        assert conn.recv(65536) == b""
        # Interrupted by the stop, or cut off by it: either way nobody says that it succeeded.
        assert running.exception(30) is not None or running.result().rc != 0
        conn.close()


def test_a_home_with_a_long_name_has_a_host_too(tmp_path: Path):
    az = az_in(tmp_path / ("long" * 30))
    assert az.accept(["az", "version"]).ok
    assert az.link.resident
    assert len(str(az.link.socket_path)) < 108
    az.stop()


def test_another_environment_is_another_host(tmp_path: Path):
    one, two = az_in(tmp_path), az_in(tmp_path, environ=environ(AZURE_TENANT_ID="x"))
    assert one.link.socket_path != two.link.socket_path


# -- no az


def test_no_az_is_said_with_the_cure(tmp_path: Path):
    az = az_in(tmp_path, environ=environ(AZLIN_AZ=str(tmp_path / "gone")))
    assert "not there" in (az.missing() or "")
    with pytest.raises(ToolMissing):
        az.accept(["az", "vm", "list"])


def test_a_python_without_az_is_said_with_the_cure(tmp_path: Path):
    fake = tmp_path / "az-fake"
    fake.write_text(f"#!{os.path.realpath('/usr/bin/env')} python3\nimport azure.cli\n")
    fake.chmod(0o755)
    az = az_in(tmp_path, environ=environ(AZLIN_AZ=str(fake), PYTHONPATH=""))
    with pytest.raises(ToolMissing, match="from the inside") as missing:
        az.accept(["az", "vm", "list"])
    assert "azure" in missing.value.why
    if az.link.resident:
        az.stop()
