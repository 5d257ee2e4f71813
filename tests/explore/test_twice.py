"""Programs that depend on more than the schedule are told so, with the first difference and its likely cause; others are not."""

from __future__ import annotations

import ctypes
import functools
import itertools
import random
from ctypes import byref, c_ulong
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

import alertable
from alertable.sim.explore.determinism import twice
from alertable.sim.explore.determinism.endings import difference, ending, other_memory
from alertable.sim.explore.determinism.twice import Sample
from alertable.sim.runtime.causes import hashing, suspicious
from alertable.sim.runtime.execution import run
from alertable.sim.runtime.settings import Settings
from alertable.sim.trace.names import LEAST_ADDRESS
from alertable.specs.zoo import cases
from tests.child import python
from tests.specs.test_programs import CASES as PROGRAMS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Program = Callable[[Any], Any]

# ---- what outlives an execution, each with a twin that makes it anew ---------------------------------------------------------

cache: dict[int, int] = {}
numbers = itertools.count()
dice = random.Random(5)
memory = ctypes.create_string_buffer(4)


def keeps_a_global(w: Any) -> int:
    if 1 not in cache:
        w.Sleep(1)
        cache[1] = 1
    return cache[1]


def makes_its_dict_anew(w: Any) -> int:
    own: dict[int, int] = {}
    if 1 not in own:
        w.Sleep(1)
        own[1] = 1
    return own[1]


def counts_on(_w: Any) -> int:
    return next(numbers)


def counts_anew(_w: Any) -> int:
    return next(itertools.count())


def throws_dice(_w: Any) -> float:
    return dice.random()


def throws_the_same_dice(_w: Any) -> float:
    return random.Random(5).random()


def leaves_bytes(_w: Any) -> bytes:
    before = memory.raw
    memory.raw = bytes([before[0] + 1, 0, 0, 0])
    return before


def leaves_nothing(_w: Any) -> bytes:
    own = ctypes.create_string_buffer(4)
    before = own.raw
    own.raw = b"abcd"
    return before


def has_a_default(_w: Any, log: list[int] = []) -> int:  # noqa: B006 - the mistake that is to be found
    log.append(1)
    return len(log)


def has_no_default(_w: Any, log: list[int] | None = None) -> int:
    log = log if log is not None else []
    log.append(1)
    return len(log)


@functools.lru_cache
def looked_up(n: int) -> list[int]:
    return [n]


def fills_a_cache(_w: Any) -> int:
    known = looked_up(1)
    known.append(1)
    return len(known)


@functools.lru_cache
def computed(n: int) -> int:
    return n * n


def uses_a_cache(_w: Any) -> int:
    return computed(3)


def has_an_attribute(_w: Any) -> int:
    has_an_attribute.calls = getattr(has_an_attribute, "calls", 0) + 1  # type: ignore[attr-defined]  # functions take them
    return int(has_an_attribute.calls)  # type: ignore[attr-defined]  # an attribute of a function


class Session:
    made = 0

    def __init__(self) -> None:
        Session.made += 1
        self.number = Session.made


def numbers_its_sessions(_w: Any) -> int:
    return Session().number


def grows_slowly(w: Any) -> bool:
    grows_slowly.calls = getattr(grows_slowly, "calls", 0) + 1  # type: ignore[attr-defined]  # an attribute of a function
    w.Sleep(1)
    return bool(grows_slowly.calls > 15)  # type: ignore[attr-defined]  # an attribute of a function


def closes_over() -> Program:
    calls = 0

    def program(_w: Any) -> int:
        nonlocal calls
        calls += 1
        return calls

    return program


class Server:
    def __init__(self) -> None:
        self.served = 0

    def program(self, _w: Any) -> int:
        self.served += 1
        return self.served


