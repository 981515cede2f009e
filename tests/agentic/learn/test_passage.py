from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azlin.agentic.learn.passage import (
    PASSAGE_MAX,
    about_type,
    is_troubleshooting,
    names,
    passage,
    readable,
    shortened,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<p>Use <code>az vm list-skus</code>&nbsp;&amp; look.</p>", "Use az vm list-skus & look."),
        ("It is <b>SkuNotAvailable</b>.<br>Choose <a href='x'>another</a>.", "It is SkuNotAvailable. Choose another."),
        ("## Symptom\n\nYou get **SkuNotAvailable**.", "Symptom You get SkuNotAvailable."),
        (
            "See [Quotas](https://learn.microsoft.com/azure/quotas) and ![a picture](x.png).",
            "See Quotas and a picture.",
        ),
        ("> [!NOTE]\n> Mind this.", "Mind this."),
        ("- one\n* two\n```azurecli\naz group list\n```", "one two az group list"),
        ("| Code | Meaning |\n|---|:--:|\n| A | B |", "Code Meaning A B"),
        ("the code &lt;NAME&gt; and a < b", "the code <NAME> and a < b"),
        ("virtual_network_name stays", "virtual_network_name stays"),
    ],
)
def test_markup_is_taken_out(text: str, shown: str):
    assert readable(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "red \x1b[31malarm\x1b[0m",
        "\x1b]0;new title\x07red alarm",
        "red\x1b]8;;http://evil.example\x1b\\ alarm",
        "red\x00\x08 ala\u202erm\u200b",
        "red \x9b\x1b[1;31malarm&#27;",
        "\x1bcred alarm",
    ],
)
def test_nothing_that_commands_a_terminal_is_left(text: str):
    assert readable(text) == "red alarm"


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters() | st.sampled_from("\x1b[]<>()`|*&;#!\x07\x9b\u202e\n"), max_size=80))
def test_whatever_comes_in_one_printable_line_comes_out(text: str):
    shown = readable(text)
    assert shown == " ".join(shown.split())
    assert not any(unicodedata.category(char)[0] == "C" for char in shown)


@pytest.mark.parametrize("piece", ["<!--", "<a", "[", "\n", "|-", "\x1b]", "![x](", "&amp;", "> "])
def test_no_text_takes_long(piece: str):
    text = (piece * 4000)[:4000]
    began_at = time.monotonic()
    readable(text)
    passage([text], "SkuNotAvailable")
    assert time.monotonic() - began_at < 0.5


def test_the_passage_begins_with_the_sentence_that_names_the_code():
    text = "This page is long. You may see SkuNotAvailable in a region. Choose another size. " + "More. " * 80
    found = passage(["Nothing here.", text], "SkuNotAvailable")
    assert found.startswith("You may see SkuNotAvailable in a region. Choose another size. More.")
    assert len(found) <= PASSAGE_MAX


def test_a_longer_word_is_not_the_code():
    assert passage(["About InvalidParameterValue. About InvalidParameter."], "InvalidParameter") == (
        "About InvalidParameter."
    )


def test_where_no_sentence_names_the_code_the_page_speaks_for_itself():
    assert passage(["How to move a disk. It takes a while."], "DiskIsBusy") == "How to move a disk. It takes a while."
    assert passage([], "DiskIsBusy") == ""


@settings(max_examples=60, deadline=None)
@given(before=st.integers(0, 900), after=st.integers(0, 900))
def test_a_passage_is_short_and_has_the_code_in_it(before: int, after: int):
    text = " ".join(["word"] * (before // 5) + ["DiskIsBusy"] + ["word"] * (after // 5))
    found = passage([text], "DiskIsBusy")
    assert len(found) <= PASSAGE_MAX
    assert "DiskIsBusy" in found


def test_shortened_ends_with_a_whole_word():
    assert shortened("one two three", 9) == "one two…"
    assert shortened("one", 3) == "one"


@pytest.mark.parametrize(
    "text", ["SkuNotAvailable", "Errors for SKU not available", "/troubleshooting/error-sku-not-available"]
)
def test_a_code_is_named_in_words_and_addresses_too(text: str):
    assert names("SkuNotAvailable", text)
    assert not names("QuotaExceeded", text)


@pytest.mark.parametrize(
    ("type_", "text", "own"),
    [
        ("Microsoft.Compute/virtualMachines", "/azure/virtual-machines/sizes", True),
        ("Microsoft.Network/publicIPAddresses", "Create a public IP address", True),
        ("Microsoft.Network/networkSecurityGroups", "Network security groups", True),
        ("Microsoft.Network/networkSecurityGroups", "Virtual machines", False),
        ("", "anything", False),
    ],
)
def test_a_page_about_the_type_is_told_by_its_words(type_: str, text: str, own: bool):
    assert about_type(type_, text) is own


def test_troubleshooting_is_told_by_address_or_title():
    assert is_troubleshooting("VM sizes", "https://learn.microsoft.com/azure/x/troubleshooting/y")
    assert is_troubleshooting("Resolve errors for quotas", "https://learn.microsoft.com/azure/x")
    assert not is_troubleshooting("VM sizes", "https://learn.microsoft.com/azure/sizes")
