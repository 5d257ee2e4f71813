"""What the model has not says so, with its name and the caller's line, and cannot be swallowed (law 5)."""

from __future__ import annotations

from ctypes import create_string_buffer
from typing import TYPE_CHECKING, Any

import pytest

from alertable.kernel_model.errors import NotModelled
from alertable.sim.runtime.execution import run
from alertable.sim.win32.api import SimWinApi
from alertable.winapi.surface import FUNCTIONS
from tests.child import python

if TYPE_CHECKING:
    from pathlib import Path

MISSING = sorted(name for name in FUNCTIONS if not hasattr(SimWinApi, name))


def where(failure: NotModelled) -> str:
    return "".join(failure.__notes__)


def test_it_names_function_feature_and_the_callers_line() -> None:
    def program(w: Any) -> None:
        w.WSASocketW(2, 1, 6, None, 1, 0)

    line = program.__code__.co_firstlineno + 1
    with pytest.raises(NotModelled) as caught:
        run([program])
    assert str(caught.value) == "WSASocketW: socket groups is not modelled"
    assert f"{__file__}:{line}" in where(caught.value)


@pytest.mark.parametrize("name", MISSING)
def test_a_function_of_windows_that_is_missing_says_so(name: str) -> None:
    with pytest.raises(NotModelled) as caught:
        run([lambda w: getattr(w, name)()])
    assert str(caught.value) == f"{name} is not modelled"
    assert __file__ in where(caught.value)


@pytest.mark.parametrize("seed", [None, 1])
def test_it_cannot_be_swallowed(seed: int | None) -> None:
    def program(w: Any) -> str:
        while True:
            try:
                w.WSASocketW(2, 1, 6, None, 0, 0x40)
            except BaseException:
                return "swallowed"

    with pytest.raises(NotModelled, match="dwFlags 0x40"):
        run([program], seed=seed)


def test_it_ends_the_execution_at_the_next_call_even_if_swallowed() -> None:
    log = []

    def program(w: Any) -> None:
        try:
            w.recv(w.socket(2, 1, 0), create_string_buffer(4), 4, 0x10)
        except NotModelled:
            log.append("caught")
        w.SetEvent(0)
        log.append("went on")

    with pytest.raises(NotModelled, match="recv: flags 0x10"):
        run([program])
    assert log == ["caught"]


def test_in_another_thread_it_ends_everything() -> None:
    from alertable.specs.litmus.sockets import join, thread

    def program(w: Any) -> None:
        join(w, thread(w, lambda: w.socket(23, 1, 0)))

    with pytest.raises(NotModelled, match="IPv6"):
        run([program])


def test_a_script_without_a_package_is_named_too(tmp_path: Path) -> None:
    script = tmp_path / "simple.py"
    script.write_text(
        "from alertable.sim.runtime.execution import run\n"
        "def program(w):\n"
        "    w.WSASocketW(2, 1, 6, None, 1, 0)\n"
        "try:\n"
        "    run([program])\n"
        "except Exception as failure:\n"
        "    print(type(failure).__name__, *failure.__notes__)\n",
        encoding="utf-8",
    )
    done = python(str(script))
    assert done.stdout.startswith("NotModelled (called at ")
    assert "simple.py:3)" in done.stdout


def test_a_program_below_a_directory_called_sim_keeps_its_traceback(tmp_path: Path) -> None:
    import importlib.util

    folder = tmp_path / "sim" / "inner"
    folder.mkdir(parents=True)
    (folder / "server.py").write_text("def program(w):\n    raise ValueError('mine')\n", encoding="utf-8")
    spec = importlib.util.spec_from_file_location("server", folder / "server.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    violation = run([module.program]).violation
    assert violation is not None
    assert "server.py" in violation.message
    assert "line 2, in program" in violation.message
