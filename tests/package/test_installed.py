"""The wheel, installed in an empty environment and used in a folder that has a `sim.py`, a `specs/`, a `winapi.py` of its own.

The editable install of a checkout hides what a wheel lacks; here nothing of the checkout is on the path.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest

from tests.repo.pages import pages
from tests.repo.sources import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform == "win32", reason="the Windows lane has no pip; the workflows run this test there"),
]

OWN: Final = 'raise RuntimeError("this is a module of the user")\n'
NAMES: Final = ("kernel_model", "sim", "specs", "winapi", "native", "tests", "tools")
PLAIN: Final = """
from winapi import INFINITE  # the plain name, as in a program of a file
import winapi, alertable.winapi

def program(w):
    assert winapi is alertable.winapi
    return w.WaitForSingleObject(w.CreateEventW(None, 1, 1, None), INFINITE)
"""
CHECKED: Final = """
import alertable
from alertable.winapi import INFINITE

@alertable.check(strategy="dpor")
def test_an_event_that_is_set_is_seen(w):
    assert w.WaitForSingleObject(w.CreateEventW(None, 1, 1, None), INFINITE) == 0
"""


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel and pytest in it, and the folder of a user."""

    bin: Path
    folder: Path
    wheel: Path
    sdist: Path

    def run(self, *words: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        """Run a command of the environment in the user's folder."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "ALERTABLE"))}
        return subprocess.run(
            [self.bin / words[0], *words[1:]], cwd=self.folder, env=clean, capture_output=True, text=True, timeout=timeout,
            check=False,
        )  # fmt: skip


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    base = tmp_path_factory.mktemp("package")
    tree, made, folder = base / "tree", base / "dist", base / "a user's folder"
    for name in tracked():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, tree / name)
    must([sys.executable, "-m", "hatchling", "build", "-d", made], tree)
    (wheel,), (sdist,) = made.glob("*.whl"), made.glob("*.tar.gz")
    must([sys.executable, "-m", "venv", base / "env"], base)
    binary = base / "env" / "bin"
    must([binary / "python", "-m", "pip", "install", "-q", "--disable-pip-version-check", wheel, "pytest", "matplotlib"], base)
    (folder / "specs").mkdir(parents=True)
    for name in ("sim.py", "winapi.py", "kernel_model.py", "specs/__init__.py"):
        (folder / name).write_text(OWN, encoding="utf-8")
    yield Installed(binary, folder, wheel, sdist)
    shutil.rmtree(base)


def tracked() -> list[str]:
    """What git knows of, or in a copy without git all that is no leftover."""
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return [name for name in done.stdout.splitlines() if (ROOT / name).is_file()]
    hidden = {".venv", "build", "dist"}
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    return [path.as_posix() for path in found if not hidden & {*path.parts} and "__pycache__" not in path.parts]


def must(command: Sequence[object], cwd: Path, **environment: str) -> None:
    """Run a command that has to succeed."""
    there = {**os.environ, **environment}
    done = subprocess.run([str(part) for part in command], cwd=cwd, env=there, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_one_package_and_the_plugin_are_installed(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as wheel:
        names = wheel.namelist()
    tops = {name.partition("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == {"alertable", "_alertable_pytest.py"}
    wanted = {"alertable/py.typed", "alertable/sim/timed/default.toml", "alertable/specs/zoo/case.py", "alertable/winapi/abi.py"}
    assert wanted <= set(names)


def test_the_wheel_of_the_sdist_is_the_same(installed: Installed, tmp_path: Path) -> None:
    with tarfile.open(installed.sdist) as sdist:
        sdist.extractall(tmp_path, filter="data")
    (tree,) = tmp_path.iterdir()
    must([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / "again"], tree)
    (again,) = (tmp_path / "again").glob("*.whl")
    with zipfile.ZipFile(again) as one, zipfile.ZipFile(installed.wheel) as other:
        assert {i.filename: i.CRC for i in one.infolist()} == {i.filename: i.CRC for i in other.infolist()}


@pytest.mark.parametrize("command", [("alertable",), ("python", "-m", "alertable")], ids=" ".join)
def test_modules_of_the_user_are_not_in_the_way(installed: Installed, command: tuple[str, ...]) -> None:
    done = installed.run(*command, "check", "specs.programs.lock_held", "--json")
    assert done.returncode in (0, 1), done.stderr
    assert "of the user" not in done.stderr


def test_nothing_is_at_the_top_of_site_packages(installed: Installed) -> None:
    probe = f"import importlib.util as u; print([n for n in {NAMES} if u.find_spec(n)])"
    done = installed.run("python", "-I", "-c", probe)
    assert done.stdout == "[]\n", done.stderr


def test_a_plain_name_is_found_where_the_user_has_none(installed: Installed) -> None:
    away = installed.folder.parent / "elsewhere"
    away.mkdir(exist_ok=True)
    (away / "plain.py").write_text(PLAIN, encoding="utf-8")
    elsewhere = Installed(installed.bin, away, installed.wheel, installed.sdist)
    done = elsewhere.run("alertable", "run", "plain.py")
    assert done.stdout.startswith("PASS  returned 0"), done.stdout + done.stderr
    (installed.folder / "plain.py").write_text(PLAIN, encoding="utf-8")
    done = installed.run("alertable", "run", "plain.py")  # the user's own is nearer
    assert done.returncode == 2
    assert "this is a module of the user" in done.stderr


def test_pytest_has_the_plugin_and_works_without_it(installed: Installed) -> None:
    (installed.folder / "test_mine.py").write_text(CHECKED, encoding="utf-8")
    done = installed.run("python", "-m", "pytest", "-v", "test_mine.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
    assert "alertable" in installed.run("python", "-m", "pytest", "--help").stdout
    done = installed.run("python", "-m", "pytest", "-p", "no:alertable", "test_mine.py")
    assert "1 passed" in done.stdout, done.stdout


def test_the_pages_do_what_they_say(installed: Installed) -> None:
    for page in pages():
        copy = installed.folder / page.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(page, copy)
    shutil.copy2(ROOT / "tests" / "repo" / "pages.py", installed.folder / "pages.py")
    done = installed.run("python", "-P", "pages.py", "--check", ".", timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr


def commands() -> list[str]:
    """Every command of the pages that is not executed by `pages.py`: in indented blocks and in running text."""
    found: dict[str, None] = {}
    for page in pages():
        text = page.read_text(encoding="utf-8").replace("\\\n", " ")
        if page.name == "sanitizers.md":
            text = "\n".join(text.splitlines()[:60])  # a long table of the same kind: a few of it
        for words in re.findall(r"(?:^    |`)(alertable [a-z][^`\n]*)", text, re.MULTILINE):
            placeholder = r"\b([A-Z]{2,}|[A-Z]|\w+\.py)\b|\.\.\.|\w\|\w|backend real|check --|--plot$"
            if not re.search(placeholder, words.replace("S12", "")):
                found[" ".join(words.split())] = None
    return list(found)


def test_every_command_of_the_pages_is_one(installed: Installed) -> None:
    wrong = []
    for command in commands():
        words = re.sub(r" +#.*", "", command).split()
        if len(words) == 2 and words[1] in ("conform", "compare", "check", "run", "replay", "explain", "calibrate"):
            words = [*words, "--help"]  # the command as such
        if "--clients" in words:
            words += ["--clients", "1,2"]  # the last one counts: a small measurement
        try:
            done = installed.run(*words, timeout=240)
        except subprocess.TimeoutExpired:
            wrong.append(f"{command}: no end")
            continue
        if done.returncode not in (0, 1, 3) or "Traceback" in done.stderr:
            wrong.append(f"{command}: {done.returncode} {done.stderr[-200:]}")
    assert not wrong
