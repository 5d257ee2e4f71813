"""Hand-offs: what each kind of object puts in order, and what it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from alertable.kernel_model.handoff import VectorClocks
from alertable.kernel_model.ke.apc import insert_queue_apc, next_apc
from alertable.kernel_model.ke.event import KEvent, reset_event, set_event
from alertable.kernel_model.ke.kqueue import CompletionPort, post_packet, remove_packets
from alertable.kernel_model.ke.mutant import KMutant, release_mutant
from alertable.kernel_model.ke.semaphore import KSemaphore, release_semaphore
from alertable.kernel_model.ke.structures import ApcKind, CompletionPacket, KApc, KThread
from alertable.kernel_model.ke.timerq import fire_timer, queue_timer
from alertable.kernel_model.ke.wait import wait_for_multiple_objects, wait_for_single_object
from alertable.kernel_model.kernel import Kernel
from alertable.kernel_model.ps.thread import end_thread
from alertable.kernel_model.rtl.lock import RtlLock, release, try_acquire

if TYPE_CHECKING:
    from collections.abc import Callable


class Threads:
    """Three threads of one process, and who runs."""

    def __init__(self) -> None:
        self.k = Kernel()
        process = self.k.create_process()
        self.a, self.b, self.c = (
            self.k.create_thread(process, None, name, daemon=False, suspended=False) for name in ("a", "b", "c")
        )
        self.running = self.a
        self.clocks = VectorClocks(lambda: self.running)
        self.k.handoff = self.clocks

    def knows(self, t: KThread, other: KThread) -> bool:
        """Is all that `other` has released known to t?"""
        return self.clocks.of(t).get(other.ordinal, 0) == self.clocks.of(other)[other.ordinal] - 1 > 0

    def as_(self, t: KThread) -> Kernel:
        """This thread runs now."""
        self.running = t
        return self.k


def wait(threads: Threads, t: KThread, obj: KEvent | KSemaphore | KMutant | KThread) -> int | None:
    return wait_for_single_object(threads.as_(t), t, obj, None, False, "test")


def test_an_event_hands_over_to_whom_it_releases_and_to_whoever_comes_later() -> None:
    threads = Threads()
    event = KEvent(threads.k, "event", True, False)
    assert wait(threads, threads.b, event) is None
    set_event(threads.as_(threads.a), event)
    assert threads.knows(threads.b, threads.a)
    assert not threads.knows(threads.c, threads.a)
    assert wait(threads, threads.c, event) == 0
    assert threads.knows(threads.c, threads.a)


def test_an_event_that_was_reset_hands_over_for_the_one_who_sets_it_next() -> None:
    threads = Threads()
    event = KEvent(threads.k, "event", True, False)
    set_event(threads.as_(threads.a), event)
    reset_event(event)
    set_event(threads.as_(threads.b), event)
    wait(threads, threads.c, event)
    assert threads.knows(threads.c, threads.b)
    assert not threads.knows(threads.c, threads.a)


def test_a_wait_for_any_is_handed_what_it_took_and_a_wait_for_all_everything() -> None:
    for all_ in (False, True):
        threads = Threads()
        first, second = KEvent(threads.k, "first", False, False), KEvent(threads.k, "second", False, False)
        set_event(threads.as_(threads.a), first)
        set_event(threads.as_(threads.b), second)
        wait_for_multiple_objects(threads.as_(threads.c), threads.c, (first, second), all_, None, False, "test")
        assert threads.knows(threads.c, threads.a)
        assert threads.knows(threads.c, threads.b) is all_


def _semaphore(threads: Threads) -> None:
    semaphore = KSemaphore(threads.k, "semaphore", 0, 2)
    release_semaphore(threads.as_(threads.a), semaphore, 1)
    wait(threads, threads.b, semaphore)


def _mutex(threads: Threads) -> None:
    mutex = KMutant(threads.k, "mutex")
    wait(threads, threads.a, mutex)
    release_mutant(threads.k, threads.a, mutex)
    wait(threads, threads.b, mutex)


def _lock(threads: Threads) -> None:
    lock = RtlLock(threads.k, "lock", False, "lock")
    try_acquire(threads.as_(threads.a), threads.a, lock, False)
    release(threads.k, threads.a, lock, False)
    try_acquire(threads.as_(threads.b), threads.b, lock, True)


def _packet(threads: Threads) -> None:
    port = CompletionPort(threads.k, "port", 0)
    post_packet(threads.as_(threads.a), port, CompletionPacket(1, 2, 0, 0))
    remove_packets(threads.as_(threads.b), threads.b, port, 1, None, False, "test")


def _apc(threads: Threads) -> None:
    insert_queue_apc(threads.as_(threads.a), threads.b, KApc(ApcKind.USER, None, None))
    apc = next_apc(threads.as_(threads.b), threads.b)
    threads.clocks.acquire(apc, threads.b)


def _end(threads: Threads) -> None:
    end_thread(threads.as_(threads.a), threads.a, 0)
    wait(threads, threads.b, threads.a)


def _timer(threads: Threads) -> None:
    event = KEvent(threads.k, "event", False, False)
    entry = queue_timer(threads.as_(threads.a), 10, lambda k, _context: set_event(k, event), None, "timer")
    fire_timer(threads.as_(threads.c), entry)
    wait(threads, threads.b, event)
    assert not threads.knows(threads.b, threads.c)


@pytest.mark.parametrize("hand_over", [_semaphore, _mutex, _lock, _packet, _apc, _end, _timer], ids=lambda f: f.__name__[1:])
def test_what_one_thread_lets_go_of_orders_it_before_the_one_who_is_given_it(hand_over: Callable[[Threads], None]) -> None:
    threads = Threads()
    assert not threads.knows(threads.b, threads.a)
    hand_over(threads)
    assert threads.knows(threads.b, threads.a)
    assert not threads.knows(threads.a, threads.b)


def test_a_packet_hands_over_for_its_poster_only() -> None:
    threads = Threads()
    port = CompletionPort(threads.k, "port", 0)
    post_packet(threads.as_(threads.a), port, CompletionPacket(1, 2, 0, 0))
    post_packet(threads.as_(threads.b), port, CompletionPacket(1, 2, 0, 0))  # equal, and another one
    remove_packets(threads.as_(threads.c), threads.c, port, 1, None, False, "test")
    assert threads.knows(threads.c, threads.a)
    assert not threads.knows(threads.c, threads.b)


def test_readers_of_a_lock_are_not_put_in_order() -> None:
    threads = Threads()
    lock = RtlLock(threads.k, "lock", False, "lock")
    for t in (threads.a, threads.b):
        try_acquire(threads.as_(t), t, lock, True)
    release(threads.as_(threads.a), threads.a, lock, True)
    release(threads.as_(threads.b), threads.b, lock, True)
    try_acquire(threads.as_(threads.c), threads.c, lock, True)
    assert not threads.knows(threads.c, threads.a)
    release(threads.k, threads.c, lock, True)
    try_acquire(threads.as_(threads.b), threads.b, lock, False)
    assert threads.knows(threads.b, threads.a)
