"""config.toml is changed value by value, keeps its comments, and is never left broken."""

import json
import stat


def entry(azlin, name: str, **variables: str) -> dict[str, object]:
    shown = json.loads(azlin("config", "show", "-o", "json", **variables).stdout)
    return next(line for line in shown if line["setting"] == name)


def test_show_says_who_won(azlin):
    assert azlin("config", "set", "defaults.location", "westeurope").returncode == 0
    assert entry(azlin, "defaults.location") == {
        "setting": "defaults.location",
        "value": "westeurope",
        "from": "config.toml",
    }
    won = entry(azlin, "defaults.location", AZLIN_DEFAULTS_LOCATION="northeurope")
    assert (won["value"], won["from"]) == ("northeurope", "environment")
    assert entry(azlin, "budget.monthly_limit")["from"] == "default"


def test_what_was_set_can_be_got(azlin):
    azlin("config", "set", "budget.monthly_limit", "99.50")
    assert azlin("config", "get", "budget.monthly_limit").stdout == "99.5\n"


def test_an_unset_value_is_exit_3_with_the_command_that_sets_it(azlin):
    done = azlin("config", "get", "budget.daily_limit")
    assert done.returncode == 3
    assert "azlin config set budget.daily_limit" in done.stderr


def test_comments_and_order_survive_and_the_file_is_private(azlin, home):
    home.mkdir()
    config = home / "config.toml"
    config.write_text("# mine\n[defaults]\nlocation = 'uksouth'  # near\n\n# money\n[budget]\nmonthly_limit = 5\n")
    assert azlin("config", "set", "budget.monthly_limit", "500").returncode == 0
    assert config.read_text() == (
        "# mine\n[defaults]\nlocation = 'uksouth'  # near\n\n# money\n[budget]\nmonthly_limit = 500\n"
    )
    assert stat.S_IMODE(config.stat().st_mode) == 0o600


def test_limits_of_groups_and_tenants_can_be_set(azlin):
    azlin("config", "set", "budget.resource_groups.my.web", "100.5")
    azlin("config", "set", "tenants.lab.tenant_id", "72f988bf")
    azlin("config", "set", "budget.alert_thresholds", "20", "80")
    assert entry(azlin, "budget.resource_groups")["value"] == {"my.web": 100.5}
    assert entry(azlin, "tenants.lab")["value"] == {"tenant_id": "72f988bf", "subscription": None}
    assert entry(azlin, "budget.alert_thresholds")["value"] == [20, 80]


def test_a_bad_value_is_refused_and_the_file_stays_as_it_was(azlin, home):
    azlin("config", "set", "budget.monthly_limit", "500")
    before = (home / "config.toml").read_bytes()
    for name, value in (("budget.monthly_limit", "-5"), ("budget.montly_limit", "5"), ("mcp.servers", "x")):
        done = azlin("config", "set", name, "--", value)
        assert done.returncode == 2
        assert "fix" in done.stderr
    assert (home / "config.toml").read_bytes() == before


def test_a_broken_file_is_not_overwritten(azlin, home):
    home.mkdir()
    (home / "config.toml").write_text("[budget\n")
    done = azlin("config", "set", "budget.monthly_limit", "5")
    assert done.returncode == 2
    assert "line 1" in done.stderr
    assert (home / "config.toml").read_text() == "[budget\n"


def test_a_variable_that_wins_over_the_new_value_is_named(azlin):
    done = azlin("config", "set", "defaults.location", "uksouth", AZLIN_DEFAULTS_LOCATION="northeurope")
    assert "AZLIN_DEFAULTS_LOCATION is set and wins" in done.stderr


def test_settings_that_nothing_reads_yet_are_called_so(azlin):
    azlin("config", "set", "notify.urls", "https://example.org")
    assert "notify.urls" in azlin("config", "show").stderr


def test_a_home_that_cannot_be_written_is_a_clear_error(azlin, tmp_path):
    (tmp_path / "file").write_text("")
    done = azlin("config", "set", "budget.monthly_limit", "5", AZLIN_HOME=str(tmp_path / "file" / "home"))
    assert done.returncode in (1, 2)
    assert "AZLIN_HOME" in done.stderr or "cannot read" in done.stderr
