"""JUnit: one testcase for each thing that was checked; the text of a failure ends with the line that replays it.

Figures are properties of the suite: of a testcase most readers drop them, and the default schema forbids them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

from alertable.reports.found import clean
from alertable.terminal import INTERRUPTED

if TYPE_CHECKING:
    from alertable.reports.found import Case, Run


def text(run: Run) -> str:
    """The file."""
    failed = sum(bool(case.failures or (case.weak and run.code != INTERRUPTED)) for case in run.cases)
    errors = sum(not case.ok for case in run.cases) - failed
    seconds = sum(case.seconds for case in run.cases)
    counts = {"tests": str(len(run.cases)), "failures": str(failed), "errors": str(errors), "time": f"{seconds:.3f}"}
    root = ElementTree.Element("testsuites", {"name": "alertable", **counts})
    suite = ElementTree.SubElement(root, "testsuite", {"name": f"alertable {run.command}", **counts, "skipped": "0"})
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in {**run.summary, "exit_code": run.code}.items():
        ElementTree.SubElement(properties, "property", {"name": name, "value": clean(str(value))})
    for case in run.cases:
        _testcase(suite, run, case)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _testcase(suite: ElementTree.Element, run: Run, case: Case) -> None:
    words = {"classname": f"alertable.{run.command}", "name": clean(case.name), "time": f"{case.seconds:.3f}"}
    if case.place is not None:
        words |= {"file": clean(case.place.path), "line": str(case.place.line)}
    element = ElementTree.SubElement(suite, "testcase", words)
    if case.failures:
        first, more = case.failures[0], len(case.failures) - 1
        message = f"{first.rule}: {first.title}" + (f" (and {more} more)" if more else "")
        body = "\n\n".join(failure.text for failure in case.failures)
        _child(element, "failure", body, type=first.rule, message=message)
    elif case.weak or case.error:
        kind = "failure" if case.weak and run.code != INTERRUPTED else "error"
        _child(element, kind, "", type=case.result, message=case.weak or case.error)
    _child(element, "system-out", "\n".join([f"{case.result}", *case.lines]))


def _child(parent: ElementTree.Element, tag: str, body: str, **words: str) -> None:
    child = ElementTree.SubElement(parent, tag, {name: clean(value) for name, value in words.items()})
    child.text = clean(body)
