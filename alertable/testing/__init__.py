"""Checks as tests: `@alertable.check` makes one test of a program, whatever the number of its interleavings.

    @alertable.check(strategy="dpor", specs=alertable.ALL)
    @alertable.example("v1: test*4 test.1")       runs first, and for ever
    def test_echo(w): ...

The first parameter (of a method the second) is the Win32 API, fresh for every execution; all others are the test runner's
(fixtures, parameters) and the same for all.  In schedules the test's own thread is called `test`, so that tests may be renamed.
"""

from __future__ import annotations

from alertable.testing.decorator import checked, example
from alertable.testing.profiles import register_profile
from alertable.testing.trial import CheckFailed, StaleExample

for shown in (CheckFailed, StaleExample):
    shown.__module__ = __name__  # where users find them

__all__ = ["CheckFailed", "StaleExample", "checked", "example", "register_profile"]
