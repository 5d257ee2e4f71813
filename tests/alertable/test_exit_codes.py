"""Exit codes: the page, the help and the constants say the same."""

from __future__ import annotations

import re

from click.testing import CliRunner

from alertable import terminal
from alertable.cli import main
from tests.child import ROOT

CODES = {name: value for name, value in vars(terminal).items() if name.isupper() and type(value) is int}


def test_each_code_has_a_meaning() -> None:
    assert sorted(CODES.values()) == sorted(terminal.MEANINGS) == [0, 1, 2, 3, 4, 5, 70, 130]


def test_the_page_has_these_meanings() -> None:
    text = (ROOT / "docs" / "exit-codes.md").read_text(encoding="utf-8")
    assert {int(code): said for code, said in re.findall(r"^\| (\d+) \| (.+) \|$", text, re.MULTILINE)} == terminal.MEANINGS


def test_the_help_has_them_too() -> None:
    text = CliRunner().invoke(main, ["--help"], env={"COLUMNS": "120"}, terminal_width=120).stdout
    listed = text.partition("Exit codes:\n")[2]
    assert {int(code): said for code, said in re.findall(r"^ +(\d+) +(.+)$", listed, re.MULTILINE)} == terminal.MEANINGS


def test_the_object_on_the_page_is_what_is_printed() -> None:
    text = (ROOT / "docs" / "exit-codes.md").read_text(encoding="utf-8")
    result = CliRunner().invoke(main, ["check", "nobody.py", "--json"])
    assert result.stdout in text
