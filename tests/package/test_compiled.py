"""The compiled wheel: what is in it, the same tests on it, and the same traces and counts as from the sources.

The extension modules of the wheel are put beside the sources of a copy of the repository: Python takes them first, and the tests
find everything else that they read.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest

from tests.package.test_installed import must, tracked
from tests.repo.sources import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMPILER: Final = shutil.which((sysconfig.get_config_var("CC") or "cc").split()[0])
pytestmark = [pytest.mark.long, pytest.mark.skipif(COMPILER is None, reason="there is no C compiler")]
pytest.importorskip("setuptools", reason="mypyc calls setuptools, which is not installed")

LAYERS: Final = ("kernel_model", "sim")  # what may be compiled
TESTS: Final = (
    "tests/kernel_model", "tests/sim/test_execution.py", "tests/sim/test_columns.py", "tests/explore/test_counts.py",
    "tests/explore/test_brute_force.py", "tests/explore/test_search.py", "tests/explore/test_aftermath.py",
    "tests/explore/test_litmus_explored.py", "tests/explore/test_explained.py", "tests/explore/test_stateful.py",
)  # fmt: skip
# A test that derives a class of its own from one that is compiled.
NOT_COMPILED: Final = "tests/kernel_model/ob/test_handle_table.py::test_an_object_lives_until_its_last_handle_is_closed"
# Traces of all programs of the zoo, by chance and along what a search finds; counts of searches.
SAME: Final = """
import alertable
from alertable.report import as_json
from alertable.sim.explore.check import check
from alertable.specs.zoo import cases
from tests.explore.rows import lastzero, lockinc

for case in cases():
    for program in (case.buggy, case.fixed):
        for seed in (None, 1, 2, 3):
            print(as_json(alertable.run(program, seed=seed), (), "sim", trace=True))
for program in (lastzero(6), lockinc(4)):
    report = check([program], memory="locks", strategy="dpor")
    print(report.executions, report.verdict, report.statistics, list(report.outcomes.values()))
"""


@dataclass(frozen=True)
class Trees:
    """A copy of the repository, one with the extension modules beside the sources, and the wheel that they are from."""

    pure: Path
    compiled: Path
    wheel: Path

    def run(self, tree: Path, *words: object, timeout: float = 900) -> subprocess.CompletedProcess[str]:
        """Python in a tree."""
        there = {**os.environ, "PYTHONPATH": str(tree), "PYTHONHASHSEED": "0"}
        command = [sys.executable, *map(str, words)]
        return subprocess.run(command, cwd=tree, env=there, capture_output=True, text=True, timeout=timeout, check=False)


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trees]:
    base = tmp_path_factory.mktemp("compiled")
    pure, compiled = base / "pure", base / "compiled"
    for name in tracked():
        for tree in (pure, compiled):
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", base / "dist"]
    must(build, pure, HATCH_BUILD_HOOKS_ENABLE="1")
    (wheel,) = (base / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        for name in extensions(archive):
            place = compiled / name.removeprefix("alertable/")
            place.write_bytes(archive.read(name))
    yield Trees(pure, compiled, wheel)
    shutil.rmtree(base)


def extensions(archive: zipfile.ZipFile) -> list[str]:
    """The extension modules of a wheel."""
    return [name for name in archive.namelist() if name.endswith(sysconfig.get_config_var("EXT_SUFFIX"))]


def test_the_wheel_is_for_this_python_and_has_the_sources_too(trees: Trees) -> None:
    assert trees.wheel.name.split("-")[2] == f"cp3{sys.version_info.minor}"
    with zipfile.ZipFile(trees.wheel) as archive:
        names = set(archive.namelist())
        made = extensions(archive)
    assert len(made) > 40
    for name in made:
        source = f"{name.removesuffix(sysconfig.get_config_var('EXT_SUFFIX'))}.py"
        assert source in names or name.startswith("alertable__mypyc.")


def test_in_an_empty_environment_doctor_says_what_runs(trees: Trees, tmp_path: Path) -> None:
    must([sys.executable, "-m", "venv", tmp_path / "env"], tmp_path)
    binary = next(path for path in (tmp_path / "env" / "bin", tmp_path / "env" / "Scripts") if path.exists())
    must([binary / "python", "-m", "pip", "install", "-q", "--disable-pip-version-check", trees.wheel], tmp_path)
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "ALERTABLE"))}
    for words, wanted in ((["doctor"], "modules of alertable (by mypyc)"), (["check", "specs.programs.lock_held"], "COMPLETE")):
        done = subprocess.run(
            [str(binary / "alertable"), *words], cwd=tmp_path, env={**clean, "COLUMNS": "200"}, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode in (0, 1), done.stderr
        assert wanted in done.stdout


def test_the_same_tests_pass(trees: Trees) -> None:
    words = ["-m", "pytest", "-q", "-m", "not long", "-p", "no:cacheprovider", "--deselect", NOT_COMPILED, *TESTS]
    done = trees.run(trees.compiled, *words)
    assert done.returncode == 0, done.stdout[-5_000:]


def test_traces_and_counts_are_the_same(trees: Trees) -> None:
    here, there = (trees.run(tree, "-c", SAME) for tree in (trees.pure, trees.compiled))
    assert here.returncode == there.returncode == 0, here.stderr + there.stderr
    assert here.stdout.replace(str(trees.pure), "") == there.stdout.replace(str(trees.compiled), "")
    assert len(here.stdout) > 100_000
