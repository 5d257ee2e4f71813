"""Rows of figures: kept by content, put together as curves, a sentence on each, files, and the command."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from alertable.cli import main
from alertable.sim.timed import compare as module
from alertable.sim.timed.compare import Curve, Row, as_csv, compare, curves
from alertable.sim.timed.knees import knee, time
from alertable.sim.timed.profile import DEFAULT, load
from alertable.sim.timed.sweep import Sweep
from alertable.sim.timed.table import HEADINGS, table

if TYPE_CHECKING:
    from pathlib import Path

    from alertable.sim.timed.profile import Profile
    from alertable.sim.timed.sweep import Point

SMALL = Sweep(servers=("select_loop", "completion_port"), clients=(1, 20, 100), load={"messages": 3})


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return list(compare(SMALL, load()))


def test_rows_come_in_the_order_of_the_sweep(rows: list[Row]) -> None:
    assert [(row.server, row.clients) for row in rows] == [
        ("select_loop", 1), ("select_loop", 20), ("completion_port", 1), ("completion_port", 20), ("completion_port", 100),
    ]  # fmt: skip
    assert all(row.messages == 3 * row.clients and not row.trouble for row in rows)
    assert all(0 < row.median <= row.p99 for row in rows)


def test_what_was_measured_is_kept_by_content(tmp_path: Path, rows: list[Row], monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(compare(SMALL, load(), tmp_path)) == rows
    assert len(list(tmp_path.glob("*.json"))) == 5

    measured = []

    def counted(point: Point, profile: Profile) -> Row:
        measured.append(point.load.clients)
        return original(point, profile)

    original = module._measured
    monkeypatch.setattr(module, "_measured", counted)
    assert list(compare(SMALL, load(), tmp_path)) == rows
    assert measured == []
    dear = replace(load(), cpu=replace(load().cpu, call=5.0))
    assert list(compare(SMALL, dear, tmp_path)) != rows
    assert len(measured) == 5
    next(iter(tmp_path.glob("*.json"))).write_text("{", encoding="utf-8")
    assert {row.server for row in compare(SMALL, load(), tmp_path)} == {"select_loop", "completion_port"}
    list(compare(SMALL, dear, tmp_path))
    assert len(measured) == 6


def test_curves_say_where_they_end(rows: list[Row]) -> None:
    select, port = curves(SMALL, rows)
    assert (select.server, port.server) == ("select_loop", "completion_port")
    assert select.ends == "one thread ends at 63 clients: an fd_set holds 64 sockets, and one is the listener (S-87)"
    assert port.ends == ""
    more = replace(SMALL, one_thread=False)
    assert [curve.ends for curve in curves(more, list(compare(more, load())))] == ["", ""]


def test_after_trouble_a_curve_has_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    def troubled(point: Point, _profile: Profile) -> Row:
        measured.append(point.load.clients)
        return replace(a_row(point.load.clients, 100.0), trouble="half of them" if point.load.clients == 5 else "")

    measured: list[int] = []
    monkeypatch.setattr(module, "_measured", troubled)
    sweep = Sweep(servers=("blocking",), clients=(1, 5, 10))
    found = list(compare(sweep, load()))
    assert measured == [1, 5]
    assert curves(sweep, found)[0].ends == "ends at 5 clients: half of them"


def a_row(clients: int, throughput: float, **changes: float) -> Row:
    values = {each.name: 0.0 for each in fields(Row)} | {"throughput": throughput, "median": 200.0, "utilisation": 0.5}
    return Row(**{**values, "server": "blocking", "trouble": "", "clients": clients, "size": 100, "cores": 1, "messages": 10,
                  **changes})  # type: ignore[arg-type]  # names and types come from the class


@pytest.mark.parametrize(
    ("rows_", "said"),
    [
        ([a_row(1, 10), a_row(2, 20), a_row(5, 50)], "still grows with 5 clients, 50 messages/s: the processors are 50% busy"),
        ([a_row(1, 10), a_row(2, 99, utilisation=0.99, cpu=7.0), a_row(5, 100, utilisation=0.99, cpu=7.0, median=900.0)],
         "100 messages/s, nearly reached with 2 clients: the processors are 99% busy, a message costs 7.0 us"),
        ([a_row(1, 10), a_row(2, 100, network=0.95)],
         "100 messages/s with 2 clients, and hardly more with any number: the link is 95%"),
        ([a_row(1, 10), a_row(2, 100, utilisation=0.9)], "hardly more with any number: the processors are 90% busy"),
        ([a_row(10, 100, cores=4), a_row(20, 120, cores=4, utilisation=0.24)], "hardly more with any number: the processors"),
        ([a_row(10, 100, cores=4), a_row(20, 190, cores=4, utilisation=0.24)], "still grows with 20 clients"),
        ([a_row(1, 10), a_row(2, 100, cpu=1.0), a_row(5, 50, cpu=2.0)],
         "with 5 clients it falls to 50 messages/s, where a message costs 2.0 us instead of 1.0"),
        ([a_row(1, 10)], "10 messages/s with 1 client:"),
        ([a_row(1, 0, messages=0)], "nothing came back; why not"),
    ],
)  # fmt: skip
def test_a_sentence_on_the_knee(rows_: list[Row], said: str) -> None:
    assert said in knee(Curve("blocking", 100, 1, tuple(rows_), "why not"))


def test_times_have_units_that_fit() -> None:
    assert [time(t) for t in (0.4, 999.0, 1_500.0, 2.5e6)] == ["0 us", "999 us", "1.5 ms", "2.50 s"]


def test_csv_and_table(rows: list[Row]) -> None:
    read = list(csv.DictReader(io.StringIO(as_csv(rows))))
    assert [row["server"] for row in read] == [row.server for row in rows]
    assert float(read[0]["throughput"]) == rows[0].throughput
    lines = table(rows)
    assert lines[0].split() == [*HEADINGS[:6], "99", "%", *HEADINGS[7:]]
    assert len({len(line) for line in lines}) == 1


@pytest.mark.parametrize(
    "points", [[(1, 200.0), (1000, 5000.0)], [(20, 207.0), (23, 231.0), (50, 250.0)], [(7, 200.0)], [(1, 0.0), (2, 0.0)],
               [(number, 200.0 * number) for number in range(1, 1000)]],
)  # fmt: skip
def test_every_axis_has_numbers(points: list[tuple[int, float]]) -> None:
    pytest.importorskip("matplotlib")
    from alertable.sim.timed.plot import PANELS, TICKS, drawing, svg

    rows_ = tuple(a_row(clients, 100.0 * clients, median=median, p99=median, cpu=8.0) for clients, median in points)
    found = [Curve("blocking", 100, 1, rows_, "")]
    panels = re.split(r'<g id="axes_\d+">', svg(found))[1:]
    assert len(panels) == len(PANELS)
    least = min(2, len(points))
    for panel in panels:
        for axis, at_least in (("x", least), ("y", 2)):
            ticks = re.findall(rf'<g id="{axis}tick_\d+">(.*?)(?=<g id="[xy]tick|<g id="matplotlib)', panel, re.DOTALL)
            numbers = [number for tick in ticks for number in re.findall(r">([\d.,]+)</text>", tick)]
            assert at_least <= len(set(numbers)) == len(numbers) <= TICKS + 4
    assert drawing(found, "a.png").startswith(b"\x89PNG")


def test_a_plot_of_no_known_kind_is_refused_before_anything_is_measured(folder: Path) -> None:
    pytest.importorskip("matplotlib")  # the Windows CPython under Wine has none
    result = CliRunner().invoke(main, [*WORDS, "--plot", "a.pdf"])
    assert (result.exit_code, result.stderr) == (2, "alertable: a.pdf: a plot is a file that ends in .svg or .png\n")
    assert not list(folder.iterdir())


def test_the_drawing_is_the_same_every_time(rows: list[Row]) -> None:
    pytest.importorskip("matplotlib")  # the Windows CPython under Wine has none
    from alertable.sim.timed.page import html
    from alertable.sim.timed.plot import svg

    found = curves(SMALL, rows)
    drawing = svg(found)
    assert drawing == svg(found)
    for text in ("throughput", "99th percentile of latency", "completion_port", "select_loop"):
        assert text in drawing
    page = html(found, load(), "alertable compare --seed 3", "Why <b>not</b>?")
    assert page.count("<svg") == 1
    assert "<script" not in page
    assert "http-equiv" not in page
    assert "Why &lt;b&gt;not&lt;/b&gt;?" in page
    assert "one thread ends at 63 clients" in page
    assert "alertable compare --seed 3" in page


# ---- the command --------------------------------------------------------------------------------------------------------------

WORDS = ["compare", "--servers", "select_loop,completion_port", "--clients", "1,64", "--messages", "2"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_command_says_it_all_and_writes_files(folder: Path) -> None:
    result = CliRunner().invoke(main, [*WORDS, "--csv", "a.csv", "--json", "a.json"])
    assert result.exit_code == 0, result.output
    assert "profile 'default', simulated" in result.output
    assert "select_loop: " in result.output
    assert "one thread ends at 63 clients" in result.output
    assert len((folder / "a.csv").read_text().splitlines()) == 1 + 3
    said = json.loads((folder / "a.json").read_text())
    assert [row["clients"] for row in said["rows"]] == [1, 1, 64]
    assert said["profile"] == "default"
    assert len(list((folder / ".alertable" / "compare").glob("*.json"))) == 3
    again = CliRunner().invoke(main, WORDS)
    assert again.output == result.output
    assert CliRunner().invoke(main, [*WORDS, "--fresh"]).output == result.output


def test_more_threads_take_more_clients(folder: Path) -> None:
    result = CliRunner().invoke(main, [*WORDS, "--threads", "--csv", "-"])
    assert result.exit_code == 0, result.output
    assert [line.split(",")[:2] for line in result.output.splitlines()[1:]] == [
        ["select_loop", "1"], ["select_loop", "64"], ["completion_port", "1"], ["completion_port", "64"],
    ]  # fmt: skip


def test_a_scenario_and_a_profile(folder: Path) -> None:
    (folder / "mine.toml").write_text(DEFAULT.read_text().replace('name = "default"', 'name = "mine"'), encoding="utf-8")
    words = ["compare", "--scenario", "thread_affinity", "--cores", "1,2", "--messages", "5", "--profile", "mine.toml"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    assert "profile 'mine', simulated; Every answer takes 200 us" in result.output
    assert "completion_routines, 2 cores: " in result.output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--clients", "1..99999"], "--clients 1..99999: at most 20,000"),
        (["--clients", "many"], "--clients many: write numbers like"),
        (["--size", "1 mile"], "--size = '1 mile': write a number and one of B, KiB, MiB"),
        (["--size", "1MiB"], "size 1048576: from 1 to 5,000"),
        (["--cores", "0"], "cores 0"),
        (["--servers", "nginx"], "server 'nginx' does not exist"),
        (["--scenario", "sunny"], "scenario 'sunny' does not exist; there are bursts"),
        (["--profile", "none.toml"], "none.toml: No such file or directory"),
        (["--scenario", "slow_readers", "--clients", "5"], "10 slow, stalled and half-open clients are more than all 5"),
    ],
)
def test_bad_words_get_one_clear_line(words: list[str], message: str, folder: Path) -> None:
    result = CliRunner().invoke(main, ["compare", *words])
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert not (folder / ".alertable").exists()


def test_ctrl_c_keeps_what_is_there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(point: Point, profile: Profile) -> Row:
        if point.server == "completion_port":
            raise KeyboardInterrupt
        return original(point, profile)

    original = module._measured
    monkeypatch.setattr(module, "_measured", interrupted)
    result = CliRunner().invoke(main, [*WORDS, "--csv", "a.csv"])
    assert result.exit_code == 130
    assert "interrupted after 1 of 3 measurements" in result.stderr
    assert len((folder / "a.csv").read_text().splitlines()) == 2
    monkeypatch.setattr(module, "_measured", original)
    assert CliRunner().invoke(main, WORDS).exit_code == 0


def test_plots_without_matplotlib_are_refused_before_anything_is_measured(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
    result = CliRunner().invoke(main, [*WORDS, "--plot", "a.svg"])
    assert result.exit_code == 2
    assert "alertable[plot]" in result.stderr
    assert not (folder / ".alertable").exists()


def test_a_row_is_what_is_kept(rows: list[Row]) -> None:
    assert Row(**json.loads(json.dumps(asdict(rows[0])))) == rows[0]
