"""`alertable doctor`: what it looks at, what it says of a sick installation, and that looking changes nothing."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from alertable import checkup
from alertable.cli import main
from tests.child import ROOT, python

if TYPE_CHECKING:
    from pathlib import Path

WITHOUT = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "greenlet":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
from alertable.cli import main
main(sys.argv[1:])
"""


def findings(where: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[int, dict[str, list[dict[str, Any]]]]:
    """The exit code of `doctor --json` in a folder, and its findings by name."""
    monkeypatch.chdir(where)
    result = CliRunner().invoke(main, ["doctor", "--json"])
    data = json.loads(result.stdout)
    found: dict[str, list[dict[str, Any]]] = {}
    for each in data["findings"]:
        found.setdefault(each["name"], []).append(each)
    assert result.exit_code == data["exit_code"] == (0 if data["ok"] else 1)
    return result.exit_code, found


def test_a_healthy_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, found = findings(tmp_path, monkeypatch)
    assert code == 0
    assert {
        "alertable", "python", "system", *checkup.NEEDED, "carrier", "compiled", "windows", "real arm", "store", "terminal",
        "pytest", "shadow",
    } <= set(found)  # fmt: skip
    assert "pure Python: alertable" in found["compiled"][0]["value"]
    assert not list(tmp_path.iterdir()), "looking makes no store"


def test_modules_that_stand_before_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("winapi", "simpy", "select"):
        (tmp_path / f"{name}.py").touch()
    code, found = findings(tmp_path, monkeypatch)
    assert code == 1
    states = {each["value"].replace("\\", "/").rpartition("/")[2]: each["state"] for each in found["shadow"]}
    assert states == {
        "winapi.py is what `import winapi` means": "note",
        "simpy.py stands before the package simpy": "bad",
        "select.py here hides Python's own module select": "note",
    }


def test_an_old_and_a_missing_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup, "requirements", lambda extra="": {"click": (99, 1)} if not extra else {"no-such-thing": (0,)})
    monkeypatch.setattr(checkup, "NEEDED", ("click", "no-such-package"))
    code, found = findings(tmp_path, monkeypatch)
    assert code == 1
    assert "is older than 99.1" in found["click"][0]["value"]
    assert found["no-such-package"][0] == {
        "name": "no-such-package", "state": "bad", "value": "not installed", "advice": "pip install no-such-package"
    }  # fmt: skip
    assert all(each["state"] == "note" for name, all_ in found.items() if name.startswith("extra") for each in all_)


def test_a_store_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("ALERTABLE_STORE", str(tmp_path / "file" / "store"))
    code, found = findings(tmp_path, monkeypatch)
    assert code == 1
    assert "cannot be written" in found["store"][0]["value"]
    assert "ALERTABLE_STORE" in found["store"][0]["advice"]


def test_it_runs_where_others_cannot(tmp_path: Path) -> None:
    file = tmp_path / "without.py"
    file.write_text(WITHOUT, encoding="utf-8")
    done = python(str(file), "run", "x.py")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "alertable: greenlet is not installed: pip install greenlet (`alertable doctor` looks at the rest)\n"
    done = python(str(file), "doctor")
    assert done.returncode == 1
    assert "greenlet does not work: ModuleNotFoundError" in done.stdout
    assert not done.stderr


@pytest.mark.parametrize("columns", [1, 20, 60])
def test_lines_are_as_wide_as_the_terminal(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    result = CliRunner().invoke(main, ["doctor"])
    assert max(map(len, result.stdout.splitlines())) <= max(columns, 40)


def test_the_requirements_are_those_of_the_package() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for name, least in checkup.requirements().items():
        assert f'"{name}>={".".join(map(str, least))}"' in text
    assert set(checkup.requirements()) in (set(checkup.NEEDED), set())
    assert sys.version_info >= checkup.PYTHON