STATES: dict[str, tuple[Program, str]] = {
    "a global": (keeps_a_global, "test_twice.cache (a dict at module level) had 0 entries -> 1 after it"),
    "an iterator": (counts_on, "test_twice.numbers (a count at module level) was count(0) before the first execution"),
    "dice": (throws_dice, "test_twice.dice (a Random at module level) was in state "),
    "ctypes memory": (leaves_bytes, "test_twice.memory (a c_char_Array_4 at module level) was c_char_Array_4("),
    "a default": (has_a_default, "the default of 'log' in test_twice.has_a_default (a list) had 0 entries before"),
    "a cache": (fills_a_cache, "test_twice.looked_up (a cache of functools) had 0 entries -> 1 after it"),
    "a function": (has_an_attribute, "test_twice.has_an_attribute.calls (an attribute of a function) did not exist before"),
    "a class": (numbers_its_sessions, "test_twice.Session.made (an attribute of a class) was 0 -> 2 after it"),
    "a closure": (closes_over(), "'calls' in the closure of test_twice.program (an int) was 0 -> 2 after it"),
    "an object": (Server().program, "the object of Server.program (a Server) was Server(served=0) before the first execution"),
    "a slow counter": (grows_slowly, "test_twice.grows_slowly.calls (an attribute of a function) did not exist before"),
}  # fmt: skip


@pytest.mark.parametrize("kind", STATES)
def test_state_that_outlives_an_execution_is_named(kind: str) -> None:
    program, cause = STATES[kind]
    report = alertable.check(program)
    (violation,) = report.violations
    assert violation.id == "not-deterministic"
    assert report.verdict == "FAILED"
    assert cause.replace(" -> ", " before the first execution and ") in violation.message


@pytest.mark.parametrize(
    "program",
    [makes_its_dict_anew, counts_anew, throws_the_same_dice, leaves_nothing, has_no_default, uses_a_cache],
    ids=lambda program: program.__name__,
)
def test_what_is_made_anew_is_fine(program: Program) -> None:
    report = alertable.check(program)
    assert (report.verdict, report.violations) == ("COMPLETE", ())


def test_the_first_step_that_differs_is_named_with_both_calls() -> None:
    waits = iter(range(1, 1_000))

    def program(w: Any) -> None:
        w.Sleep(7)
        w.Sleep(next(waits))

    (violation,) = alertable.check(program).violations
    assert "in step 5 test_twice calls Sleep(1) the first time, Sleep(2) the second time; likely cause: " in violation.message
    assert violation.step == 5


# ---- addresses ---------------------------------------------------------------------------------------------------------------


