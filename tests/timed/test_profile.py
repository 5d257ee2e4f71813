"""Cost profiles: what ships is sound, and every mistake in a file is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import alertable
from alertable.sim.timed.profile import DEFAULT, load

if TYPE_CHECKING:
    from pathlib import Path

TEXT = DEFAULT.read_text(encoding="utf-8")


def test_the_profile_that_ships() -> None:
    profile = load()
    assert profile.name == "default"
    assert (profile.cpu.call, profile.cpu.context_switch) == (0.2, 1.07)
    assert profile.cpu.copy == pytest.approx(0.1 / 1024)
    assert profile.link.bandwidth == 1_000
    assert profile.memory.thread == 28 * 1024


def test_every_figure_says_where_it_comes_from() -> None:
    lines = TEXT.splitlines()
    for number, line in enumerate(lines):
        if " = " in line and not line.startswith(("#", "name", "about", "bandwidth", "loss")):
            assert lines[number - 1].startswith(("# source:", "# assumed:", "# Kernel", "# Stacks")), line


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('call = "200 ns"', 'call = "200"'), r"\[cpu\] call = '200': write a number and one of ns, us, ms, s"),
        (('call = "200 ns"', 'call = "200 parsec"'), r"\[cpu\] call = '200 parsec'"),
        (('call = "200 ns"', "call = 200"), r"\[cpu\] call = 200: write a number"),
        (('call = "200 ns"', 'call = "-1 ns"'), r"\[cpu\] call"),
        (('call = "200 ns"', ""), r"\[cpu\] call is missing"),
        (('call = "200 ns"', 'call = "200 ns"\ncalls = "1 ns"'), r"\[cpu\] calls does not exist; there are call, context-switch"),
        (('copy = "100 ns/KiB"', 'copy = "100 ns"'), r"\[cpu\] copy = '100 ns': .*ns/B"),
        (('bandwidth = "1 Gbit/s"', 'bandwidth = "0 bit/s"'), "would never deliver"),
        (('bandwidth = "1 Gbit/s"', 'bandwidth = "1 GB"'), r"\[link\] bandwidth = '1 GB'.*Gbit/s"),
        (("loss = 0.0", "loss = 1.0"), "no probability below 1"),
        (("loss = 0.0", 'loss = "often"'), r"\[link\] loss = 'often' is no number"),
        (("[link]", "[links]"), "'links' is no part of a profile"),
        (("[cpu]", "[cpu"), "at line"),
    ],
    ids=lambda given: given[1].partition("\n")[0] if isinstance(given, tuple) else "",
)
def test_a_mistake_is_named(change: tuple[str, str], message: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    assert change[0] in TEXT
    path.write_text(TEXT.replace(*change, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=message) as raised:
        alertable.timed(profile=path)
    assert "mine.toml" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"none\.toml.*alertable calibrate"):
        load(tmp_path / "none.toml")
