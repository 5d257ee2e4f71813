"""The documentation as a site: what has to agree with the code; the build itself is a long test."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import alertable
from tests.repo.sources import ROOT

if TYPE_CHECKING:
    from types import ModuleType

DOCS = ROOT / "docs"
NOT_PAGES = {"changes.d", "locale"}


def script(path: str) -> ModuleType:
    """A script of the repository that belongs to no package."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, ROOT / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make() -> Any:
    return script("make.py")


def pages() -> set[str]:
    found = [path.relative_to(DOCS).with_suffix("") for path in DOCS.rglob("*.md")]
    return {page.as_posix() for page in found if page.parts[0] not in NOT_PAGES and not page.parts[0].startswith("_")}


def test_the_reference_has_every_public_name_once() -> None:
    text = (DOCS / "reference" / "python.md").read_text(encoding="utf-8")
    shown = re.findall(r"^\.\. auto\w+:: alertable\.(\w+)", text, re.MULTILINE)
    assert sorted(shown) == sorted(alertable.__all__)


def test_the_index_leads_to_every_page() -> None:
    text = (DOCS / "index.md").read_text(encoding="utf-8")
    listed: set[str] = set()
    for body in re.findall(r"^```\{toctree\}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        for entry in (line for line in body.splitlines() if line and not line.startswith(":")):
            listed |= {name for name in pages() if Path(name).match(entry)}
    assert listed == pages() - {"index"}


def test_translated_pages_exist() -> None:
    assert set(script("docs/_ext/catalogues.py").TRANSLATED) <= pages()


def test_the_site_has_the_languages_of_its_catalogues() -> None:
    assert set(make().LANGUAGES) == {"en", *script("docs/_ext/catalogues.py").LANGUAGES}


def test_the_makefile_knows_every_target() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    for line in (line for line in text.splitlines() if line.endswith((" clean", " clean:"))):
        assert set(line.removeprefix(".PHONY:").rstrip(":").split()) == set(make().TARGETS)


def built(into: Path, language: str, *options: str) -> None:
    pytest.importorskip("sphinx", reason="the extra docs is not installed; `make docs` installs it")
    command = [sys.executable, "-m", "sphinx", *make().SPHINX, "-D", f"language={language}", *options, str(DOCS), str(into)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.long
@pytest.mark.parametrize("language", make().LANGUAGES)
def test_the_site_builds_without_warnings(language: str, tmp_path: Path) -> None:
    built(tmp_path, language)
    assert (tmp_path / "tutorial" / "index.html").exists()


CATALOGUE = """msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "Tutorial"
msgstr "Ttokttok"
"""


@pytest.mark.long
def test_a_translation_is_shown_and_what_has_none_stays_english(tmp_path: Path) -> None:
    catalogue = tmp_path / "locale" / "ko" / "LC_MESSAGES" / "tutorial" / "index.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text(CATALOGUE, encoding="utf-8")
    built(tmp_path / "site", "ko", "-D", f"locale_dirs={tmp_path / 'locale'}")
    page = (tmp_path / "site" / "tutorial" / "index.html").read_text(encoding="utf-8")
    assert "<h1>Ttokttok<" in page
    assert "<h2>A program is a function of w<" in page


@pytest.mark.long
def test_internal_links_lead_somewhere(tmp_path: Path) -> None:
    built(tmp_path, "en", "-b", "html")
    dead = []
    for page in sorted(tmp_path.rglob("*.html")):
        for target, anchor in re.findall(r'href="(?!https?:|mailto:|data:)([^"#]*)#?([^"]*)"', page.read_text(encoding="utf-8")):
            other = (page.parent / target).resolve() if target else page
            if target.startswith("../ko/"):
                continue  # the same page in the other language
            known = other.exists() and (not anchor or f'id="{anchor}"' in other.read_text(encoding="utf-8"))
            if not known and "/ko/" not in target:
                dead.append(f"{page.relative_to(tmp_path)}: {target}#{anchor}")
    assert not dead
