"""`alertable calibrate`: what it measures is a profile; where there is nothing to measure it says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from alertable.cli import main
from alertable.sim.timed import calibrate
from alertable.sim.timed.calibrate import Measured, as_toml, machine
from alertable.sim.timed.profile import load
from tests.child import python

if TYPE_CHECKING:
    from pathlib import Path


def test_what_was_measured_is_a_profile_that_says_how(tmp_path: Path) -> None:
    found = Measured()
    for key, cost in (("call", 0.25), ("copy", 0.0001), ("wake-up", -3.0)):
        found.put(key, cost, f"by looking at {key}")
    path = tmp_path / "mine.toml"
    path.write_text(as_toml(found), encoding="utf-8")
    profile, default = load(path), load()
    assert profile.name == machine()
    assert (profile.cpu.call, profile.cpu.wake_up) == (0.25, 0.0)
    assert profile.cpu.copy == pytest.approx(0.0001, rel=0.01)
    assert profile.cpu.quantum == default.cpu.quantum
    assert (profile.link, profile.memory) == (default.link, default.memory)
    text = path.read_text(encoding="utf-8")
    assert '# measured: by looking at call\ncall = "250 ns"' in text
    assert "# measured: by looking at wake-up: lost in their noise" in text
    assert text.count("# not measured: as in the default profile") == 8 + 2


def test_the_model_has_nothing_to_measure() -> None:
    result = CliRunner().invoke(main, ["calibrate", "--backend", "sim"])
    assert result.exit_code == 2
    assert "nothing to measure" in result.stderr


def test_an_existing_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("precious", encoding="utf-8")
    result = CliRunner().invoke(main, ["calibrate", "--out", str(path)])
    assert result.exit_code == 2
    assert "--force replaces it" in result.stderr
    assert path.read_text(encoding="utf-8") == "precious"


@pytest.mark.skipif("sys.platform == 'win32'", reason="there is one")
def test_without_a_real_one_it_says_what_is_missing(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["calibrate", "--out", str(tmp_path / "x.toml")])
    assert result.exit_code == 2
    assert "it takes Windows" in result.stderr


@pytest.mark.real_winsock
def test_the_real_arm_is_measured(tmp_path: Path) -> None:
    few = (
        "from alertable.sim.timed import calibrate as c; c.CALLS = 50; c.TURNS = 20; c.RUNS = 3; "
        "from alertable.cli import main; main()"
    )
    result = python("-c", few, "calibrate", "--out", str(tmp_path / "real.toml"))
    assert result.returncode == 0, result.stderr
    assert machine() in result.stdout
    profile = load(tmp_path / "real.toml")
    assert profile.name == machine()
    assert profile.cpu.call > 0
    assert profile.cpu.apc_delivery > 0
    assert calibrate.PARTNER.startswith("from alertable.sim.timed.calibrate")
