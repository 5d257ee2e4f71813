"""Lines that are meant to be pasted into a shell: every word reaches the command as it is."""

from __future__ import annotations

import os
import re
import shlex
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_PLAIN: Final = re.compile(r"[A-Za-z0-9_\-./:\\=,+@]+\Z", re.ASCII)


def command(*words: str) -> str:
    """A command line of these words."""
    return " ".join(quoted(word) for word in words)


def quoted(word: str, *, windows: bool = os.name == "nt") -> str:
    """One word for sh, or on Windows for both cmd and PowerShell.

    sh takes single quotes, in which nothing is special (in double quotes an interactive bash would take `!` for history).
    cmd knows double quotes only; what they do not protect there (`%`, and `$` in PowerShell) does not occur in schedules.
    """
    if not windows:
        return shlex.quote(word)
    if _PLAIN.match(word) and not word.startswith("@"):
        return word
    ending = len(word) - len(word.rstrip("\\"))  # a backslash before the closing quote would hide it
    return '"' + word.replace('"', '\\"') + "\\" * ending + '"'


def file_words(names: Iterable[str]) -> list[str]:
    """Names of files; one that looks like an option is told apart."""
    return [f"./{name}" if name.startswith("-") else name for name in names]
