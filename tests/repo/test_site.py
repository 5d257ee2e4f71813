"""The documentation as a site: what has to agree with the code; the build itself is a long test."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

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


def test_docstrings_become_lists_of_what_they_describe() -> None:
    pytest.importorskip("sphinx", reason="the extra docs is not installed; `make docs` installs it")
    docstring = ["Send *all*.", "", "count: how many; most: at most this (`n_` bytes).", "Raises ValueError.", "", "    send(3)"]
    lines = script("docs/_ext/docstrings.py").restructured(docstring, {"count", "most"})
    assert [line for line in lines if line] == [
        r"Send \*all\*.", "- **count**: how many", "- **most**: at most this (`n_` bytes).",
        "Raises ValueError.", "::", "    send(3)",
    ]  # fmt: skip


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


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site in every language, as `make docs` builds it: without a warning."""
    root = tmp_path_factory.mktemp("site")
    for language in make().LANGUAGES:
        built(root / language, language)
    return root


class Links(HTMLParser):
    """What a page refers to, and the places in it that can be referred to."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.places: set[str] = set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.places.add(value)
            elif name in ("href", "src") and value:
                self.targets.append(value)


@pytest.mark.long
def test_links_within_the_site_lead_somewhere(site: Path) -> None:
    pages = {page.resolve(): Links(page) for page in sorted(site.rglob("*.html"))}
    dead = []
    for page, links in pages.items():
        for target in (urlsplit(each) for each in links.targets):
            if target.scheme:
                continue
            other = (page.parent / unquote(target.path)).resolve() if target.path else page
            place = unquote(target.fragment)
            if not other.exists() or (place and other in pages and place not in pages[other].places):
                dead.append(f"{page.relative_to(site.resolve())}: {target.geturl()}")
    assert not dead
    assert len(pages) > 20 * len(make().LANGUAGES)


@pytest.mark.long
@pytest.mark.parametrize("language", script("docs/_ext/catalogues.py").LANGUAGES)
def test_no_translation_is_missing(language: str) -> None:
    pytest.importorskip("sphinx", reason="the extra docs is not installed; `make docs` installs it")
    missing = script("docs/_ext/catalogues.py").missing(language)
    assert not missing, "python docs/_ext/catalogues.py adds what is new; then translate it"


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
