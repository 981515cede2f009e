from __future__ import annotations

from pathlib import Path

import pytest

from azlin.errors import ConfigUnreadable
from azlin.paths import Paths
from azlin.setting_writers import changed, write
from azlin.settings import Settings


def test_values_of_a_table_are_set_together_and_comments_stay():
    text = "# mine\n[defaults]\nlocation = 'eastus' # here\n"
    after = changed(text, ("tenants", "Range 17"), {"tenant_id": "t", "subscription": "s"}, source="config.toml")
    assert after.startswith(text)
    assert '[tenants."Range 17"]\ntenant_id = "t"\nsubscription = "s"' in after


def test_what_was_written_is_read_back(tmp_path: Path):
    paths = Paths(tmp_path / "home")
    write(paths, ("tenants", "a"), {"tenant_id": "t"})
    write(paths, ("tenants", "a"), {"subscription": "s"})
    tenant = Settings.load(paths, {}).tenants["a"]
    assert (tenant.tenant_id, tenant.subscription) == ("t", "s")


def test_a_file_that_is_not_toml_is_left_as_it_is(tmp_path: Path):
    paths = Paths(tmp_path)
    paths.config.write_text("[broken")
    with pytest.raises(ConfigUnreadable):
        write(paths, ("tenants", "a"), {"tenant_id": "t"})
    assert paths.config.read_text() == "[broken"


def test_a_value_that_settings_do_not_have_is_not_written(tmp_path: Path):
    paths = Paths(tmp_path)
    with pytest.raises(ConfigUnreadable, match=r"tenants\.a"):
        write(paths, ("tenants", "a"), {"colour": "red"})
    assert not paths.config.exists()
