"""Worker processes, each with a pipe of its own: no lock is shared, so nobody can die holding what another waits for.

(A `multiprocessing.Pool` that is terminated while a worker puts a result into the queue of all waits for that queue for ever.)
"""

from __future__ import annotations

import multiprocessing
import pickle
import signal
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any, Final

from alertable.sim.runtime.passing import Word, speaks_to_the_runner

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

SECONDS_TO_GO: Final = 5.0  # what a worker that was told to end may take


@dataclass(slots=True, eq=False)
class Turn:
    """A piece of work: given out, and answered once `ready`."""

    work: bytes
    answer: Any = None
    ready: bool = False

    def result(self) -> Any:  # noqa: ANN401 - whatever the worker returned
        """The answer; what the worker raised is raised here."""
        if isinstance(self.answer, Word):
            raise self.answer.again()
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


@dataclass(slots=True, eq=False)
class _Worker:
    process: Any  # of a context of multiprocessing
    pipe: Connection
    turn: Turn | None = None


class Crew:
    """So many processes that each do `work(item)`, after `prepare(*arguments)`; a context manager that leaves nobody behind."""

    def __init__(
        self, context: Any, count: int, work: Callable[[Any], Any], prepare: Callable[..., None], arguments: Sequence[Any]  # noqa: ANN401 - untyped there
    ) -> None:
        self._workers: list[_Worker] = []
        self._waiting: deque[Turn] = deque()
        forked = context.get_start_method() == "fork"
        for _ in range(count):
            mine, theirs = context.Pipe()
            inherited = [mine, *(worker.pipe for worker in self._workers)] if forked else []
            process = context.Process(target=_serve, args=(theirs, inherited, work, prepare, arguments), daemon=True)
            process.start()
            theirs.close()
            self._workers.append(_Worker(process, mine))

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for worker in self._workers:
            worker.process.terminate()
        for worker in self._workers:
            worker.process.join(SECONDS_TO_GO)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
            worker.pipe.close()

    def give(self, item: Any) -> Turn:  # noqa: ANN401 - whatever can be sent
        """Have somebody do it, as soon as somebody is free."""
        turn = Turn(pickle.dumps(item))  # as it is now, whenever somebody takes it
        self._waiting.append(turn)
        self._share_out()
        return turn

    def look(self, seconds: float) -> str:
        """Wait so long at most for an answer, and take what is there; who died, or nothing."""
        busy = [worker for worker in self._workers if worker.turn is not None]
        wait([*(worker.pipe for worker in busy), *(worker.process.sentinel for worker in self._workers)], seconds)
        for worker in busy:
            assert worker.turn is not None
            with suppress(EOFError, OSError):  # of one that died: see below
                if worker.pipe.poll():
                    worker.turn.answer = worker.pipe.recv()
                    worker.turn.ready = True
                    worker.turn = None
        dead = next((worker.process for worker in self._workers if not worker.process.is_alive()), None)
        if dead is not None:
            return f"a worker died (exit code {dead.exitcode})"
        self._share_out()
        return ""

    def _share_out(self) -> None:
        for worker in self._workers:
            if worker.turn is None and self._waiting:
                turn = self._waiting.popleft()
                with suppress(BrokenPipeError, ConnectionError):  # it died, which `look` tells
                    worker.pipe.send_bytes(turn.work)
                turn.work = b""
                worker.turn = turn


def _serve(
    pipe: Connection, inherited: Sequence[Connection], work: Callable[[Any], Any], prepare: Callable[..., None],
    arguments: Sequence[Any],
) -> None:  # fmt: skip
    """A worker: answers until its pipe ends, as it does when the coordinator is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the coordinator's
    for other in inherited:
        other.close()
    prepare(*arguments)
    with suppress(EOFError, BrokenPipeError, ConnectionError):
        while True:
            item = pipe.recv()
            try:
                answer: Any = work(item)
            except Exception as error:  # raised again where the turn is awaited
                answer = Word(error) if speaks_to_the_runner(error) else _sendable(error)
            except BaseException as error:
                if not speaks_to_the_runner(error):
                    raise
                answer = Word(error)
            pipe.send(answer)


def _sendable(error: Exception) -> Exception:
    import traceback

    where = "".join(traceback.format_exception(error))
    try:
        copy = pickle.loads(pickle.dumps(error))
        same = isinstance(copy, type(error))
    except Exception:  # an exception may refuse to be copied in any way
        same = False
    if not same:
        return RuntimeError(f"in a worker: {where}")
    error.add_note(f"in a worker:\n{where}")
    return error


def context_for(things: Sequence[Any]) -> Any:  # noqa: ANN401 - a context of multiprocessing
    """Processes that begin as copies, where there are such: then every program can be shared out."""
    if "fork" in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("fork")
    try:
        pickle.dumps(tuple(things))
    except Exception as error:
        raise ValueError(f"workers need programs that another process can import on this system: {error}") from error
    return multiprocessing.get_context("spawn")
