"""README and docs are executed.

- A block marked python is run; the blocks of one page share a namespace.
- A `text` block after the comment `output` must equal what the block before it printed.
- A `console` block shows `$ alertable ...` commands with their output; each is run and compared.
- A block after the comment `not run: reason` is prose.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import types
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from tests.repo.sources import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"(?:<!-- (?P<note>[^>]*?) -->\n+)?^```(?P<kind>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One fenced block."""

    kind: str
    note: str
    body: str
    line: int


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [
        Block(m["kind"], (m["note"] or "").strip(), m["body"], text.count("\n", 0, m.start("body")) + 1)
        for m in BLOCK.finditer(text)
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_does_what_it_says(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    module = types.ModuleType(re.sub(r"\W", "_", page.stem).lower())
    monkeypatch.setitem(__import__("sys").modules, module.__name__, module)
    printed = ""
    for block in blocks(page):
        if block.note.startswith("not run:"):
            continue
        if block.kind == "python":
            out = io.StringIO()
            code = compile("\n" * (block.line - 1) + block.body, str(page), "exec")
            with contextlib.redirect_stdout(out):
                exec(code, module.__dict__)
            printed = out.getvalue()
        elif block.kind == "text" and block.note == "output":
            assert printed == block.body
        elif block.kind == "console":
            check_console(block.body)


def check_console(body: str) -> None:
    """Run each `$ alertable` command and compare what it prints on stdout."""
    from alertable.cli import main

    for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        words = shlex.split(command)
        assert words[0] == "alertable", command
        result = CliRunner().invoke(main, words[1:], prog_name="alertable", terminal_width=100)
        assert result.stdout == expected, result.output


def test_links_lead_somewhere() -> None:
    dead = []
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if not (page.parent / target).exists():
                dead.append(f"{page.name}: {target}")
    assert not dead
