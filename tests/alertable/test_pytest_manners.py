"""Checked tests as pytest's users expect them: outcomes, classes, fixtures, examples, replay, profiles, bad input in one line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from alertable.testing.profiles import profile, register_profile
from tests.alertable.sessions import LOSE, TESTS, session, shared
from tests.child import python

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.long  # every test starts processes: minutes together

OUTCOMES = LOSE + '''
@alertable.check
def test_skips(w):
    w.Sleep(1)
    pytest.skip("not today")

@alertable.check
def test_skips_on_one_schedule(w):
    cell = w.Interlocked(0)
    def body(n):
        cell.store(n)
        return 0
    routine = w.CALLBACK(ctypes.c_ulong, ctypes.c_void_p)(body)
    for t in [w.CreateThread(None, 0, routine, n, 0, None) for n in (1, 2)]:
        w.WaitForSingleObject(t, 0xFFFFFFFF)
    if cell.load() == 1:
        pytest.skip("only sometimes")

@alertable.check(workers=2, strategy="dpor")
def test_skips_in_a_worker(w):
    test_skips_on_one_schedule.alertable_function(w)

@alertable.check
def test_importorskip(w):
    pytest.importorskip("nothing_of_this_name")

@alertable.check
def test_xfails(w):
    pytest.xfail("known")

@pytest.mark.xfail(raises=AssertionError, strict=True)
@alertable.check
def test_is_marked_xfail(w):
    assert w is None

@alertable.check
def test_raises(w):
    with pytest.raises(ZeroDivisionError):
        1 / 0

@alertable.check
def test_fails(w):
    pytest.fail("no way")

@alertable.check
def test_compares(w):
    assert [1, 2, 3] == [1, 2, 4]

@alertable.check
async def test_async(w):
    pass

@alertable.check(require="complete", strategy="random", max_executions=3)
def test_weak(w):
    w.Sleep(1)

@alertable.check(strategy="dpor", preemptions=1)
def test_options_that_do_not_go_together(w):
    pass

@alertable.example("v1: test")
def test_pointless():
    pass

@pytest.fixture(scope="class")
def wide():
    return 5

class TestMethods:
    def setup_method(self):
        self.amount = 1

    @alertable.check
    @pytest.mark.parametrize("n", [1, 2])
    def test_method(self, w, n, wide):
        assert self.amount == 1 and n < 3 and wide == 5
        lose(w, 1)

    @alertable.check
    @staticmethod
    def test_static(w):
        lose(w, 1)

    @classmethod
    @alertable.check
    def test_of_the_class(cls, w):
        assert cls is TestMethods

class TestUnit(unittest.TestCase):
    def setUp(self):
        self.amount = 1

    @alertable.check
    def test_passes(self, w):
        self.assertEqual(self.amount, 1)

    @alertable.check
    def test_is_unequal(self, w):
        self.assertEqual(self.amount, 2)

    @alertable.check
    def test_is_skipped(self, w):
        self.skipTest("later")
'''

HOW = {
    "test_skips": "SKIPPED (not today)",
    "test_skips_on_one_schedule": "SKIPPED (only sometimes)",
    "test_skips_in_a_worker": "SKIPPED (only sometimes)",
    "test_importorskip": "SKIPPED (could not import",
    "test_xfails": "XFAIL (known)",
    "test_is_marked_xfail": "XFAIL",
    "test_raises": "PASSED",
    "test_fails": "FAILED",
    "TestMethods::test_method[2]": "PASSED",
    "TestMethods::test_static": "PASSED",
    "TestMethods::test_of_the_class": "PASSED",
    "TestUnit::test_passes": "PASSED",
    "TestUnit::test_is_unequal": "FAILED",
    "TestUnit::test_is_skipped": "SKIPPED (later)",
}
SUMMARY = {
    "test_fails": "Failed: no way",
    "test_compares": "AssertionError: assert [1, 2, 3] == [1, 2, 4]",
    "test_async": "test_async is `async def`: calling it runs nothing; make it a plain function",
    "test_weak": "SAMPLED is weaker than complete: 3 random schedules",
    "test_options_that_do_not_go_together": "preemptions bound the strategy 'dfs' only; 'dpor' has no use for them",
    "test_pointless": "Failed: @alertable.example on a test without @alertable.check has no effect: add it",
    "TestUnit::test_is_unequal": "AssertionError: 1 != 2",
}


def outcomes() -> tuple[str, int]:
    _, out, code = shared(OUTCOMES, "-v", "-o", "console_output_style=classic", "-W", "error", wide=True)
    return out, code


@pytest.mark.parametrize("name", HOW)
def test_outcomes_mean_what_they_mean(name: str) -> None:
    assert re.search(rf"^test_given.py::{re.escape(name)} {re.escape(HOW[name])}", outcomes()[0], re.M), outcomes()[0]


@pytest.mark.parametrize("name", SUMMARY)
def test_the_summary_of_a_failure_says_why(name: str) -> None:
    assert f"FAILED test_given.py::{name} - {SUMMARY[name]}" in outcomes()[0]


def test_asserts_are_explained_as_pytest_explains_them() -> None:
    out, code = outcomes()
    assert code == 1
    assert "At index 2 diff: 3 != 4" in out


def test_the_exit_of_a_session_is_the_one_asked_for(tmp_path: Path) -> None:
    text = LOSE + "\n@alertable.check\ndef test_leaves(w):\n    pytest.exit('enough', returncode=7)\n"
    done = session(tmp_path, text=text)
    assert done.returncode == 7
    assert "Exit: enough" in done.stdout


# ---- fixtures ------------------------------------------------------------------------------------------------------------------

FIXTURES = LOSE + '''
@pytest.fixture
def box():
    return []

@pytest.fixture(autouse=True)
def always():
    yield

@alertable.check
def test_box(w, box, tmp_path):
    w.Sleep(1)

@alertable.check(shared_fixtures=("box", "tmp_path"))
def test_allowed(w, box, tmp_path):
    w.Sleep(1)

@alertable.check
@pytest.mark.parametrize("n", [1])
def test_parameters_are_no_fixtures(w, n, request):
    w.Sleep(1)

@alertable.check(shared_fixtures=True)
def test_prints(w, capsys, caplog):
    lose(w, 1)
    assert capsys.readouterr().out == "a run begins\\nfound 1\\n"
    assert len(caplog.records) == 1
'''


def test_fixtures_that_interleavings_would_share_are_refused(tmp_path: Path) -> None:
    done = session(tmp_path, "-v", text=FIXTURES)
    assert "1 failed, 3 passed" in done.stdout
    assert "function-scoped fixture 'box', 'tmp_path': made once for the test and shared by all its interleavings" in done.stdout
    assert "@alertable.check(shared_fixtures=('box', 'tmp_path'))" in done.stdout
    (tmp_path / "pytest.ini").write_text("[pytest]\nalertable_shared_fixtures = box,tmp_path\n", encoding="utf-8")
    assert "4 passed" in session(tmp_path, text=FIXTURES).stdout
    (tmp_path / "pytest.ini").unlink()
    assert "4 passed" in session(tmp_path, "--alertable-shared-fixtures", "true", text=FIXTURES).stdout


WARNS = LOSE + '''
import warnings

@alertable.check
def test_warns(w):
    warnings.warn("old", DeprecationWarning)
    lose(w, 1)

@alertable.check(strategy="random", time_limit=0.2)
def test_cut_short(w):
    lose(w, 1)
'''


def test_what_every_execution_warns_of_is_told_once(tmp_path: Path) -> None:
    done = session(tmp_path, "-v", text=WARNS)
    assert "2 passed, 1 warning in" in done.stdout
    assert done.stdout.count("DeprecationWarning: old") == 1
    assert re.search(r"SAMPLED \(\d+ random schedules\): .* s, stopped because: it was limited to 0.2 s", done.stdout)


# ---- schedules that are kept ---------------------------------------------------------------------------------------------------

STALE = LOSE + '''
@alertable.check
@alertable.example("v1: test_before*2 test_before.1 nobody*3")
def test_fixed(w):
    lose(w, 1)
'''


def test_an_example_of_a_bug_that_is_fixed_warns_and_passes(tmp_path: Path) -> None:
    done = session(tmp_path, text=STALE)
    assert "1 passed, 1 warning" in done.stdout
    (line,) = re.findall(r"StaleExample: .*", done.stdout)
    assert '@alertable.example("v1: test_before*2 test_before.1 nobody*3") does not fit any more: step 4' in line
    strict = session(tmp_path, "-W", "error", text=STALE)
    assert strict.returncode == 1  # as any other warning there
    assert "FAILED test_given.py::test_fixed - @alertable.example(" in strict.stdout
    assert "1 passed" in session(tmp_path, "-W", "error", "-W", "ignore::alertable.StaleExample", text=STALE).stdout


def test_a_schedule_outlives_the_name_of_its_test(tmp_path: Path) -> None:
    found = re.search(r'replay: @alertable.example\("(v1: .*)"\)', session(tmp_path, "-k", "loses").stdout)
    assert found is not None
    kept = f'@alertable.example("{found[1]}")\ndef test_renamed(w, amount)'
    text = TESTS.replace("def test_loses(w, amount)", kept)
    done = session(tmp_path, "-v", "-k", "renamed", "--alertable-max-executions", "1", text=text)
    assert "FAILED: an example, before the search" in done.stdout
    older = text.replace(found[1], re.sub(r"\btest\b", "test_loses", found[1]))
    assert "FAILED: an example" in session(tmp_path, "-v", "-k", "renamed", text=older).stdout


PARAMETERS = TESTS.replace("[1])", "[1, 2, 3])")


def test_the_line_under_a_failure_replays_it_alone(tmp_path: Path) -> None:
    done = session(tmp_path, text=PARAMETERS)
    ids = dict(re.findall(r"^replay: pytest --alertable-replay (\w+) ['\"]?(test_given.py::[\w\[\]]+)", done.stdout, re.M))
    names = {name: kept for kept, name in ids.items()}
    assert sorted(names) == ["test_given.py::test_alone[2]", "test_given.py::test_alone[3]", "test_given.py::test_loses"]
    assert len({kept.stem for kept in (tmp_path / ".alertable").glob("*.txt")}) == 3
    name = "test_given.py::test_alone[2]"
    again = session(tmp_path, "-v", "--alertable-replay", names[name], name, text=PARAMETERS)
    assert again.returncode == 1
    assert f"{name}  FAILED: one schedule was replayed" in again.stdout
    assert again.stdout.count("a run begins") == 1
    assert session(tmp_path, "-v", "--alertable-replay", names[name], text=PARAMETERS).stdout.count("PASSED") == 0
    renamed = PARAMETERS.replace("test_alone", "test_other").replace("n):\n    lose(w, n)", "n):\n    lose(w, 1)")
    fixed = session(tmp_path, "-v", "--alertable-replay", names[name], "test_given.py::test_other", text=renamed)
    assert fixed.returncode == 0, fixed.stdout
    assert "test_given.py::test_other[2]  REPLAYED: no violation on this schedule" in fixed.stdout
    assert "StaleExample: the schedule that is replayed does not fit any more" in fixed.stdout
    elsewhere = session(tmp_path, "--alertable-replay", names[name], "test_given.py::test_sampled", text=PARAMETERS)
    assert elsewhere.returncode == 4
    assert f"is a schedule of {name}, and 1 checks were collected, which is none of them" in elsewhere.stderr
    command = python("-m", "alertable", "replay", names[name], cwd=tmp_path)
    assert command.returncode == 2
    assert f"this is the schedule of a test; pytest --alertable-replay {names[name]}" in command.stderr


# ---- options -------------------------------------------------------------------------------------------------------------------

INI = """
[pytest]
alertable_profiles =
    nightly: clock=free faults=reset:1 max_steps=500
    weekly(nightly): require=bounded
