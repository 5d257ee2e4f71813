"""JSON Lines: one object for each violation, one for each thing that has no result that does, and a summary at the end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from alertable.reports.found import cleaned
from alertable.terminal import OK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alertable.reports.found import Run


def text(run: Run) -> str:
    """The file."""
    return "".join(json.dumps(cleaned(each), ensure_ascii=True) + "\n" for each in _objects(run))


def _objects(run: Run) -> Iterator[dict[str, Any]]:
    for case in run.cases:
        for failure in case.failures:
            yield {"type": "violation", "command": run.command, "case": case.name, "id": failure.rule, **failure.data}
        if case.weak or case.error:
            why = case.weak or case.error
            yield {"type": "weak" if case.weak else "error", "command": run.command, "case": case.name, "why": why}
    failed = sum(not case.ok for case in run.cases)
    yield {
        "type": "summary", "command": run.command, "ok": run.code == OK, "exit_code": run.code, "cases": len(run.cases),
        "failed": failed, **run.summary,
    }  # fmt: skip
