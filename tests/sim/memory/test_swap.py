"""Whose code is exchanged for code with hooks, for how long, and what happens where there is none."""

from __future__ import annotations

import linecache
from typing import TYPE_CHECKING, Any

import alertable
from alertable.sim.memory.swap import can_be_watched, swapped
from alertable.winapi import INFINITE
from tests.sim.memory.test_races import Record, counted, thread

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = """
def program(w):
    from alertable.winapi import INFINITE, LPTHREAD_START_ROUTINE
    x = [0]

    @w.CALLBACK(*LPTHREAD_START_ROUTINE)
    def body(_):
        x[0] += 1
        return 0

    handle = w.CreateThread(None, 0, body, None, 0, None)
    x[0] += 1
    w.WaitForSingleObject(handle, INFINITE)
    return x[0]
"""


def made_of(source: str, filename: str) -> Any:
    space: dict[str, Any] = {}
    exec(compile(source, filename, "exec"), space)
    return space["program"]


def test_only_programs_are_exchanged() -> None:
    assert can_be_watched(__file__)
    assert can_be_watched("specs/zoo/a01_cancel_and_return.py")
    assert not can_be_watched(alertable.__file__)
    assert not can_be_watched(linecache.__file__)
    assert not can_be_watched("<string>")


def test_the_code_is_as_it_was_afterwards() -> None:
    before = counted.__code__
    with swapped([counted], precise=True):
        assert counted.__code__ is not before
    assert counted.__code__ is before
    with swapped([counted], precise=False):
        assert counted.__code__ is before


def test_methods_that_a_program_reaches_are_watched() -> None:
    before = Record.__init__.__code__

    def program(_: Any) -> object:
        return Record()

    with swapped([program], precise=True):
        assert Record.__init__.__code__ is not before
    assert Record.__init__.__code__ is before


def test_a_program_without_a_source_is_explored_as_shared_and_the_report_says_so() -> None:
    report = alertable.check(made_of(SOURCE, "<made up>"), memory="precise")
    assert report.ok
    (line,) = [line for line in report.not_searched if "no source that fits" in line]
    assert "program" in line


def test_what_was_typed_has_a_source() -> None:
    linecache.cache["<typed>"] = (len(SOURCE), None, SOURCE.splitlines(keepends=True), "<typed>")
    (violation,) = alertable.check(made_of(SOURCE, "<typed>"), memory="precise").violations
    assert violation.id == "data-race"


def test_a_program_file_is_watched_and_so_is_what_it_imports(tmp_path: Path) -> None:
    (tmp_path / "shared_by_both.py").write_text("class Box:\n    n = 0\n\ndef up(box):\n    box.n += 1\n", encoding="utf-8")
    path = tmp_path / "uses_it.py"
    text = SOURCE.replace("x = [0]", "x = Box()").replace("x[0] += 1", "up(x)").replace("return x[0]", "return x.n")
    path.write_text("from shared_by_both import Box, up\n" + text, encoding="utf-8")
    (violation,) = alertable.check(alertable.load_program(str(path)), memory="precise").violations
    assert violation.id == "data-race"
    assert "shared_by_both.py:5 in up" in violation.message
    assert "--" not in violation.schedule


def test_processes_share_no_memory() -> None:
    log: list[str] = []

    def one(w: Any, name: str) -> str:
        log[:] = []
        handle = thread(w, lambda: log.append(name))
        w.WaitForSingleObject(handle, INFINITE)
        return name

    report = alertable.check(alertable.process(one, "a"), alertable.process(one, "b"), memory="precise")
    assert report.ok, report.violations
    assert report.verdict == "COMPLETE"
