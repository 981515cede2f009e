"""Flags > environment > config.toml > defaults; and a wrong setting is told with its line and a fix."""

import contextlib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.errors import ConfigUnreadable
from azlin.paths import Paths
from azlin.settings import McpServer, Settings, names, variable_for


def load(home: Path, text: str = "", environ=None, flags=None) -> Settings:
    if text:
        (home / "config.toml").write_text(text)
    return Settings.load(Paths(home), environ or {}, flags)


def refused(home: Path, text: str = "", environ=None) -> ConfigUnreadable:
    with pytest.raises(ConfigUnreadable) as caught:
        load(home, text, environ)
    assert caught.value.exit_code == 2
    return caught.value


def test_without_a_file_everything_is_a_default(tmp_path):
    settings = load(tmp_path / "nowhere")
    assert settings.budget.monthly_limit is None
    assert settings.budget.alert_thresholds == (50, 80, 100)
    assert settings.origin("budget.monthly_limit") == "default"


def test_every_section_of_the_design_is_read(tmp_path):
    settings = load(
        tmp_path,
        """
        [defaults]
        location = "westeurope"
        ssh_key = "~/.ssh/id_ed25519.pub"
        [budget]
        monthly_limit = 500
        daily_limit = 20.5
        alert_thresholds = [100, 50]
        [budget.resource_groups]
        "my-rg" = 100.0
        [mcp]
        servers = [{name = "azure", command = "azmcp server start"}]
        default_timeout = 30
        [endpoints]
        arm = "https://management.example.org/"
        [tenants.lab]
        tenant_id = "72f988bf"
        """,
    )
    assert settings.defaults.location == "westeurope"
    assert settings.budget.monthly_limit == Decimal(500)
    assert settings.budget.daily_limit == Decimal("20.5")
    assert settings.budget.alert_thresholds == (50, 100)
    assert settings.budget.resource_groups == {"my-rg": Decimal("100.0")}
    assert settings.mcp.servers == (McpServer("azure", ("azmcp", "server", "start")),)
    assert settings.mcp.default_timeout_s == 30
    assert settings.endpoints.arm == "https://management.example.org"
    assert settings.tenants["lab"].tenant_id == "72f988bf"
    assert settings.origin("defaults.location") == "config.toml"


def test_a_flag_beats_the_environment_and_the_environment_beats_the_file(tmp_path):
    text = '[defaults]\nlocation = "file"\nvm_size = "file"\nimage = "file"\n'
    environ = {"AZLIN_DEFAULTS_VM_SIZE": "env", "AZLIN_DEFAULTS_IMAGE": "env"}
    settings = load(tmp_path, text, environ, {"defaults.image": "flag", "defaults.location": None})
    assert (settings.defaults.location, settings.origin("defaults.location")) == (
        "file",
        "config.toml",
    )
    assert (settings.defaults.vm_size, settings.origin("defaults.vm_size")) == ("env", "environment")
    assert (settings.defaults.image, settings.origin("defaults.image")) == ("flag", "flag")


def test_an_endpoint_can_be_pointed_elsewhere_by_the_environment(tmp_path):
    settings = load(tmp_path, "", {"AZLIN_ENDPOINT_ARM": "http://127.0.0.1:8443"})
    assert settings.endpoints.arm == "http://127.0.0.1:8443"


def test_other_variables_of_ours_are_left_alone(tmp_path):
    load(tmp_path, "", {"AZLIN_HOME": "x", "AZLIN_SANDBOX": "1", "AZLIN_LOG_LEVEL": "DEBUG"})


def test_broken_toml_names_the_line_and_the_column(tmp_path):
    error = refused(tmp_path, "[budget]\nmonthly_limit = = 3\n")
    assert "config.toml is not valid TOML" in error.what
    assert "line 2, column 17" in error.why
    assert error.fix


def test_a_file_that_is_not_text_is_an_error_not_an_empty_configuration(tmp_path):
    (tmp_path / "config.toml").write_bytes(b"\xff\xfe\x00")
    assert "UTF-8" in refused(tmp_path).why


def test_a_directory_in_place_of_the_file_is_an_error(tmp_path):
    (tmp_path / "config.toml").mkdir()
    assert "cannot read" in refused(tmp_path).what


@pytest.mark.parametrize(
    ("text", "where", "fix"),
    [
        ("[budget]\n\nmonthly_limits = 3\n", "line 3", "did you mean budget.monthly_limit?"),
        ("\n[budgets]\nmonthly_limit = 3\n", "line 2", "did you mean [budget]?"),
        ("budget = 3\n", "line 1", "[budget]"),
        ("[tenants.lab]\ntenant = 'x'\n", "line 1", "tenant_id"),
    ],
)
def test_an_unknown_setting_is_told_with_its_line_and_the_nearest_name(tmp_path, text, where, fix):
    error = refused(tmp_path, text)
    assert where in error.what
    assert fix in error.fix


@pytest.mark.parametrize(
    "text",
    [
        "[budget]\nmonthly_limit = -1",
        "[budget]\nmonthly_limit = nan",
        "[budget]\nmonthly_limit = inf",
        "[budget]\nmonthly_limit = true",
        "[budget]\nmonthly_limit = 'much'",
        "[budget]\nalert_thresholds = 50",
        "[budget]\nalert_thresholds = [0]",
        "[budget]\nalert_thresholds = [true]",
        "[budget.resource_groups]\nweb = -3",
        "[defaults]\nlocation = 3",
        "[defaults]\nlocation = ''",
        "[mcp]\ndefault_timeout = 0",
        "[mcp]\nservers = [{name = 'x'}]",
        "[mcp]\nservers = 'azmcp'",
        "[endpoints]\narm = 'http://management.azure.com'",
        "[endpoints]\narm = 'management.azure.com'",
        "[endpoints]\narm = 'https://me:secret@example.org'",
        "[endpoints]\narm = 'http://127.evil.example'",
        "[journal]\nurl = 'postgresql://host/db'",
        "[tenants]\nlab = 'x'",
        "[tenants.lab]\ntenant_id = 3",
    ],
)
def test_an_impossible_value_is_refused(tmp_path, text):
    error = refused(tmp_path, text)
    assert error.what
    assert error.fix


def test_a_misspelt_variable_of_ours_is_not_silently_ignored(tmp_path):
    error = refused(tmp_path, "", {"AZLIN_BUDGET_MONTHLY_LIMITS": "5"})
    assert "AZLIN_BUDGET_MONTHLY_LIMIT?" in error.fix


def test_every_variable_belongs_to_one_setting():
    assert len({variable_for(name) for name in names()}) == len(names())


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_an_amount_is_read_exactly(tmp_path_factory, amount):
    home = tmp_path_factory.mktemp("home")
    settings = load(home, f"[budget]\nmonthly_limit = {amount}\n")
    assert settings.budget.monthly_limit == amount


@given(st.text(max_size=60))
def test_any_text_in_the_file_is_read_or_refused_and_nothing_else(tmp_path_factory, text):
    home = tmp_path_factory.mktemp("home")
    (home / "config.toml").write_text(text, encoding="utf-8", errors="ignore")
    with contextlib.suppress(ConfigUnreadable):
        assert isinstance(Settings.load(Paths(home), {}), Settings)


def test_a_name_can_be_looked_up_by_its_value(tmp_path):
    settings = load(tmp_path, "[tenants.lab]\ntenant_id = 't'\n[mcp]\ndefault_timeout = 9\n")
    assert settings.value("mcp.default_timeout") == 9
    assert settings.value("tenants.lab").tenant_id == "t"
    with pytest.raises(ConfigUnreadable):
        settings.value("mcp.default")
