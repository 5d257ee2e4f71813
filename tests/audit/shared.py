"""What the threads of one random program share: handles, memory, and the log of what each call answered."""

from __future__ import annotations

from ctypes import addressof, create_string_buffer
from typing import TYPE_CHECKING, Any, Final

from alertable.winapi import LPWSAOVERLAPPED_COMPLETION_ROUTINE, OVERLAPPED, PAPCFUNC, WSABUF

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from alertable.winapi import WinApi

SHORT: Final = 5  # milliseconds, for waits that may time out
FAILED: Final = (0, -1, None, 0xFFFFFFFF, 2**64 - 1)


class Shared:
    """What the families of one program prepare, they put here under names of their own."""

    def __init__(self, w: WinApi, preparations: Iterable[Callable[[Shared], None]]) -> None:
        self.w = w
        self.threads: list[int | None] = []
        self.tids: list[int] = []
        self.log: list[list[Any]] = []
        self.numbers: dict[int, int] = {}  # thread identifier -> which of the scripts it follows
        self.kept: list[Any] = []  # memory and callbacks live as long as the program
        self.own: dict[str, dict[int, list[Any]]] = {}  # what a script has for itself, by kind and script
        self.firsts: dict[int, Any] = {}  # the OVERLAPPED of the first operation of each script: others may name it
        self.cell = w.Interlocked(0)
        self.apc = w.CALLBACK(*PAPCFUNC)(lambda _: self.note("apc"))
        self.routine = w.CALLBACK(*LPWSAOVERLAPPED_COMPLETION_ROUTINE)(lambda error, n, _at, _flags: self.note((error, n)))
        for prepare in preparations:
            prepare(self)

    if TYPE_CHECKING:

        def __setattr__(self, name: str, value: Any) -> None: ...

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"no family has prepared {name}")

    @property
    def number(self) -> int:
        """Which script the running thread follows; a thread that a script made counts as the first."""
        return self.numbers.get(self.w.GetCurrentThreadId(), 0)

    def note(self, what: object) -> None:
        """Into the log of the thread that runs this."""
        self.log[self.number].append(what)

    def said(self, result: Any) -> Any:
        """The result of a call, with its error if it failed."""
        return (result, self.w.GetLastError()) if result in FAILED else result

    def thread(self, number: int) -> int | None:
        """The handle of a thread; 0 if there are not so many."""
        return self.threads[number] if number < len(self.threads) else 0

    def mine(self, kind: str) -> list[Any]:
        """What the running script made of this kind, oldest first: plain memory must not be shared but under locks."""
        return self.own.setdefault(kind, {}).setdefault(self.number, [])

    def keep(self, memory: Any) -> Any:
        """It lives as long as the program."""
        self.kept.append(memory)
        return memory

    def buffer(self, size: int, text: bytes = b"") -> Any:
        """Bytes."""
        return self.keep(create_string_buffer(text.ljust(size, b"."), size))

    def buffers(self, memory: Any, size: int) -> Any:
        """A WSABUF over it."""
        return self.keep((WSABUF * 1)(WSABUF(size, addressof(memory))))

    def overlapped(self, event: int | None = None) -> Any:
        """The OVERLAPPED of a new operation, which later calls may ask about."""
        made = OVERLAPPED() if self.mine("operations") else self.firsts[self.number]
        made.hEvent = event
        self.mine("operations").append(made)
        return made

    def latest(self) -> Any:
        """The OVERLAPPED of the latest operation that this script began, or will begin."""
        return (self.mine("operations") or [self.firsts[self.number]])[-1]

    def first(self) -> Any:
        """The OVERLAPPED of the first operation of the first script: another thread's, as a rule."""
        return self.firsts[0]
