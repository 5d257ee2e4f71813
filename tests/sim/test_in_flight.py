"""S1: memory of an operation in flight must live until its completion was delivered (S-28, S-108)."""

from __future__ import annotations

from ctypes import byref, c_int32, c_uint32, create_string_buffer
from typing import TYPE_CHECKING, Any

import pytest

from alertable.sim.runtime.execution import run
from alertable.specs.litmus.sockets import bound, bufs, close, completion, join, pair, post, thread, udp, wsasend
from alertable.winapi import INFINITE, OVERLAPPED, SO_SNDBUF, SOCKADDR_IN, SOL_SOCKET

if TYPE_CHECKING:
    from alertable.sim.runtime.outcome import Execution


def start(w: Any, mode: str, freed: str) -> None:
    """Starts a receive and lets go of one thing that it needs."""
    client, server = pair(w)
    keep: dict[str, Any] = {"buffer": create_string_buffer(8), "overlapped": OVERLAPPED()}
    routine = completion(w, []) if mode == "routine" else None
    if mode == "event":
        keep["overlapped"].hEvent = w.CreateEventW(None, 1, 0, None)
    post(w, server, keep["buffer"], keep["overlapped"], routine)
    w.Sleep(1)
    del keep[freed]
    w.Sleep(1)
    w.send(client, b"late", 4, 0)
    w.SleepEx(10, 1)


def reported(execution: Execution) -> str:
    assert execution.violation is not None
    assert execution.violation.id == "S1"
    return execution.violation.message


@pytest.mark.parametrize("mode", ["event", "routine"])
@pytest.mark.parametrize(("freed", "name"), [("buffer", "char[8]#1"), ("overlapped", "OVERLAPPED#1")])
def test_memory_freed_in_flight_is_reported_at_the_release(mode: str, freed: str, name: str) -> None:
    def program(w: Any) -> None:
        start(w, mode, freed)

    execution = run([program])
    assert reported(execution).startswith(f"{name} was released while a recv on c1.server still needs it")
    assert "send" not in {e.subject for e in execution.trace}  # the program did not get that far


@pytest.mark.parametrize("seed", range(5))
def test_it_is_reported_on_every_schedule(seed: int) -> None:
    assert reported(run([lambda w: start(w, "routine", "buffer")], seed=seed))


def test_switched_off_the_late_write_does_not_happen() -> None:
    for freed in ("buffer", "overlapped"):
        for mode in ("event", "routine"):

            def program(w: Any, mode: str = mode, freed: str = freed) -> str:
                start(w, mode, freed)
                return "survived"

            execution = run([program], specs=())
            assert (execution.violation, execution.outcome) == (None, "survived")


def test_the_address_of_a_sender_is_part_of_the_operation() -> None:  # S-108
    def program(w: Any, freed: str) -> None:
        s = udp(w)
        bound(w, s)
        keep = {"from": SOCKADDR_IN(), "fromlen": c_int32(16)}
        ov, buffer, got, flags = OVERLAPPED(), create_string_buffer(8), c_uint32(), c_uint32()
        w.WSARecvFrom(s, bufs(buffer), 1, byref(got), byref(flags), byref(keep["from"]), byref(keep["fromlen"]), byref(ov), None)
        del keep[freed]
        w.Sleep(1)

    for freed in ("from", "fromlen"):
        assert "recv on udp#1" in reported(run([lambda w, freed=freed: program(w, freed)]))  # type: ignore[misc]  # bound late


def test_a_pending_send_needs_its_buffer() -> None:  # S-46
    def program(w: Any) -> None:
        client, _ = pair(w)
        w.setsockopt(client, SOL_SOCKET, SO_SNDBUF, byref(c_int32(0)), 4)
        data, ov = create_string_buffer(1 << 20), OVERLAPPED()
        wsasend(w, client, bufs(data), ov)
        del data
        w.Sleep(1)

    assert "send on tcp#2" in reported(run([program]))


