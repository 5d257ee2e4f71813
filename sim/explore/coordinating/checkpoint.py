"""A search that ended early, kept for later: its strategy, what it has found, and the figures so far.

Written only between executions, so that nothing is half done.  The file is a pickle: it is for the machine that wrote it.
"""

from __future__ import annotations

import pickle
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import FrameType

FORMAT: Final = "alertable search 3"
EVERY_SECONDS: Final = 10.0  # how often a long search is written down


def save(path: Path, question: str, state: dict[str, Any]) -> None:
    """question: what was searched for; a file that answers another one is refused later."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(path.suffix + ".new")
    beside.write_bytes(pickle.dumps((FORMAT, question, state)))
    beside.replace(path)


def load(path: Path, question: str) -> dict[str, Any] | None:
    """The state, or None if there is no file.  ValueError if it belongs to something else."""
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        what, asked, state = pickle.loads(data)  # our own file; whoever could change it could change the program
    except Exception as error:
        raise ValueError(f"{path} is no saved search ({type(error).__name__}); remove it to begin anew") from error
    if what != FORMAT or asked != question:
        raise ValueError(f"{path} belongs to another program or other options; remove it to begin anew")
    return dict(state)


@contextmanager
def deferred_interrupt() -> Iterator[list[bool]]:
    """The first Ctrl-C is noted (the list becomes non-empty) and waits for the execution to end; the second does not wait."""
    asked: list[bool] = []
    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield asked
        return

    def note(_number: int, _frame: FrameType | None) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(True)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)
