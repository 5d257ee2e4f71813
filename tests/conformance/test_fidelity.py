"""The register of divergences, number by number: what the model does where it differs from Windows (docs/fidelity.md)."""

from __future__ import annotations

import ctypes
import subprocess
import sys
import threading
from ctypes import addressof, byref, c_int32, c_size_t, c_uint32, c_void_p, create_string_buffer, memmove, sizeof
from typing import TYPE_CHECKING, Any

import pytest

from alertable.kernel_model.core import BOOT_TIME_100NS
from alertable.kernel_model.errors import NotModelled
from alertable.sim.runtime.execution import run
from alertable.specs.litmus.sockets import bound, bufs, err, listener, loopback, nonblocking, pair, post, tcp
from alertable.winapi import CRITICAL_SECTION, INFINITE, OVERLAPPED, SO_SNDBUF, SOL_SOCKET, SRWLOCK
from tests.repo.sources import ROOT

if TYPE_CHECKING:
    from alertable.winapi import WinApi


def outcome(program: Any, **options: Any) -> Any:
    execution = run([program], **options)
    assert execution.violation is None, execution.violation
    return execution.outcome


def test_the_register_is_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "tools/make_docs.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "MISSING" not in (ROOT / "docs" / "fidelity.md").read_text(encoding="utf-8")


def test_f001_handle_values_depend_on_the_creating_thread_only() -> None:
    def program(w: WinApi) -> Any:
        made = []

        def body(_parameter: int | None) -> int:
            made.append(w.CreateEventW(None, 0, 0, None))
            return 0

        routine = w.CALLBACK(c_uint32, c_void_p)(body)
        thread = w.CreateThread(None, 0, routine, None, 0, None)
        mine = w.CreateEventW(None, 0, 0, None)
        w.WaitForSingleObject(thread, INFINITE)
        return mine, tuple(made)

    assert len({outcome(program, seed=seed) for seed in range(20)}) == 1


@pytest.mark.parametrize("function", ["LeaveCriticalSection", "ReleaseSRWLockExclusive", "ReleaseSRWLockShared"])
def test_f015_giving_back_a_lock_that_is_not_held_raises(function: str) -> None:
    def program(w: WinApi) -> Any:
        lock = CRITICAL_SECTION() if function == "LeaveCriticalSection" else SRWLOCK()
        (w.InitializeCriticalSection if function == "LeaveCriticalSection" else w.InitializeSRWLock)(byref(lock))
        with pytest.raises(OSError, match=f"STATUS_RESOURCE_NOT_OWNED in {function}"):
            getattr(w, function)(byref(lock))
        return True

    assert outcome(program, specs=())


def test_f016_freed_memory_is_not_given_out_again() -> None:
    def program(w: WinApi) -> Any:
        heap = w.GetProcessHeap()
        first = w.HeapAlloc(heap, 0, 6)
        fresh = ctypes.string_at(first or 0, 6)
        w.HeapFree(heap, 0, first)
        return fresh, ctypes.string_at(first or 0, 6), w.HeapAlloc(heap, 0, 6) == first

    assert outcome(program) == (b"\x0d\xf0\xad\xba\x0d\xf0", b"\xee\xfe" * 3, False)


def test_f002_computing_takes_no_time_and_the_date_is_fixed() -> None:
    def program(w: WinApi) -> Any:
        begin = w.GetTickCount64()
        sum(range(100_000))
        middle = w.GetTickCount64()
        w.Sleep(1_234)
        return middle - begin, w.GetTickCount64() - middle

    assert outcome(program) == (0, 1_234)
    assert BOOT_TIME_100NS // 10_000_000 - 11_644_473_600 == 1_704_067_200  # 2024-01-01 00:00 UTC


def test_f003_a_condition_variable_never_wakes_spuriously() -> None:
    def program(w: WinApi) -> Any:
        condition, lock = c_size_t(), c_size_t()
        w.AcquireSRWLockExclusive(byref(lock))
        return w.SleepConditionVariableSRW(byref(condition), byref(lock), 50, 0), w.GetTickCount64()

    assert {outcome(program, seed=seed) for seed in range(20)} == {(0, 50)}


def test_f004_a_send_without_a_buffer_is_complete_when_the_data_arrives() -> None:
    def program(w: WinApi) -> Any:
        a, _b = pair(w)
        w.setsockopt(a, SOL_SOCKET, SO_SNDBUF, byref(c_int32(0)), 4)
        data, ov = create_string_buffer(100), OVERLAPPED()
        started = w.WSASend(a, bufs(data), 1, None, 0, byref(ov), None)
        return started, w.SleepEx(1, 0), ov.Internal, ov.InternalHigh  # nobody has received anything at b

    assert outcome(program) == (-1, 0, 0, 100)


