"""SARIF 2.1.0: a result for each law that was broken, at file:line, with a thread flow for each thread of the story.

A rule is a sanitizer, by its id, with its law as help.  `executionOrder` tells how the threads interleaved; what the environment
did (a segment came, a timer expired) is told with the step that it precedes, because readers want a line of a file for each.
Sources: docs.oasis-open.org SARIF 2.1.0: 3.36 codeFlow, 3.37 threadFlow ("an operating system thread or a fiber"), 3.38, 3.49.
"""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

import alertable
from alertable.project import project_root
from alertable.reports.found import cleaned
from alertable.specs.properties import SANITIZERS
from alertable.terminal import DIVERGED, NOTHING, OK, VIOLATED, WEAKER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alertable.reports.found import Case, Failure, Place, Run, Step

VERSION: Final = "2.1.0"
SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT: Final = "%SRCROOT%"
KEPT: Final = ("schedule", "kept", "laws")  # of a violation
RAN: Final = (OK, VIOLATED, WEAKER, DIVERGED, NOTHING)  # the others say that the command did not get through


def text(run: Run) -> str:
    """The file."""
    failures = [(case, failure) for case in run.cases for failure in case.failures]
    rules = list({failure.rule: failure for _, failure in failures}.values())
    index = {failure.rule: number for number, failure in enumerate(rules)}
    driver = {"name": "alertable", "version": alertable.__version__, "rules": [_rule(each) for each in rules]}
    notes = [_notification(case) for case in run.cases if case.weak or case.error]
    invocation = {
        "executionSuccessful": run.code in RAN, "exitCode": run.code,
        **({"toolExecutionNotifications": notes} if notes else {}),
    }  # fmt: skip
    document = {
        "$schema": SCHEMA,
        "version": VERSION,
        "runs": [{
            "tool": {"driver": driver},
            "automationDetails": {"id": f"alertable/{run.command}/"},
            "originalUriBaseIds": {ROOT: {"uri": project_root().absolute().as_uri().rstrip("/") + "/"}},
            "columnKind": "unicodeCodePoints",
            "invocations": [invocation],
            "results": [_result(case, failure, index[failure.rule]) for case, failure in failures],
            "properties": dict(run.summary),
        }],
    }  # fmt: skip
    return json.dumps(cleaned(document), indent=1, ensure_ascii=True) + "\n"


def _rule(failure: Failure) -> dict[str, Any]:
    """Of a sanitizer what it says of itself; of other laws what the violation says."""
    kind = SANITIZERS.get(failure.rule)
    law = kind.law if kind is not None else failure.title
    lines = [law, *([f"{kind.instead}."] if kind is not None else []), f"Source: {failure.source}"]
    return {
        "id": failure.rule,
        "name": "".join(word.capitalize() for word in failure.title.split()),
        "shortDescription": {"text": failure.title},
        "fullDescription": {"text": law},
        "help": {"text": "\n".join(lines), "markdown": "\n\n".join(lines)},
        "defaultConfiguration": {"level": "error"},
    }


def _result(case: Case, failure: Failure, rule: int) -> dict[str, Any]:
    places = failure.places[:1] or ((case.place,) if case.place is not None else ())
    key = [failure.rule, *(f"{place.uri} {place.function}" for place in places)]
    found: dict[str, Any] = {
        "ruleId": failure.rule,
        "ruleIndex": rule,
        "level": "error",
        "message": {"text": f"{failure.title}: {failure.message}"},
        "locations": [_location(place) for place in places],
        "partialFingerprints": {"alertable/v1": blake2b("\n".join(key).encode("utf-8", "replace"), digest_size=16).hexdigest()},
        "properties": {
            "case": case.name,
            "replay": failure.replay,
            **{k: v for k, v in failure.data.items() if k in ("schedule", "kept", "laws")},
        },
    }
    if len(failure.places) > 1:
        found["relatedLocations"] = [
            {"id": number, **_location(place), "message": {"text": place.thread}}
            for number, place in enumerate(failure.places[1:], 1)
        ]
    if failure.steps:
        found["codeFlows"] = [{"message": {"text": failure.replay}, "threadFlows": _flows(failure.steps)}]
    return found


def _flows(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """One for each thread, in the order in which they come."""
    flows: dict[str, list[dict[str, Any]]] = {}
    for order, step in enumerate(steps, 1):
        said = f"step {step.number}: {step.text}" + (f" (before it: {step.before})" if step.before else "")
        flows.setdefault(step.thread, []).append({
            "executionOrder": order,
            "importance": "essential" if order == len(steps) else "important",
            "location": {**_location(step.place), "message": {"text": said}},
        })  # fmt: skip
    return [{"id": thread, "message": {"text": thread}, "locations": found} for thread, found in flows.items()]


def _location(place: Place) -> dict[str, Any]:
    file = {"uri": place.uri} if ":" in place.uri else {"uri": place.uri, "uriBaseId": ROOT}
    found: dict[str, Any] = {"physicalLocation": {"artifactLocation": file, "region": {"startLine": place.line}}}
    if place.function:
        found["logicalLocations"] = [{"name": place.function, "kind": "function"}]
    return found


def _notification(case: Case) -> dict[str, Any]:
    return {"level": "error" if case.error else "warning", "message": {"text": f"{case.name}: {case.error or case.weak}"}}
