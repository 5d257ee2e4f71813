"""The real binding: a clear refusal off Windows; on Windows (or Wine) calls, last errors, callbacks, extension functions."""

import sys
import threading
from collections.abc import Iterator
from ctypes import byref, c_size_t, c_uint32, c_void_p
from typing import Any

import pytest

from alertable.winapi import (
    AF_INET,
    APC_ROUTINE,
    ERROR_INVALID_HANDLE,
    FUNCTIONS,
    INVALID_SOCKET,
    IPPROTO_TCP,
    SOCK_STREAM,
    WAIT_FAILED,
    WAIT_IO_COMPLETION,
    WSA_INVALID_PARAMETER,
    WSAENOTSOCK,
    WinApi,
)
from alertable.winapi.interlocked import Interlocked
from alertable.winapi.real import RealWinApiUnavailable, real


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has the real API")
def test_off_windows_one_line_says_what_is_missing_and_what_to_do() -> None:
    with pytest.raises(RealWinApiUnavailable) as caught:
        real()
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    for word in ("Windows", "Wine", "make test-wine", "alertable.run"):
        assert word in message
    assert isinstance(caught.value, OSError)


@pytest.fixture
def w() -> WinApi:
    return real()


@pytest.mark.real_winsock
class TestOnWindows:
    def test_there_is_one_object_per_process(self, w: WinApi) -> None:
        assert real() is w

    def test_every_function_but_the_newest_is_there(self, w: WinApi) -> None:
        missing = {name for name in FUNCTIONS if not hasattr(w, name)}
        assert missing <= {"QueueUserAPC2"}  # Windows 11

    def test_a_function_is_bound_once(self, w: WinApi) -> None:
        assert w.SleepEx is w.SleepEx
        assert vars(w)["SleepEx"] is w.SleepEx

    def test_a_function_that_the_dll_lacks_is_named_with_its_dll(self, w: WinApi, monkeypatch: pytest.MonkeyPatch) -> None:
        from dataclasses import replace

        from alertable.winapi import binding

        newer = replace(FUNCTIONS["SleepEx"], name="SleepEx9")
        monkeypatch.setattr(binding, "FUNCTIONS", {**FUNCTIONS, "SleepEx9": newer})
        with pytest.raises(AttributeError, match=r"kernel32\.dll here has no SleepEx9: it needs a newer Windows"):
            w.SleepEx9  # type: ignore[attr-defined]  # noqa: B018  # the look-up is the test

    def test_an_unknown_name_is_answered_with_near_ones(self, w: WinApi) -> None:
        with pytest.raises(AttributeError, match="has no WSARecvv; did you mean WSARecv"):
            w.WSARecvv  # type: ignore[attr-defined]  # noqa: B018  # the look-up is the test
        with pytest.raises(AttributeError, match=r"has no zzz$"):
            w.zzz  # type: ignore[attr-defined]  # noqa: B018  # the look-up is the test

    def test_an_error_that_was_set_is_read_back(self, w: WinApi) -> None:
        w.SetLastError(0x1234)
        assert (w.GetLastError(), w.WSAGetLastError()) == (0x1234, 0x1234)
        w.WSASetLastError(10035)
        assert (w.GetLastError(), w.WSAGetLastError()) == (10035, 10035)

    def test_a_failed_call_sets_the_last_error(self, w: WinApi) -> None:
        assert w.WaitForSingleObject(None, 0) == WAIT_FAILED
        assert w.GetLastError() == ERROR_INVALID_HANDLE
        assert w.closesocket(INVALID_SOCKET) == -1
        assert w.WSAGetLastError() == WSAENOTSOCK

    def test_results_have_the_types_of_the_declarations(self, w: WinApi) -> None:
        assert w.GetCurrentProcess() == 2**64 - 1
        assert w.CreateIoCompletionPort(None, None, 0, 0) is None
        s = w.socket(AF_INET, SOCK_STREAM, IPPROTO_TCP)
        assert 0 < s < INVALID_SOCKET
        assert w.closesocket(s) == 0
        assert w.htons(0x1234) == 0x3412
        assert w.htonl(0x12345678) == 0x78563412
        assert w.inet_addr(b"127.0.0.1") == 0x0100007F

    def test_looking_an_extension_function_up_keeps_the_last_error(self, w: WinApi) -> None:
        vars(w).pop("ConnectEx", None)
        w.SetLastError(0x1234)
        function = w.ConnectEx
        assert w.GetLastError() == 0x1234
        s = w.socket(AF_INET, SOCK_STREAM, IPPROTO_TCP)
        assert not function(s, None, 0, None, 0, None, None)  # S-82: an OVERLAPPED is needed
        assert w.WSAGetLastError() == WSA_INVALID_PARAMETER
        w.closesocket(s)

    def test_a_callback_runs_in_an_alertable_wait(self, w: WinApi) -> None:
        seen: list[int] = []
        routine = w.CALLBACK(*APC_ROUTINE)(seen.append)
        assert w.QueueUserAPC(routine, w.GetCurrentThread(), 2**63 + 5)
        assert w.SleepEx(0, True) == WAIT_IO_COMPLETION
        assert seen == [2**63 + 5]

    def test_an_exception_in_a_callback_reaches_the_unraisable_hook(self, w: WinApi, monkeypatch: pytest.MonkeyPatch) -> None:
        caught: list[Any] = []
        monkeypatch.setattr(sys, "unraisablehook", lambda event: caught.append(event.exc_value))

        @w.CALLBACK(None, c_size_t)
        def routine(data: int) -> None:
            raise ValueError(data)

        w.QueueUserAPC(routine, w.GetCurrentThread(), 7)
        assert w.SleepEx(0, True) == WAIT_IO_COMPLETION
        assert [(type(e), e.args) for e in caught] == [(ValueError, (7,))]

    def test_threads_share_an_interlocked_cell(self, w: WinApi) -> None:
        cell = w.Interlocked(40)

        @w.CALLBACK(c_uint32, c_void_p)
        def routine(_: int | None) -> int:
            return cell.fetch_add(2)

        thread, code = w.CreateThread(None, 0, routine, None, 0, None), c_uint32()
        assert w.WaitForSingleObject(thread, 10_000) == 0
        assert w.GetExitCodeThread(thread, byref(code))
        w.CloseHandle(thread)
        assert (code.value, cell.load()) == (40, 42)


class TestInterlocked:
    def test_each_operation_returns_the_old_value(self) -> None:
        cell = Interlocked(5)
        assert cell.load() == 5
        assert cell.exchange(6) == 5
        assert cell.fetch_add(-10) == 6
        assert cell.load() == -4
        cell.store(1)
        assert repr(cell) == "Interlocked(1)"

    def test_compare_exchange_stores_only_over_the_expected_value(self) -> None:
        cell = Interlocked(1)
        assert (cell.compare_exchange(2, 9), cell.load()) == (1, 1)
        assert (cell.compare_exchange(1, 9), cell.load()) == (1, 9)

    def test_no_addition_is_lost_between_threads(self, eager_switching: None) -> None:
        cell = Interlocked(0)

        def add() -> None:
            for _ in range(2_000):
                cell.fetch_add(1)

        threads = [threading.Thread(target=add) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert cell.load() == 8_000


@pytest.fixture
def eager_switching() -> Iterator[None]:
    """Lets the interpreter switch threads as often as it can."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)
