"""Sessions of pytest in processes of their own, for the tests of the plugin."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from tests.child import PLUGIN, python

if TYPE_CHECKING:
    import subprocess

LOSE = '''
import ctypes
import logging
import unittest
import pytest
import alertable

def lose(w, n):
    cell, threads = w.Interlocked(0), []
    print("a run begins")
    def body(_):
        cell.store(cell.load() + 1)
        return 0
    routine = w.CALLBACK(ctypes.c_ulong, ctypes.c_void_p)(body)
    for _ in range(n):
        threads.append(w.CreateThread(None, 0, routine, None, 0, None))
    for t in threads:
        w.WaitForSingleObject(t, 0xFFFFFFFF)
    found = cell.load()
    print("found", found)
    logging.getLogger("mine").warning("logged %d", found)
    assert found == n
'''

TESTS = LOSE + '''
@pytest.fixture(scope="module")
def amount():
    return 2

@alertable.check(memory="locks")
def test_loses(w, amount):
    lose(w, amount)

@alertable.check(memory="locks")
@pytest.mark.parametrize("n", [1])
def test_alone(w, n):
    lose(w, n)

@alertable.check(strategy="random", max_executions=5)
def test_sampled(w):
    w.Sleep(1)
'''


def session(folder: Path, *words: str, text: str = TESTS, columns: str = "100") -> subprocess.CompletedProcess[str]:
    """Run pytest over this text, as test_given.py."""
    (folder / "test_given.py").write_text(text, encoding="utf-8")
    return python("-m", "pytest", *PLUGIN, "-p", "no:cacheprovider", *words, cwd=folder, COLUMNS=columns)


@cache
def shared(text: str, *words: str, wide: bool = False) -> tuple[Path, str, int]:
    """The folder, output and exit code of a session that several tests look at."""
    folder = Path(mkdtemp())
    done = session(folder, *words, text=text, columns="300" if wide else "100")
    return folder, done.stdout + done.stderr, done.returncode
