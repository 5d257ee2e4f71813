"""Data outcomes: faults, what the documentation leaves open, a free clock; scripted peers and processes of their own."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

import pytest

import alertable
from alertable.winapi import WSABUF, WSAOVERLAPPED, sockaddr_in

if TYPE_CHECKING:
    from collections.abc import Callable

PORT = 5000
WSAECONNRESET = 10054


def accepted(w: Any) -> int:
    """The one connection that comes in."""
    w.WSAStartup(0x202, ctypes.create_string_buffer(512))
    s = w.WSASocketW(2, 1, 0, None, 0, 1)
    address = sockaddr_in()
    address.sin_family, address.sin_port = 2, w.htons(PORT)
    address.sin_addr.S_addr = 0x0100007F
    assert w.bind(s, ctypes.byref(address), 16) == 0
    w.listen(s, 5)
    return int(w.accept(s, None, None))


def receives_once(w: Any) -> tuple[int, int]:
    buffer = ctypes.create_string_buffer(64)
    count = w.recv(accepted(w), buffer, 64, 0)
    return count, w.WSAGetLastError() if count < 0 else 0


def sends_without_blocking(w: Any) -> int:
    c = accepted(w)
    w.ioctlsocket(c, ctypes.c_long(0x8004667E - 2**32), ctypes.byref(ctypes.c_ulong(1)))
    return int(w.send(c, b"abc", 3, 0))


def receives_overlapped_and_cancels(w: Any) -> tuple[Any, ...]:
    c = accepted(w)
    overlapped, memory, log = WSAOVERLAPPED(), ctypes.create_string_buffer(8), []
    buffer = WSABUF(8, ctypes.addressof(memory))

    def completed(error: int, count: int, _overlapped: int, _flags: int) -> None:
        log.append((error, count))

    done = w.CALLBACK(None, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_ulong)(completed)
    flags = ctypes.c_ulong(0)
    result = w.WSARecv(c, ctypes.byref(buffer), 1, None, ctypes.byref(flags), ctypes.byref(overlapped), done)
    pended = bool(result) and w.WSAGetLastError() == 997
    cancelled = w.CancelIoEx(c, ctypes.byref(overlapped))
    while not log:
        w.SleepEx(0xFFFFFFFF, True)
    return pended, cancelled, log[0]


def says(*parts: bytes) -> Callable[[Any], None]:
    def client(p: Any) -> None:
        p.connect(PORT)
        for part in parts:
            p.send(part)

    return client


def hears(p: Any) -> bytes:
    p.connect(PORT)
    return bytes(p.receive())


def outcomes(program: Any, script: Any, **options: Any) -> set[Any]:
    """What the program may return, on all interleavings; each schedule leads there again."""
    report = alertable.check(program, alertable.peer(script), keep_going=True, **options)
    assert not report.violations
    assert report.verdict == "COMPLETE"
    replayed = {name: value for name, value in options.items() if name != "strategy"}
    for outcome, schedule in report.outcomes.items():
        again = alertable.replay(program, alertable.peer(script), schedule=schedule, **replayed)
        assert (again.outcome, again.schedule) == (outcome, schedule)
    return {outcome[0] for outcome in report.outcomes}


def test_a_segment_may_arrive_in_two_parts() -> None:
    assert outcomes(receives_once, says(b"hel")) == {(3, 0)}
    assert outcomes(receives_once, says(b"hel"), faults={"short-segments": 1}) == {(3, 0), (2, 0), (1, 0)}


def test_a_connection_may_be_reset() -> None:
    assert outcomes(receives_once, says(b"hel"), faults={"reset": 1}) == {(3, 0), (-1, WSAECONNRESET)}


def test_a_send_may_take_a_part() -> None:
    assert outcomes(sends_without_blocking, hears) == {3}
    assert outcomes(sends_without_blocking, hears, faults={"partial-send": 1}) == {3, 2, 1}


def test_a_budget_of_zero_is_no_fault() -> None:
    assert outcomes(sends_without_blocking, hears, faults={"partial-send": 0}) == {3}


def test_a_cancellation_may_lose_the_race() -> None:
    usual = {(True, 1, (995, 0)), (True, 0, (0, 1)), (False, 0, (0, 1))}
    assert outcomes(receives_overlapped_and_cancels, says(b"x")) == usual
    lost = {(True, 1, (0, 1))}
    assert outcomes(receives_overlapped_and_cancels, says(b"x"), faults={"late-cancel": 1}) == usual | lost


def test_a_device_may_be_slow_and_the_documentation_lets_it() -> None:
    usual = outcomes(receives_overlapped_and_cancels, says(b"x"))
    slow = outcomes(receives_overlapped_and_cancels, says(b"x"), faults={"slow-device": 1})
    assert usual < slow or usual == slow
    assert outcomes(receives_overlapped_and_cancels, says(b"x"), profile="documented") >= usual


RECEIVES, SENDS = (receives_once, says(b"he")), (sends_without_blocking, hears)
SHORT, PARTIAL = {"short-segments": 1}, {"partial-send": 1}
LONG = pytest.mark.long  # brute force takes ten seconds, and a minute where segments of a send come in parts


@pytest.mark.parametrize(
    ("program", "script", "faults"),
    [
        (*RECEIVES, {}), (*RECEIVES, PARTIAL), (*SENDS, {}),
        pytest.param(*RECEIVES, SHORT, marks=LONG), pytest.param(*SENDS, PARTIAL, marks=LONG),
    ],
)  # fmt: skip
def test_the_reduction_and_brute_force_agree(program: Any, script: Any, faults: dict[str, int]) -> None:
    reports = [
        alertable.check(
            program, alertable.peer(script), memory="locks", strategy=strategy, specs=(), faults=faults, keep_going=True
        )
        for strategy in ("dpor", "dfs")
    ]
    assert set(reports[0].outcomes) == set(reports[1].outcomes)
    assert reports[0].executions == reports[1].statistics["traces"]
    assert reports[0].statistics["redundant"] == 0


@pytest.mark.parametrize("seed", range(20))
def test_random_runs_make_these_choices_too_and_replay(seed: int) -> None:
    faults = {"reset": 1, "short-segments": 2}
    peer = alertable.peer(says(b"he", b"llo"))
    first = alertable.run(receives_once, peer, seed=seed, faults=faults)
    again = alertable.replay(receives_once, peer, schedule=first.schedule, faults=faults)
    assert (again.outcome, again.trace) == (first.outcome, first.trace)


def test_with_a_free_clock_a_time_out_races() -> None:
    def waits(w: Any) -> str:
        event = w.CreateEventW(None, True, False, None)
        body = w.CALLBACK(ctypes.c_ulong, ctypes.c_void_p)(lambda _p: w.SetEvent(event))
        thread = w.CreateThread(None, 0, body, None, 0, None)
        result = w.WaitForSingleObject(event, 10)
        w.WaitForSingleObject(thread, 0xFFFFFFFF)
        return {0: "signalled", 258: "timed out"}[result]

    assert set(alertable.check(waits).outcomes) == {"signalled"}
    free = alertable.check(waits, clock="free")
    assert free.verdict == "COMPLETE"
    assert set(free.outcomes) == {"signalled", "timed out"}
    assert set(alertable.check(waits, clock="free", strategy="dfs").outcomes) == set(free.outcomes)


def test_free_timers_expire_in_due_order() -> None:
    def program(w: Any) -> tuple[int, ...]:
        order = []

        def sleeper(milliseconds: int) -> Any:
            def body(_p: int) -> int:
                w.Sleep(milliseconds)
                order.append(milliseconds)
                return 0

            return w.CALLBACK(ctypes.c_ulong, ctypes.c_void_p)(body)

        bodies = [sleeper(20), sleeper(10)]
        threads = [w.CreateThread(None, 0, body, None, 0, None) for body in bodies]
        for thread in threads:
            w.WaitForSingleObject(thread, 0xFFFFFFFF)
        return tuple(order)

    reports = [alertable.check(program, clock="free", strategy=strategy) for strategy in ("dpor", "dfs")]
    assert set(reports[0].outcomes) == set(reports[1].outcomes) == {(10, 20), (20, 10)}


def test_processes_share_no_memory() -> None:
    def stores(w: Any, value: int) -> int:
        cell = w.Interlocked(0)
        cell.store(value)
        return int(cell.load())

    one = alertable.check(alertable.process(stores, 1), alertable.process(stores, 2))
    assert (one.executions, set(one.outcomes)) == (1, {(1, 2)})


def test_a_daemon_process_may_stay_blocked() -> None:
    def blocks(w: Any) -> None:
        w.WaitForSingleObject(w.CreateEventW(None, True, False, None), 0xFFFFFFFF)

    def returns(_w: Any) -> int:
        return 7

    assert alertable.run(returns, alertable.process(blocks, daemon=True)).outcome == (7, None)
    violation = alertable.run(returns, alertable.process(blocks)).violation
    assert violation is not None
    assert violation.id == "deadlock"


def test_a_peer_may_be_a_list_of_calls() -> None:
    script = [("connect", PORT), ("send", b"hello"), ("close",)]
    assert alertable.run(receives_once, alertable.peer(script)).outcome == ((5, 0), (True, 5, None))
    with pytest.raises(ValueError, match=r"\('shout', 1\) is no call of a peer"):
        alertable.peer([("shout", 1)])


def test_a_peer_may_be_the_server() -> None:
    def serves(p: Any) -> bytes:
        p.listen(PORT)
        assert p.accept()
        data = p.receive_exactly(2)
        p.send(data.upper())
        return bytes(data)

    def client(p: Any) -> bytes:
        p.connect(PORT)
        p.send(b"hi")
        return bytes(p.receive())

    def nothing(_w: Any) -> None:
        pass

    assert alertable.run(nothing, alertable.peer(serves), alertable.peer(client)).outcome == (None, b"hi", b"HI")


def test_what_a_peer_does_wrong_counts() -> None:
    def fails(_p: Any) -> None:
        raise AssertionError("not what the server should have said")

    violation = alertable.run(lambda _w: None, alertable.peer(fails)).violation
    assert violation is not None
    assert "not what the server should have said" in violation.message