def test_a_routine_that_is_queued_still_needs_its_overlapped() -> None:  # S-28
    def program(w: Any) -> None:
        client, server = pair(w)
        ov, buffer = OVERLAPPED(), create_string_buffer(8)
        post(w, server, buffer, ov, completion(w, []))
        w.send(client, b"abc", 3, 0)
        w.Sleep(5)  # it has completed, its routine has not run
        del buffer  # the data is there: nobody touches the buffer any more
        w.Sleep(5)
        del ov
        w.SleepEx(0, 1)

    assert "queued completion routine (recv on c1.server)" in reported(run([program]))


@pytest.mark.parametrize("how", ["CancelIo", "closesocket"])
def test_cancelling_only_starts_the_completion(how: str) -> None:  # S-28
    def program(w: Any) -> None:
        _, server = pair(w)
        ov, buffer = OVERLAPPED(), create_string_buffer(8)
        post(w, server, buffer, ov, completion(w, []))
        getattr(w, how)(server)
        del ov
        w.SleepEx(0, 1)

    assert reported(run([program]))


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_a_correct_program_is_not_reported(seed: int | None) -> None:
    def program(w: Any) -> list[Any]:
        client, server = pair(w)
        log: list[Any] = []
        for _ in range(3):
            ov, buffer = OVERLAPPED(), create_string_buffer(8)
            routine = completion(w, log, ov)
            post(w, server, buffer, ov, routine)
            w.send(client, b"abc", 3, 0)
            w.SleepEx(INFINITE, 1)
            del ov, buffer, routine  # the completion was delivered
        close(w, client, server)
        return log

    execution = run([program], seed=seed)
    assert (execution.violation, execution.outcome) == (None, [(0, 3, 0, 0)] * 3)


def test_frames_that_die_with_their_thread_take_its_operations_along() -> None:  # K-67
    def program(w: Any) -> int:
        _, server = pair(w)

        def body() -> None:
            ov, buffer = OVERLAPPED(), create_string_buffer(8)
            post(w, server, buffer, ov, completion(w, []))

        return int(join(w, thread(w, body)))

    execution = run([program])
    assert (execution.violation, execution.outcome) == (None, 0)


def test_a_program_that_returns_with_operations_in_flight_is_not_reported() -> None:
    def program(w: Any) -> str:
        _, server = pair(w)
        ov, buffer = OVERLAPPED(), create_string_buffer(8)
        post(w, server, buffer, ov, completion(w, []))
        return "returned"

    execution = run([program])
    assert (execution.violation, execution.outcome) == (None, "returned")


def test_a_lock_is_forgotten_with_its_memory() -> None:
    """A new SRW lock at the address of an old one is free."""
    from ctypes import c_void_p

    def program(w: Any) -> int:
        for _ in range(20):
            lock = c_void_p()
            w.AcquireSRWLockExclusive(byref(lock))
            del lock
        return 20

    execution = run([program])
    assert (execution.violation, execution.outcome) == (None, 20)


@pytest.mark.parametrize("litter", [0, 137, 402, 655])
def test_a_ring_of_garbage_is_reported_at_a_step_that_does_not_depend_on_the_process(litter: int) -> None:
    """The collector runs at fixed steps, so that memory that only it can free is let go of at the same point every time."""

    class Session:
        def __init__(self) -> None:
            self.itself, self.overlapped, self.buffer = self, OVERLAPPED(), create_string_buffer(8)

    def program(w: Any) -> None:
        _, server = pair(w)
        session = Session()
        post(w, server, session.buffer, session.overlapped)
        del session
        for _ in range(1_000):
            w.Sleep(1)

    kept = [[] for _ in range(litter)]  # type: ignore[var-annotated]  # each is an object that the collector counts
    execution = run([program])
    assert reported(execution)
    assert execution.violation is not None
    assert execution.violation.step == run([program]).violation.step  # type: ignore[union-attr]  # the same violation
    assert execution.violation.step < 300
    assert len(kept) == litter