def sleeps_for_an_address(w: Any) -> None:
    w.Sleep(id([1]) // 8 % 89)


def is_ordered_by_address(_w: Any) -> list[int]:
    class Node:
        def __init__(self, n: int) -> None:
            self.n = n

    return [node.n for node in {Node(n) for n in range(40)}]


@pytest.mark.parametrize(
    ("program", "name"),
    [(sleeps_for_an_address, "is an address, which differs every time"), (is_ordered_by_address, "a set at ")],
)
def test_addresses_differ_from_one_execution_to_the_next(program: Program, name: str) -> None:
    (violation,) = alertable.check(program).violations
    assert violation.id == "not-deterministic"
    assert name in violation.message


def test_an_address_in_the_text_of_an_object_is_named() -> None:
    report = alertable.check(lambda _w: str(object()))
    (violation,) = report.violations
    assert "likely cause: the text of an object has its address in it" in violation.message


@pytest.mark.skipif(
    ctypes.addressof(ctypes.c_uint64()) < LEAST_ADDRESS, reason="memory below 4 GiB (Wine): a number may be an address"
)
def test_an_address_that_is_only_handed_through_is_no_difference(capsys: pytest.CaptureFixture[str]) -> None:
    def program(w: Any) -> int:
        context = ctypes.create_string_buffer(8)
        port = w.CreateIoCompletionPort(ctypes.c_void_p(-1), None, 0, 1)
        w.PostQueuedCompletionStatus(port, 1, ctypes.addressof(context), None)
        count, key, overlapped = c_ulong(), ctypes.c_size_t(), ctypes.c_void_p()
        w.GetQueuedCompletionStatus(port, byref(count), byref(key), byref(overlapped), 0)
        print("served", object(), "with", key.value)
        return int(key.value == ctypes.addressof(context))

    report = alertable.check(program)
    assert (report.verdict, dict.fromkeys(report.outcomes)) == ("COMPLETE", {1: None})
    capsys.readouterr()


# ---- files -------------------------------------------------------------------------------------------------------------------

REMEMBERS = """
import helper
def program(w):
    helper.served.append(1)
    w.Sleep(len(helper.served))
"""
FORGETS = """
import helper
served = []
def program(w):
    served.append(1)
    w.Sleep(len(served) + len(helper.served))
"""
WRITES = """
from pathlib import Path
NOTES = Path(__file__).with_name("notes.txt")
def program(w):
    with open(NOTES, "a") as file:
        file.write("x")
    return len(NOTES.read_text())
"""


def test_a_module_that_a_file_imports_outlives_executions_and_its_own_globals_do_not(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("served = []\n", encoding="utf-8")
    (tmp_path / "remembers.py").write_text(REMEMBERS, encoding="utf-8")
    (tmp_path / "forgets.py").write_text(FORGETS, encoding="utf-8")
    done = python("-m", "alertable", "check", "remembers.py", cwd=tmp_path)
    assert done.returncode == 4, done.stderr
    assert "remembers calls Sleep(1) the first time, Sleep(2) the second time" in done.stdout
    assert "helper.served (a list at module level) had 0 entries before the first execution and 2 after it" in done.stdout
    done = python("-m", "alertable", "check", "forgets.py", cwd=tmp_path)
    assert done.returncode == 0, done.stdout


def test_dice_of_a_file_are_named_where_they_are_made(tmp_path: Path) -> None:
    (tmp_path / "dice.py").write_text(
        "import random\nR = random.Random()\ndef program(w):\n    return R.random()\n", encoding="utf-8"
    )
    done = python("-m", "alertable", "check", "dice.py", cwd=tmp_path)
    assert done.returncode == 4, done.stderr
    assert "Random at dice.py:2 is dice; give them a seed within the program" in done.stdout


def test_a_file_on_the_disk_outlives_executions(tmp_path: Path) -> None:
    (tmp_path / "writes.py").write_text(WRITES, encoding="utf-8")
    done = python("-m", "alertable", "check", "writes.py", cwd=tmp_path)
    assert done.returncode == 4, done.stderr
    assert "open at writes.py:5 is a file, which outlives an execution" in done.stdout


# ---- hashes of strings, which are the same within one process ------------------------------------------------------------------

NAMES = ("alice", "bob", "carol", "dave")
known: set[str] = set()


def returns_a_hash(_w: Any) -> int:
    return hash("server") % 1_000


def goes_through_a_set(w: Any) -> None:
    for number, name in enumerate({*NAMES}):
        w.Sleep(number * len(name))


def goes_through_a_set_of_the_module(_w: Any) -> str:
    known.update(NAMES)
    return "".join(known)


def sorts_a_set(w: Any) -> list[str]:
    for number in range(2):
        w.Sleep(number)
    return sorted({*NAMES})


def returns_a_set(w: Any) -> set[str]:
    return {name for name in NAMES if w.SleepEx(0, 0) == 0}


@pytest.mark.parametrize(
    ("program", "cause"),
    [
        (returns_a_hash, "hash at "),
        (goes_through_a_set, "a set at "),
        (goes_through_a_set_of_the_module, "a set at test_twice.known is in an order"),
    ],
)
def test_what_depends_on_hashes_is_found_in_other_processes(program: Program, cause: str) -> None:
    (violation,) = alertable.check(program).violations
    assert violation.id == "not-deterministic"
    assert "does not lead to the same execution in every process" in violation.message
    assert cause in violation.message


@pytest.mark.parametrize("program", [sorts_a_set, returns_a_set])
def test_sets_whose_order_does_not_matter_are_fine(program: Program) -> None:
    report = alertable.check(program)
    assert (report.verdict, report.violations) == ("COMPLETE", ())
    assert not [line for line in report.not_searched if "hash" in line]


def test_a_program_that_no_other_process_can_import_is_said() -> None:
    def program(_w: Any) -> int:
        return hash("server") % 1_000

    report = alertable.check(program)
    assert report.ok
    (line,) = [line for line in report.not_searched if "hash" in line]
    assert line.startswith("other hash seeds, where hash at ")
    assert "another process cannot import the program" in line


def test_what_every_execution_changes_is_said_where_it_makes_no_difference() -> None:
    calls: list[int] = []

    def program(_w: Any) -> None:
        calls.append(1)

    report = alertable.check(program)
    assert report.ok
    assert "what may come of 'calls' in the closure of test_twice.program (a list), which every execution changes" in " ".join(
        report.not_searched
    )


# ---- how a search notices ------------------------------------------------------------------------------------------------------


def test_a_violation_that_does_not_come_again_has_its_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Sample, "around", lambda _self, explore, why_stop, _patience: explore(why_stop))  # nobody looks before
    calls: list[int] = []

    def program(_w: Any) -> None:
        calls.append(1)
        assert len(calls) > 1, "only the first time"

    (violation,) = alertable.check(program).violations
    assert violation.id == "not-deterministic"
    assert "ProgramError was found, but the same schedule does not lead there again" in violation.message
    assert "'calls' in the closure of test_twice.program (a list) had 0 entries before" in violation.message


def in_threads(w: Any, body: Callable[[], Any], count: int) -> None:
    routine = w.CALLBACK(c_ulong, ctypes.c_void_p)(lambda _: body() and 0)
    for thread in [w.CreateThread(None, 0, routine, None, 0, None) for _ in range(count)]:
        w.WaitForSingleObject(thread, 0xFFFFFFFF)


def test_steps_that_change_while_a_search_goes_on_are_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Sample, "_begins_well", lambda _self: True)
    calls: list[int] = []

    def program(w: Any) -> None:
        calls.append(1)
        event = w.CreateEventW(None, 1, 0, None)
        in_threads(w, lambda: w.SetEvent(event), 2 if len(calls) < 3 else 1)

    (violation,) = alertable.check(program, strategy="dpor", memory="shared").violations
    assert violation.id == "not-deterministic"
    assert "'calls' in the closure of test_twice.program (a list) had 0 entries before" in violation.message


