from __future__ import annotations

import pytest

from conformance.az_commands import Command, Example


@pytest.mark.parametrize(
    ("text", "argv"),
    [
        ("az group list", ["group", "list"]),
        ("az vm create -n 'my vm' \\\n   -g rg", ["vm", "create", "-n", "my vm", "-g", "rg"]),
        ("az vm list --query \"[?name=='a']\"", ["vm", "list", "--query", "[?name=='a']"]),
        ("az vm list | wc -l", None),
        ("az vm show --ids $(az vm list -o tsv)", None),
        ("az vm show -n $NAME", None),
        ("az a; az b", None),
        ("az group list\naz vm list", None),
        ("az vm show -n 'open", None),
        ("docker run az", None),
        ("az", None),
    ],
)
def test_an_example_counts_when_it_is_one_plain_command(text: str, argv: list[str] | None):
    assert Example("vm list", "List", text).argv == argv


def test_what_a_command_needs_is_known_by_every_way_to_spell_it():
    command = Command("vm list-usage", [["--location", "-l"]], ["--location", "-l", "--query"])
    assert command.needs_only("-l", "-g")
    assert not command.needs_only("-g")
    assert Command("vm list", [], []).needs_only()
