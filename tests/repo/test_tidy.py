"""A ratchet: small things do not grow past a screen unnoticed; what is long on purpose is listed with its reason."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess

import pytest

from tests.repo.sources import ROOT, SourceModule, project_modules

FUNCTION_LINES = 70
FILE_LINES = 600
LONG_ON_PURPOSE: dict[str, str] = {}  # "path" or "path::function" -> why
FRAGMENT = re.compile(r"\d+(\.[a-z-]+)?\.(feature|bugfix|fidelity|doc)\.md\Z")
SOURCES = [*project_modules(), *project_modules("tests")]


@pytest.mark.parametrize("module", SOURCES, ids=str)
def test_files_and_functions_fit(module: SourceModule) -> None:
    long = []
    lines = module.text.count("\n")
    if lines > FILE_LINES and str(module) not in LONG_ON_PURPOSE:
        long.append(f"{lines} lines")
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES and f"{module}::{node.name}" not in LONG_ON_PURPOSE:
                long.append(f"{node.name}: {length} lines")
    assert not long


@pytest.mark.parametrize("module", SOURCES, ids=str)
def test_sources_are_ascii(module: SourceModule) -> None:
    strange = [(i, c) for i, line in enumerate(module.text.splitlines(), 1) for c in line if ord(c) > 126]
    assert not strange or "non-ascii on purpose" in module.text


@pytest.mark.parametrize("module", project_modules(), ids=str)
def test_modules_say_what_they_are(module: SourceModule) -> None:
    assert ast.get_docstring(module.tree)


def tracked() -> list[str]:
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.split()


@pytest.mark.skipif(not (ROOT / ".git").exists() or shutil.which("git") is None, reason="needs git and a checkout")
def test_no_machine_paths_and_no_leftovers() -> None:
    words = re.compile("|".join(["/" + "work/", "/" + "root/", "TO" + "DO", "FIX" + "ME"]))
    bad = []
    for name in tracked():
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".sh", ".txt"} and path.exists():
            text = path.read_text(encoding="utf-8")
            bad += [f"{name}:{i}" for i, line in enumerate(text.splitlines(), 1) if words.search(line)]
    assert not bad


def test_changelog_fragments_are_well_named() -> None:
    names = [path.name for path in (ROOT / "docs" / "changes.d").glob("*") if path.name != "README.md"]
    assert names
    assert not [name for name in names if not FRAGMENT.match(name)]
