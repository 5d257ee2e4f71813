"""The programs of the published counts: what an optimal reduction must run, one execution per Mazurkiewicz trace.

Sources: the synthetic SC tests of GenMC; Abdulla et al., "Optimal dynamic partial order reduction" (POPL 2014).
"""

from __future__ import annotations

from ctypes import byref, c_void_p
from typing import TYPE_CHECKING

from alertable.winapi import INFINITE, LPTHREAD_START_ROUTINE

if TYPE_CHECKING:
    from collections.abc import Callable

    from alertable.winapi import WinApi

    Program = Callable[[WinApi], object]
    Body = Callable[[], object]


def in_threads(w: WinApi, *bodies: Body) -> None:
    """Run each in a thread of its own and wait for all."""

    def routine(body: Body) -> Callable[[int | None], int]:
        def run(_parameter: int | None) -> int:
            body()
            return 0

        return run

    kept = [w.CALLBACK(*LPTHREAD_START_ROUTINE)(routine(body)) for body in bodies]
    for thread in [w.CreateThread(None, 0, each, None, 0, None) for each in kept]:
        w.WaitForSingleObject(thread, INFINITE)


def lastzero(n: int) -> Program:
    def program(w: WinApi) -> None:
        cells = [w.Interlocked(0) for _ in range(n + 1)]

        def worker(j: int) -> Body:
            return lambda: cells[j].store(cells[j - 1].load() + 1)

        def checker() -> None:
            i = n
            while cells[i].load() != 0:
                i -= 1

        in_threads(w, checker, *[worker(j) for j in range(1, n + 1)])

    return program


def readers(n: int) -> Program:
    def program(w: WinApi) -> None:
        x = w.Interlocked(0)
        in_threads(w, lambda: x.store(1), *[x.load] * n)

    return program


def writers_and_a_reader(n: int) -> Program:
    def program(w: WinApi) -> None:
        x = w.Interlocked(0)
        in_threads(w, *[lambda value=value: x.store(value) for value in range(n)], x.load)

    return program


def ainc(n: int) -> Program:
    def program(w: WinApi) -> None:
        x = w.Interlocked(0)
        in_threads(w, *[lambda: x.fetch_add(1)] * n)

    return program


def binc(n: int) -> Program:
    def program(w: WinApi) -> None:
        x, y = w.Interlocked(0), w.Interlocked(0)
        in_threads(w, *[lambda: (x.fetch_add(1), y.fetch_add(1))] * n)

    return program


def rw(n: int) -> Program:
    def program(w: WinApi) -> None:
        x = w.Interlocked(0)
        in_threads(w, *[lambda: x.store(x.load() + 1)] * n)

    return program


def lockinc(n: int) -> Program:
    def program(w: WinApi) -> None:
        x, lock = w.Interlocked(0), c_void_p()

        def body() -> None:
            w.AcquireSRWLockExclusive(byref(lock))
            x.store(x.load() + 1)
            w.ReleaseSRWLockExclusive(byref(lock))

        in_threads(w, *[body] * n)

    return program


def indexer(threads: int) -> Program:
    def program(w: WinApi) -> None:
        table = [w.Interlocked(0) for _ in range(128)]

        def body(tid: int) -> None:
            for m in range(4):
                value = (m + 1) * 11 + tid
                place = 7 * value % 128
                while table[place].compare_exchange(0, value) != 0:
                    place = (place + 1) % 128

        in_threads(w, *[lambda tid=tid: body(tid) for tid in range(threads)])

    return program


def filesystem(threads: int) -> Program:
    inodes, blocks = 32, 26

    def program(w: WinApi) -> None:
        inode_locks, block_locks = (c_void_p * inodes)(), (c_void_p * blocks)()
        inode = [w.Interlocked(0) for _ in range(inodes)]
        busy = [w.Interlocked(0) for _ in range(blocks)]

        def find_block(i: int) -> None:
            b = 2 * i % blocks
            while True:
                w.AcquireSRWLockExclusive(byref(block_locks, 8 * b))
                free = not busy[b].load()
                if free:
                    busy[b].store(1)
                    inode[i].store(b + 1)
                w.ReleaseSRWLockExclusive(byref(block_locks, 8 * b))
                if free:
                    return
                b = (b + 1) % blocks

        def body(number: int) -> None:
            i = number % inodes
            w.AcquireSRWLockExclusive(byref(inode_locks, 8 * i))
            if inode[i].load() == 0:
                find_block(i)
            w.ReleaseSRWLockExclusive(byref(inode_locks, 8 * i))

        in_threads(w, *[lambda number=number: body(number) for number in range(threads)])

    return program


ROWS: tuple[tuple[str, Program, int], ...] = (
    ("readers 2", readers(2), 4),
    ("readers 6", readers(6), 64),
    ("lastzero 1", lastzero(1), 2),
    ("lastzero 2", lastzero(2), 5),
    ("lastzero 3", lastzero(3), 12),
    ("lastzero 4", lastzero(4), 28),
    ("lastzero 5", lastzero(5), 64),
    ("lastzero 7", lastzero(7), 320),
    ("indexer 11", indexer(11), 1),
    ("indexer 13", indexer(13), 64),
    ("filesystem 14", filesystem(14), 2),
    ("filesystem 16", filesystem(16), 8),
    ("filesystem 18", filesystem(18), 32),
    ("writers 2", writers_and_a_reader(2), 6),
    ("writers 4", writers_and_a_reader(4), 120),
    ("ainc 5", ainc(5), 120),
    ("lockinc 4", lockinc(4), 24),
    ("binc 3", binc(3), 36),
    ("rw 3", rw(3), 36),
    ("rw 4", rw(4), 576),
)
LONG_ROWS: tuple[tuple[str, Program, int], ...] = (
    ("readers 8", readers(8), 256),
    ("readers 13", readers(13), 8_192),
    ("lastzero 8", lastzero(8), 704),
    ("lastzero 10", lastzero(10), 3_328),
    ("indexer 12", indexer(12), 8),
    ("indexer 14", indexer(14), 512),
    ("indexer 15", indexer(15), 4_096),
    ("filesystem 19", filesystem(19), 64),
    ("writers 5", writers_and_a_reader(5), 720),
    ("ainc 7", ainc(7), 5_040),
    ("lockinc 6", lockinc(6), 720),
    ("binc 4", binc(4), 576),
)
