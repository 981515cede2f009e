from __future__ import annotations

import json
import os
import signal
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from azlin.errors import CloudUnreachable, NotFound, StateUnwritable, ToolMissing
from azlin.paths import Paths
from azlin.sandbox import instance as module
from azlin.sandbox.instance import Instance, ensure_running, find_running, stop


def test_twenty_starts_at_once_make_one_sandbox(tmp_path: Path):
    paths = Paths(tmp_path / "home")
    try:
        with ThreadPoolExecutor(20) as many:
            found = list(many.map(lambda _: ensure_running(paths), range(20)))
        assert len({one.pid for one in found}) == 1
    finally:
        ended = stop(paths)
    assert ended is not None
    assert find_running(paths) is None
    assert stop(paths) is None


def test_a_killed_sandbox_is_noticed_and_starts_again_with_what_it_held(tmp_path: Path):
    paths = Paths(tmp_path)
    try:
        first = ensure_running(paths)
        first.ask("POST", "faults", {"code": "X"})
        os.kill(first.pid, signal.SIGKILL)
        os.waitpid(first.pid, 0)
        second = ensure_running(paths)
        assert second.pid != first.pid
        assert (second.id, second.tls_port, second.tenants) == (first.id, first.tls_port, first.tenants)
        assert [one["code"] for one in second.ask("GET", "faults")] == ["X"]
    finally:
        stop(paths)


def test_the_sandbox_of_another_azlin_is_started_again(tmp_path: Path):
    paths = Paths(tmp_path)
    try:
        first = ensure_running(paths)
        older = json.loads(first.file.read_bytes()) | {"version": "0.0.1"}
        first.file.write_text(json.dumps(older))
        second = ensure_running(paths)
        assert (second.pid != first.pid, second.version) == (True, first.version)
    finally:
        stop(paths)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path):
    (tmp_path / "sandbox").write_text("a file is in the way")
    with pytest.raises(StateUnwritable) as refused:
        ensure_running(Paths(tmp_path))
    assert str(tmp_path / "sandbox") in str(refused.value)


def test_a_stale_pid_is_never_killed(tmp_path: Path, sandbox: Instance):
    directory = tmp_path / "sandbox"
    directory.mkdir()
    stale = json.loads(sandbox.file.read_bytes()) | {"pid": os.getpid(), "directory": str(directory)}
    (directory / "instance.json").write_text(json.dumps(stale))
    assert find_running(Paths(tmp_path)) is None
    assert stop(Paths(tmp_path)) is None


def test_what_it_writes_is_private(sandbox: Instance):
    """What az itself writes into its configuration is az's affair; nobody else can enter that directory."""
    directory = Path(sandbox.directory)
    ours = [path for path in directory.rglob("*") if sandbox.az_config_dir not in path.parents]
    for path in (directory, *ours):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_it_runs_in_a_session_of_its_own(sandbox: Instance):
    assert os.getsid(sandbox.pid) == sandbox.pid


def test_a_cloud_is_signed_in_and_labelled(sandbox: Instance):
    cloud = sandbox.cloud()
    assert cloud.sandbox
    assert cloud.signed_in
    assert (cloud.name, cloud.subscription_name) == ("sandbox", "sandbox subscription")
    assert cloud.arm.startswith("https://127.0.0.1:")
    assert cloud.ca_bundle is not None
    assert cloud.ca_bundle.is_file()


def test_a_subscription_is_chosen_by_name_or_id(sandbox: Instance):
    second = sandbox.default_tenant.subscriptions[1]
    assert sandbox.cloud("Sandbox Subscription 2").subscription == second.id
    other = sandbox.tenants[1]
    cloud = sandbox.cloud(other.subscriptions[0].id)
    assert cloud.tenant == other.id
    assert cloud.principal is not None
    assert cloud.principal.client_id == other.client_id
    with pytest.raises(NotFound):
        sandbox.cloud("nowhere")


def test_secrets_do_not_show_in_a_repr(sandbox: Instance):
    assert sandbox.default_tenant.client_secret not in repr(sandbox) + repr(sandbox.cloud().principal)
    assert sandbox.admin_key not in repr(sandbox)


def test_the_administration_needs_its_key(sandbox: Instance):
    import msgspec

    with pytest.raises(module.UsageRefused):
        msgspec.structs.replace(sandbox, admin_key="guess").ask("GET", "status")


def test_a_sandbox_that_is_gone_is_unreachable(sandbox: Instance):
    import msgspec

    with pytest.raises(CloudUnreachable) as failed:
        msgspec.structs.replace(sandbox, tls_port=1).ask("GET", "status")
    assert failed.value.fix == "azlin sandbox start"


def test_without_its_packages_it_says_how_to_install_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "_NEEDED", ("no_such_package_at_all",))
    with pytest.raises(ToolMissing) as missing:
        ensure_running(Paths(tmp_path))
    assert missing.value.fix == 'pip install "azlin[sandbox]"'


def test_a_damaged_state_is_reported_and_left_as_it_is(tmp_path: Path):
    directory = tmp_path / "sandbox"
    directory.mkdir(mode=0o700)
    (directory / "state.sqlite").write_bytes(b"this is no database" * 100)
    with pytest.raises(module.StateDamaged) as damaged:
        ensure_running(Paths(tmp_path))
    assert "not a database" in damaged.value.why
    assert (directory / "state.sqlite").read_bytes().startswith(b"this is no database")
