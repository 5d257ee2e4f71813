"""What every command has around it: failures become one clear line and an exit code."""

from __future__ import annotations

import os
import sys
import traceback
from typing import TYPE_CHECKING

import alertable
from alertable.sim.runtime.outcome import NotAProgram
from alertable.terminal import DIVERGED, INTERNAL, INTERRUPTED, OK, fail

if TYPE_CHECKING:
    from collections.abc import Callable


def guarded(action: Callable[[], int]) -> int:
    """The exit code of an action; every failure is one clear line."""
    try:
        return action()
    except (alertable.ProgramFileError, alertable.ScheduleError, NotAProgram, ValueError) as error:
        return fail(str(error))
    except alertable.NotModelled as error:
        return fail(" ".join([str(error), *getattr(error, "__notes__", [])]))
    except alertable.ReplayDivergence as error:
        return fail("\n  ".join([f"DIVERGED at {error}", *getattr(error, "__notes__", [])]), DIVERGED)
    except KeyboardInterrupt:
        return fail("interrupted", INTERRUPTED)
    except BrokenPipeError:  # whoever read the output has seen enough
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - it stays open until the interpreter ends
        return OK
    except OSError as error:
        return fail(str(error))
    except Exception:  # a bug of ours: say so, with what we need to know
        traceback.print_exc()
        return fail("internal error; please report it with the lines above", INTERNAL)
