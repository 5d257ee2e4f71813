"""A counterexample as a test file that can be pasted into a project's tests."""

from __future__ import annotations

import re
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from alertable.commands.options import differing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alertable.sim import Execution

WIDTH: Final = 100  # of a line of the schedule
HEAD: Final = '''\
"""{doc}"""

from pathlib import Path

import alertable

PROGRAMS = {programs}
SCHEDULE = (
{schedule}
)
OPTIONS = {options}


def _found(name):
    """The file as seen from a folder above this one; else the name is a module's."""
    path, colon, function = name.partition(".py:")
    file = path + ".py" if colon else path
    for folder in Path(__file__).resolve().parents:
        if (folder / file).is_file():
            return str(folder / file) + (":" + function if colon else "")
    return name

'''
FAILS: Final = '''
def test_{name}():
    programs = [alertable.load_program(_found(name)) for name in PROGRAMS]
    try:
        violation = alertable.replay(*programs, schedule=SCHEDULE, **OPTIONS).violation
    except alertable.ReplayDivergence:
        # The programs have changed and the schedule does not fit any more: look for a violation anew.
        found = alertable.check(*programs, max_executions={most}, **OPTIONS).violations
        violation = found[0] if found else None
    assert violation is None, f"{{violation.id}}: {{violation.title}} (step {{violation.step}})\\n{{violation.message}}"
'''
PASSES: Final = '''
def test_{name}():
    programs = [alertable.load_program(_found(name)) for name in PROGRAMS]
    execution = alertable.replay(*programs, schedule=SCHEDULE, **OPTIONS)
    assert execution.violation is None, execution.violation
    assert repr(execution.outcome) == OUTCOME
'''
MOST: Final = 1_000  # executions where the schedule does not fit any more


def as_test(files: Sequence[str], execution: Execution, options: Mapping[str, Any], outcome: str) -> str:
    """The file; files: as seen from the project's root; outcome: Python's repr.

    Of a counterexample: it fails as long as a violation is there.  Of another schedule: as long as something else comes of it.
    """
    violation = execution.violation
    what = f"{violation.id}: {violation.title}" if violation is not None else "a schedule that keeps all laws"
    head = HEAD.format(
        doc=_docstring(f"{what}; found by alertable."),
        programs=_list(files),
        schedule="\n".join(f"    {line!r}" for line in _lines(execution.schedule)),
        options=repr(differing(options)),
    )
    first = files[0].rpartition("/")[2].replace(".py", "")
    words = f"{first}_{violation.id if violation is not None else 'as_it_was'}".lower()
    name = re.sub(r"\W+", "_", words, flags=re.ASCII).strip("_")
    if violation is not None:
        return head + FAILS.format(name=name, most=MOST)
    return head.replace("\n\n\ndef _found", f"\nOUTCOME = {outcome!r}\n\n\ndef _found") + PASSES.format(name=name)


def _list(files: Sequence[str]) -> str:
    return "[" + ", ".join(repr(name) for name in files) + "]"


def _docstring(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', "'")


def _lines(schedule: str) -> list[str]:
    """The schedule in pieces that together are the whole."""
    pieces = wrap(schedule, WIDTH, break_long_words=False, break_on_hyphens=False)
    return [piece + " " for piece in pieces[:-1]] + pieces[-1:]