def test_f005_an_idle_connection_lives_for_ever() -> None:
    def program(w: WinApi) -> Any:
        a, b = pair(w)
        w.Sleep(100 * 24 * 3_600_000 // 10)
        return w.send(a, b"x", 1, 0), w.recv(b, create_string_buffer(1), 1, 0)

    assert outcome(program) == (1, 1)


def test_f006_only_the_loopback_exists() -> None:
    def program(w: WinApi) -> Any:
        s, address = tcp(w), loopback(80)
        memmove(addressof(address) + 4, bytes((10, 0, 0, 1)), 4)
        refused = err(w, w.bind(s, byref(address), 16))
        w.connect(s, byref(address), 16)
        return refused

    with pytest.raises(NotModelled, match="outside the loopback"):
        run([program])


def test_f007_a_closed_sockets_port_is_free_at_once() -> None:
    def program(w: WinApi) -> Any:
        listening, address = listener(w)
        client = tcp(w)
        w.connect(client, byref(address), 16)
        server = w.accept(listening, None, None)
        for s in (server, client, listening):
            w.closesocket(s)
        again = tcp(w)
        return w.bind(again, byref(address), 16)

    assert outcome(program) == 0


def test_f008_a_refused_connect_takes_a_second() -> None:
    def program(w: WinApi) -> Any:
        closed, s = tcp(w), tcp(w)
        nobody = bound(w, closed)
        return err(w, w.connect(s, byref(nobody), 16)), w.GetTickCount64()

    assert outcome(program) == ((-1, 10061), 1_000)


def test_f009_a_lock_made_before_is_not_seen() -> None:
    lock = threading.Lock()

    def program(_w: WinApi) -> Any:
        with lock:
            return lock.locked()

    assert outcome(program) is True


def test_f010_a_non_blocking_send_takes_over_what_fits() -> None:
    def program(w: WinApi) -> Any:
        a, _ = pair(w)
        nonblocking(w, a)
        big = create_string_buffer(100_000)
        return w.send(a, big, sizeof(big), 0)

    assert outcome(program) == 65_536


def test_f011_closing_with_a_pending_receive_resets() -> None:
    def program(w: WinApi) -> Any:
        a, b = pair(w)
        buffer, ov = create_string_buffer(8), OVERLAPPED()
        post(w, a, buffer, ov)
        w.closesocket(a)
        return err(w, w.recv(b, create_string_buffer(8), 8, 0))

    assert outcome(program) == (-1, 10054)


def test_f012_a_held_lock_shows_as_nonzero() -> None:
    def program(w: WinApi) -> Any:
        lock = c_size_t()
        w.AcquireSRWLockShared(byref(lock))
        held = lock.value != 0
        w.ReleaseSRWLockShared(byref(lock))
        return held, lock.value

    assert outcome(program) == (True, 0)


def test_f013_memory_is_what_ctypes_objects_own() -> None:
    def program(w: WinApi) -> Any:
        a, _ = pair(w)
        return err(w, w.recv(a, 0x12345678, 8, 0))

    assert outcome(program) == (-1, 10014)
    execution = run([lambda w: w.WaitForMultipleObjects(2, 0x12345678, 0, 0)])
    assert execution.violation is not None
    assert "access violation" in execution.violation.message


def test_f014_a_concurrency_value_of_zero_means_two_processors() -> None:
    def program(w: WinApi) -> Any:
        port = w.CreateIoCompletionPort(2**64 - 1, None, 0, 0)
        running: list[int] = []
        most = []

        def body(_parameter: int | None) -> int:
            count, key, overlapped = c_uint32(), c_size_t(), c_void_p()
            w.GetQueuedCompletionStatus(port, byref(count), byref(key), byref(overlapped), 1_000)
            running.append(1)
            most.append(len(running))
            w.SwitchToThread()
            w.SwitchToThread()
            running.pop()
            return 0

        routine = w.CALLBACK(c_uint32, c_void_p)(body)
        threads = (c_void_p * 4)(*[w.CreateThread(None, 0, routine, None, 0, None) for _ in range(4)])
        w.Sleep(1)
        for _ in range(4):
            w.PostQueuedCompletionStatus(port, 0, 1, None)
        w.WaitForMultipleObjects(4, threads, 1, INFINITE)
        return max(most)

    assert max(outcome(program, seed=seed) for seed in range(40)) == 2
