"""`alertable doctor`: what is installed, what works here, and what to do about what does not."""

from __future__ import annotations

import json
import sys
import textwrap
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import click

from alertable.checkup import BAD, NOTE, findings
from alertable.commands.guard import guarded
from alertable.terminal import OK, VIOLATED, echo, shown, width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alertable.checkup import Finding

NAMES: Final = 18  # columns of state and name
LEAST: Final = 12  # columns of the rest, however narrow the terminal


@click.command("doctor")
@click.option("--json", "json_", is_flag=True, help="One JSON object on stdout.")
def doctor_command(json_: bool) -> None:
    """Look at this installation, folder and terminal; exit code 1 if something does not work."""
    sys.exit(guarded(lambda: doctor(json_)))


def doctor(json_: bool) -> int:
    """`alertable doctor`."""
    found = list(findings())
    code = VIOLATED if any(each.state == BAD for each in found) else OK
    if json_:
        echo(json.dumps({"ok": code == OK, "exit_code": code, "findings": [asdict(each) for each in found]}))
    else:
        echo("\n".join(_lines(found)))
    return code


def _lines(found: Sequence[Finding]) -> Iterator[str]:
    room = max(LEAST, width() - NAMES - 1)
    for each in found:
        texts = [each.value, *([f"-> {each.advice}"] if each.advice else [])]
        lines = [line for text in texts for line in textwrap.wrap(shown(text), room)]
        yield f"{each.state:<5}{each.name:<{NAMES - 5}} {lines[0]}"
        for line in lines[1:]:
            yield f"{'':<{NAMES}} {line}"
    bad, noted = (sum(each.state == state for each in found) for state in (BAD, NOTE))
    yield ""
    yield "All is well." if not bad and not noted else f"{bad} thing(s) do not work, {noted} worth a look."
