"""The workflows of the continuous integration: they cannot run here, but what they say can be read."""

from __future__ import annotations

import re
import tomllib
from itertools import product
from typing import Any

import pytest

from tests.repo.sources import ROOT
from tests.repo.test_site import make

yaml = pytest.importorskip("yaml", reason="pyyaml of the extra dev is not installed")

FOLDER = ROOT / ".github" / "workflows"
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
SYSTEMS = ["ubuntu-latest", "windows-latest", "macos-latest"]


def workflow(name: str) -> Any:
    text = (FOLDER / f"{name}.yml").read_text(encoding="utf-8")
    return yaml.safe_load(re.sub(r"^on:", '"on":', text, flags=re.MULTILINE))  # YAML 1.1 takes a bare `on` for true


def commands(job: Any) -> list[str]:
    return [step["run"] for step in job.get("steps", ()) if "run" in step]


def entries(job: Any) -> list[dict[str, str]]:
    """The combinations of a matrix, and those that are added to it."""
    matrix = dict(job["strategy"]["matrix"])
    added: list[dict[str, str]] = matrix.pop("include", [])
    return [dict(zip(matrix, values, strict=True)) for values in product(*matrix.values())] + added


NAMES = sorted(path.stem for path in FOLDER.glob("*.yml"))


def test_the_suite_runs_on_every_system_with_every_python() -> None:
    ran = {(entry["os"], entry["python"]) for entry in entries(workflow("test")["jobs"]["make"]) if entry["target"] == "test"}
    assert ran == set(product(SYSTEMS, PYTHONS))


def test_the_pythons_are_those_that_the_package_claims() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert re.findall(r"Programming Language :: Python :: (3\.\d+)", text) == PYTHONS


def test_what_ci_runs_here_runs_there_too() -> None:
    here = re.findall(r"^make ([\w-]+)$", (ROOT / ".ci" / "run").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(here) <= {entry["target"] for entry in entries(workflow("test")["jobs"]["make"])}


@pytest.mark.parametrize("name", NAMES)
def test_jobs_call_targets_that_there_are(name: str) -> None:
    for job in workflow(name)["jobs"].values():
        called = re.findall(r"python -m make (\$\{\{.*?\}\}|\S+)", "\n".join(commands(job)))
        wanted = {entry["target"] for entry in entries(job)} if "${{ matrix.target }}" in called else set(called)
        assert wanted <= set(make().TARGETS)


@pytest.mark.parametrize("name", NAMES)
def test_jobs_end_and_may_only_read(name: str) -> None:
    loaded = workflow(name)
    assert loaded["permissions"] == {"contents": "read"}
    assert all("timeout-minutes" in job for job in loaded["jobs"].values() if "uses" not in job)


def test_the_lock_is_checked_and_used() -> None:
    jobs = workflow("test")["jobs"]
    assert any("uv lock --check" in each for each in commands(jobs["repository"]))
    assert any("uv sync --frozen" in each for each in commands(jobs["make"]))
    assert (ROOT / "uv.lock").exists()


def test_the_lock_knows_the_requirements() -> None:
    """What `uv lock --check` says, as far as one can tell without uv."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = set(project["dependencies"])
    for extra, requirements in project["optional-dependencies"].items():
        wanted |= {f"{requirement} extra == '{extra}'" for requirement in requirements}
    packages = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    (ours,) = [package for package in packages if package["name"] == project["name"]]
    known = ours["metadata"]["requires-dist"]
    locked = {" ".join(filter(None, (each["name"] + each["specifier"], each.get("marker")))) for each in known}
    assert locked == wanted, "`uv lock` renews uv.lock, see CONTRIBUTING.md"


def test_a_release_is_tested_built_and_installed_before_it_is_published() -> None:
    jobs = workflow("release")["jobs"]
    assert jobs["test"]["uses"] == "./.github/workflows/test.yml"
    assert "workflow_call" in workflow("test")["on"]
    assert [jobs[name]["needs"] for name in ("build", "install", "publish")] == ["test", "build", "install"]
    assert jobs["publish"]["environment"] == "pypi"
    assert jobs["publish"]["permissions"] == {"id-token": "write"}
