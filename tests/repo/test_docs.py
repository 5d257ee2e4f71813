"""README and docs are executed; what is written there is what comes out (see pages.py)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.child import PLUGIN
from tests.repo.pages import executed, pages
from tests.repo.sources import ROOT

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_does_what_it_says(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if PLUGIN and "\n$ pytest" in page.read_text(encoding="utf-8"):
        pytest.skip("its readers have alertable installed, and here (under Wine) it is not")
    monkeypatch.chdir(ROOT)
    assert executed(page) == page.read_text(encoding="utf-8"), "python -m tests.repo.pages writes the outputs anew"


def test_links_lead_somewhere() -> None:
    dead = []
    for page in pages():
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if not (page.parent / target).exists():
                dead.append(f"{page.name}: {target}")
    assert not dead


def test_tests_that_pages_name_exist() -> None:
    missing = []
    for page in pages():
        for file, name in re.findall(r"`(tests/[\w/]+\.py)::(\w+)", page.read_text(encoding="utf-8")):
            if not (ROOT / file).exists() or f"def {name}(" not in (ROOT / file).read_text(encoding="utf-8"):
                missing.append(f"{page.name}: {file}::{name}")
    assert not missing