alertable_profile = weekly
alertable_seed = 4
alertable_show_statistics = true
"""
TOML = """
[pytest]
alertable_seed = 4
alertable_time_limit = 7.5
alertable_profile = "ci"
alertable_profiles = ["mine: trace=off"]
"""


def test_ini_keys_and_profiles(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text(INI, encoding="utf-8")
    done = session(tmp_path, "-v", "-k", "sampled or alone")
    head = "seed=4, trace=retain-on-failure, clock=free, faults={'reset': 1}, max_steps=500, require=bounded, profile=weekly"
    assert f"alertable: {head}" in done.stdout
    assert "SAMPLED is weaker than bounded" in done.stdout
    assert "  executions: " in done.stdout
    assert session(tmp_path, "--alertable-require", "any", "-k", "sampled").returncode == 0  # the command line wins
    assert session(tmp_path, "--alertable-profile", "default", "-k", "sampled").returncode == 0


@pytest.mark.skipif(pytest.version_tuple < (9, 2), reason="pytest knows no ini keys with several types before 9.2")
def test_ini_files_with_types(tmp_path: Path) -> None:
    (tmp_path / "pytest.toml").write_text(TOML, encoding="utf-8")
    assert "alertable: time_limit=None, seed=0, trace=" in session(tmp_path, "-v", "-k", "alone").stdout  # as ci has it
    done = session(tmp_path, "-v", "-k", "alone", "--alertable-profile", "mine")
    assert "alertable: time_limit=7.5, seed=4, trace=off, profile=mine" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--alertable-profile", "bogus"), "profile 'bogus' does not exist; there are ci, default, thorough"),
        (("--alertable-strategy", "bogus"), "--alertable-strategy: strategy='bogus' does not exist; there are states, dpor,"),
        (("--alertable-max-steps", "many"), "--alertable-max-steps: max_steps='many': a whole number is wanted"),
        (("--alertable-workers", "0"), "--alertable-workers: workers=0: at least one has to do the work"),
        (("--alertable-trace", "maybe"), "--alertable-trace: trace='maybe' does not exist; there are 'on', 'off', 'retain-"),
        (("--alertable-replay", "beef"), "--alertable-replay beef: .alertable has no counterexample with this id"),
        (("-o", "alertable_profiles=x: bogus=1"), "alertable_profiles: x: 'bogus' is no option; there are strategy, memory,"),
        (("-o", "alertable_profiles=x"), "alertable_profiles: 'x' is no profile; write 'NAME: option=value option=value'"),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    done = session(tmp_path, *words)
    assert done.returncode == 4
    (line,) = [line for line in done.stderr.splitlines() if line]
    assert line.startswith(f"ERROR: alertable: {said}")


def test_profiles_are_registered() -> None:
    with pytest.raises(ValueError, match="'clocks' is no option; there are strategy"):
        register_profile("mine", clocks="free")
    with pytest.raises(ValueError, match="require='certain' does not exist"):
        register_profile("mine", require="certain")
    register_profile("mine", base="ci", max_executions=3)
    assert profile("mine") == {**profile("ci"), "max_executions": 3}


# ---- without the plugin --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["no plugin", "no autoload", "loaded by name"])
def test_checks_run_without_the_plugin(tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "test_given.py").write_text(TESTS, encoding="utf-8")
    if how != "no plugin":
        monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    words = {"no plugin": ("-p", "no:alertable"), "no autoload": (), "loaded by name": ("-p", "_alertable_pytest")}[how]
    done = python("-m", "pytest", "-p", "no:cacheprovider", "-W", "error", *words, cwd=tmp_path)
    assert "1 failed, 2 passed" in done.stdout
    assert 'replay: @alertable.example("v1: test*' in done.stdout
    assert ("--alertable-replay" in done.stdout) == (how == "loaded by name")