def test_a_counter_that_shows_late_is_found_by_looking_at_the_first_execution_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twice, "PATIENCE", 0)
    calls: list[int] = []

    def program(w: Any) -> bool:
        calls.append(1)
        cell = w.Interlocked(0)
        in_threads(w, lambda: cell.fetch_add(1), 3)
        return len(calls) > 20

    (violation,) = alertable.check(program, strategy="dpor", memory="shared").violations
    assert "returns False in the first execution, True in a later one" in violation.message


def test_workers_are_looked_at_before_and_after() -> None:
    (violation,) = alertable.check(counts_on, strategy="dpor", workers=2).violations
    assert violation.id == "not-deterministic"
    report = alertable.check(counts_anew, strategy="dpor", workers=2)
    assert report.ok


def test_whoever_asks_for_one_execution_gets_one() -> None:
    calls: list[int] = []
    alertable.check(lambda _w: calls.append(1), max_executions=1)
    assert len(calls) == 1


# ---- no false alarms ---------------------------------------------------------------------------------------------------------


def right_forms() -> list[Any]:
    """Programs of the project, with the options of their checks."""
    zoo = [pytest.param((case.fixed,), case.options, id=case.id) for case in cases()]
    return [*zoo, *(pytest.param(case.programs, {}, id=case.name) for case in PROGRAMS)]


@pytest.mark.parametrize(("programs", "options"), right_forms())
def test_what_is_right_does_the_same_every_time(
    programs: tuple[Program, ...], options: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(**{name: value for name, value in options.items() if name not in ("memory", "strategy")})
    for seed in (None, 1, 2):
        schedule = run(programs, seed=seed, settings=settings).schedule
        one = ending(programs, schedule, settings)
        with other_memory():
            other = ending(programs, schedule, settings)
        assert difference(one, other) is None
    capsys.readouterr()


def test_a_class_that_says_how_it_is_hashed_does_not_depend_on_it() -> None:
    @dataclass(frozen=True)
    class Program:
        name: str

        def __call__(self, w: Any) -> int:
            return int(w.SleepEx(0, 1))

    assert hashing(suspicious([Program("one")])) == []
