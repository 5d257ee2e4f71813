"""What every command has around it: a failure becomes one clear line and an exit code, and an object where JSON is wanted."""

from __future__ import annotations

import json
import traceback
from typing import TYPE_CHECKING

import click

from alertable.sim import NotModelled
from alertable.sim.runtime.outcome import NotAProgram, ReplayDivergence
from alertable.terminal import DIVERGED, INTERNAL, INTERRUPTED, USAGE, echo, fail

if TYPE_CHECKING:
    from collections.abc import Callable


class Failed(Exception):
    """A command ends here, with one line and this exit code."""

    def __init__(self, message: str, exit_code: int = USAGE) -> None:
        super().__init__(message, exit_code)
        self.message = message
        self.exit_code = exit_code


def guarded(action: Callable[[], int]) -> int:
    """The exit code of an action; whatever goes wrong is a `Failed`."""
    try:
        return action()
    except (Exception, KeyboardInterrupt) as error:
        raise failure(error) from error


def failure(error: BaseException) -> Failed:
    """What to say of it, and the exit code."""
    match error:
        case click.UsageError():
            where = f" ({error.ctx.command_path} --help says what there is)" if error.ctx is not None else ""
            return Failed(" ".join(error.format_message().split()) + where)
        case Failed():
            return error
        case click.ClickException():
            return Failed(error.format_message(), error.exit_code)
        case KeyboardInterrupt() | click.Abort():
            return Failed("interrupted", INTERRUPTED)
        case ReplayDivergence():
            return Failed("\n  ".join([f"DIVERGED at {error}", *getattr(error, "__notes__", [])]), DIVERGED)
        case NotModelled():
            return Failed(" ".join([str(error), *getattr(error, "__notes__", [])]))
        case NotAProgram() | ValueError() | OSError():  # their text says all
            return Failed(str(error))
    traceback.print_exception(error)  # a bug of ours: say so, with what we need to know
    return Failed("internal error; please report it with the lines above", INTERNAL)


def tell(failed: Failed, as_json: bool) -> int:
    """The line on stderr, and the object on stdout if JSON was wanted there; the exit code."""
    fail(failed.message)
    if as_json:
        echo(json.dumps({"error": failed.message, "exit_code": failed.exit_code}))
    return failed.exit_code
