"""Memory: whatever ctypes takes as a pointer, real memory behind it, and never a write outside the program's objects."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, Structure, addressof, byref, c_char, c_char_p, c_uint32, c_void_p, cast, create_string_buffer, sizeof
from typing import TYPE_CHECKING, Any

import pytest

from alertable.sim.explore.check import check
from alertable.sim.runtime.execution import run
from alertable.sim.win32.memory import UserMemory
from alertable.specs.litmus.sockets import bufs, pair, post
from alertable.winapi import INFINITE, OVERLAPPED, WSABUF

if TYPE_CHECKING:
    from collections.abc import Callable

WSAEFAULT = 10014
POISON = b"\xcc" * 16


def outcome(program: Callable[[Any], Any]) -> Any:
    execution = run([program])
    assert execution.violation is None, execution.violation
    return execution.outcome


class Inner(Structure):
    _fields_ = (("before", c_uint32), ("data", c_char * 8), ("after", c_uint32))


class Outer(Structure):
    _fields_ = (("head", c_uint32), ("inner", Inner), ("many", Inner * 3))


def receive_into(place: Callable[[Any], Any], size: int = 4) -> Callable[[Any], bytes]:
    """A program that receives b'data' to where place(storage) says, and returns the whole storage."""

    def program(w: Any) -> bytes:
        client, server = pair(w)
        storage = Outer()
        ctypes.memset(addressof(storage), 0xCC, sizeof(storage))
        w.send(client, b"data", 4, 0)
        assert w.recv(server, place(storage), size, 0) == 4
        return bytes(storage)

    return program


@pytest.mark.parametrize(
    ("place", "offset"),
    [
        (lambda s: byref(s), 0),
        (lambda s: byref(s, 9), 9),
        (lambda s: byref(s.inner), 4),
        (lambda s: byref(s.inner, 4), 8),
        (lambda s: byref(s.many[2]), 20 + 32),
        (lambda s: byref(s.many, 16), 20 + 16),
        (lambda s: s.many, 20),
        (lambda s: ctypes.pointer(s), 0),
        (lambda s: ctypes.pointer(s.inner), 4),
        (lambda s: cast(byref(s, 3), c_void_p), 3),
        (lambda s: cast(ctypes.pointer(s), POINTER(c_char)), 0),
        (lambda s: addressof(s) + 11, 11),
        (lambda s: c_void_p(addressof(s.many[1])), 20 + 16),
        (lambda s: byref(cast(addressof(s.inner), POINTER(Inner)).contents), 4),
        (lambda s: (c_char * 4).from_buffer(s, 7), 7),
    ],
)
def test_every_pointer_leads_to_its_place(place: Callable[[Any], Any], offset: int) -> None:
    found = outcome(receive_into(place))
    assert found == (POISON * 5)[:offset] + b"data" + (POISON * 9)[: sizeof(Outer) - offset - 4]


def test_a_view_of_a_bytearray_is_written() -> None:
    def program(w: Any) -> bytes:
        client, server = pair(w)
        data = bytearray(b"........")
        view = (c_char * 4).from_buffer(data, 2)
        w.send(client, b"data", 4, 0)
        w.recv(server, view, 4, 0)
        return bytes(data)

    assert outcome(program) == b"..data.."


def test_a_wsabuf_may_hold_nothing_but_an_address() -> None:
    def program(w: Any) -> list[bytes]:
        client, server = pair(w)
        one, two = create_string_buffer(2), create_string_buffer(8)
        table = (WSABUF * 2)()
        for entry, buffer in zip(table, (one, two), strict=True):
            entry.len, entry.buf = sizeof(buffer), addressof(buffer)
        got, flags = c_uint32(), c_uint32()
        w.send(client, b"scattered", 9, 0)
        w.WSARecv(server, table, 2, byref(got), byref(flags), None, None)
        return [one.raw, two.raw]

    assert outcome(program) == [b"sc", b"attered\0"]


class CharBuf(Structure):
    """WSABUF as many programs declare it."""

    _fields_ = (("len", c_uint32), ("buf", c_char_p))


class Session:
    """Keeps a buffer, as servers do for each client."""

    def __init__(self) -> None:
        self.data = create_string_buffer(b"x" * 8, 8)

    def receive(self, w: Any, s: int) -> None:
        buffer, flags, overlapped = WSABUF(8, addressof(self.data)), c_uint32(), OVERLAPPED()
        w.WSARecv(s, byref(buffer), 1, None, byref(flags), byref(overlapped), None)
        while overlapped.Internal == 0x103:
            w.SleepEx(INFINITE, True)


def test_a_buffer_of_the_caller_s_object_is_found_without_a_search(monkeypatch: pytest.MonkeyPatch) -> None:
    def search(*_: object) -> None:
        raise AssertionError("all objects were looked through")

    def program(w: Any) -> bytes:
        a, b = pair(w)
        session = Session()
        w.send(a, b"data", 4, 0)
        w.Sleep(10)
        session.receive(w, b)
        return session.data.raw

    monkeypatch.setattr(UserMemory, "_search", search)
    report = check([program], memory="locks", strategy="dpor", max_executions=1)  # a trace would look for names
    assert list(report.outcomes) == [b"dataxxxx"], report.violations


def test_bytes_are_sent_from_wherever_they_are_kept() -> None:
    def program(w: Any) -> bytes:
        client, server = pair(w)
        sent, buffer = c_uint32(), create_string_buffer(7)
        w.send(client, b"a", 1, 0)
        w.send(client, c_char_p(b"b"), 1, 0)
        single = CharBuf(1, b"c")
        w.WSASend(client, byref(single), 1, byref(sent), 0, None, None)
        several = (CharBuf * 2)(CharBuf(1, b"d"), CharBuf(2, b"ef"))
        w.WSASend(client, several, 2, byref(sent), 0, None, None)
        w.send(client, cast(c_char_p(b"g"), c_void_p), 1, 0)
        w.recv(server, buffer, 7, 8)  # MSG_WAITALL
        return buffer.raw

    assert outcome(program) == b"abcdefg"


def test_a_constant_is_never_written() -> None:
    def program(w: Any) -> list[Any]:
        client, server = pair(w)
        constant = b"constant"
        w.send(client, b"data", 4, 0)
        answers = [w.recv(server, constant, 4, 0), w.WSAGetLastError()]
        got, flags = c_uint32(), c_uint32()
        answers += [w.WSARecv(server, byref(CharBuf(4, constant)), 1, byref(got), byref(flags), None, None), w.WSAGetLastError()]
        size = ctypes.c_int32(16)
        answers += [w.getsockname(server, b"0123456789abcdef", byref(size)), w.WSAGetLastError()]
        return [*answers, constant]

    assert outcome(program) == [-1, WSAEFAULT, -1, WSAEFAULT, -1, WSAEFAULT, b"constant"]


# ---- wild addresses -------------------------------------------------------------------------------------------------------


def wild_addresses() -> list[Any]:
    """Addresses of things that are no memory of the program's."""
    exported = ctypes.py_object.in_dll(ctypes.pythonapi, "PyExc_OSError")
    return [1, 0xDEAD_BEEF, 2**47, 2**64 - 8, id(object()), id(POISON), addressof(exported)]


@pytest.mark.parametrize("call", ["recv", "send", "WSARecv", "getsockname", "ioctlsocket", "select", "overlapped"])
def test_a_wild_address_is_a_fault_and_nothing_is_written(call: str) -> None:
    def program(w: Any) -> list[tuple[int, int]]:
        client, server = pair(w)
        w.send(client, b"data", 4, 0)
        w.Sleep(1)
        got, flags = c_uint32(0xCCCC), c_uint32()
        answers = []
        for wild in wild_addresses():
            table, space = WSABUF(4, wild), create_string_buffer(4)
            arguments = {
                "recv": (wild, 4, 0),
                "send": (wild, 4, 0),
                "WSARecv": (byref(table), 1, byref(got), byref(flags), None, None),
                "getsockname": (wild, byref(ctypes.c_int32(16))),
                "ioctlsocket": (0x4004667F, wild),
                "select": (wild, None, None, None),
                "overlapped": (bufs(space), 1, byref(got), byref(flags), wild, None),
            }
            function = getattr(w, "WSARecv" if call == "overlapped" else call)
            answers.append((function(0 if call == "select" else server, *arguments[call]), w.WSAGetLastError()))
        assert got.value == 0xCCCC
        buffer = create_string_buffer(8)
        assert w.recv(server, buffer, 8, 0) == 4  # nothing was taken
        return answers

    assert outcome(program) == [(-1, WSAEFAULT)] * len(wild_addresses())


@pytest.mark.parametrize(
    "function", ["GetExitCodeThread", "InitializeCriticalSection", "WaitForMultipleObjects", "SetWaitableTimer"]
)
def test_a_wild_address_given_to_kernel32_is_an_access_violation(function: str) -> None:
    for wild in (None, *wild_addresses()):

        def program(w: Any, wild: Any = wild) -> None:
            arguments = {
                "GetExitCodeThread": (w.GetCurrentThread(), wild),
                "InitializeCriticalSection": (wild,),
                "WaitForMultipleObjects": (2, wild, 0, 0),
                "SetWaitableTimer": (w.CreateWaitableTimerW(None, 0, None), wild, 0, None, None, 0),
            }
            getattr(w, function)(*arguments[function])

        violation = run([program]).violation
        assert violation is not None
        assert f"access violation in {function}" in violation.message


def test_an_object_that_is_too_short_is_a_fault() -> None:
    def program(w: Any) -> list[int]:
        client, server = pair(w)
        w.send(client, b"data", 4, 0)
        short = create_string_buffer(3)
        answers = [w.recv(server, short, 4, 0), w.recv(server, byref(short, 1), 3, 0), w.recv(server, byref(short, 1), 2, 0)]
        return [*answers, len(short.raw.rstrip(b"\0"))]

    assert outcome(program) == [-1, -1, 2, 3]


def test_memory_that_was_moved_by_resize_is_not_written_at_its_old_place() -> None:
    def program(w: Any) -> bytes:
        client, server = pair(w)
        ov, buffer = OVERLAPPED(), create_string_buffer(64)
        post(w, server, buffer, ov)
        ctypes.resize(buffer, 1 << 20)
        w.send(client, b"data", 4, 0)
        w.Sleep(1)
        return bytes(buffer.raw[:4])

    assert outcome(program) == bytes(4)


def test_a_block_is_forgotten_with_its_owner() -> None:
    gone: list[str] = []
    memory = UserMemory(lambda block: gone.append(block.label))
    buffer = create_string_buffer(8)
    address = addressof(buffer)
    region = memory.region(byref(buffer, 2), 4)
    assert region is not None
    assert region.address == address + 2
    region.write(0, b"abcd")
    assert buffer.raw == b"\0\0abcd\0\0"
    del buffer
    assert gone == ["c_char_Array_8"]
    assert region.read(0, 4) == bytes(4)
    region.write(0, b"late")  # into nothing
    assert memory.region(address, 8) is None


def test_a_session_cast_back_in_the_routine_is_the_same_memory() -> None:
    class Session(Structure):
        _fields_ = (("overlapped", OVERLAPPED), ("id", c_uint32))

    def program(w: Any) -> list[int]:
        client, server = pair(w)
        session, buffer, log = Session(id=77), create_string_buffer(4), []

        def routine(_error: int, _count: int, ov: int, _flags: int) -> None:
            log.append(cast(ov, POINTER(Session)).contents.id)

        kept = w.CALLBACK(None, c_uint32, c_uint32, c_void_p, c_uint32)(routine)
        got, flags = c_uint32(), c_uint32()
        w.WSARecv(server, bufs(buffer), 1, byref(got), byref(flags), byref(session), kept)
        w.send(client, b"abc", 3, 0)
        w.SleepEx(INFINITE, 1)
        return log

    assert outcome(program) == [77]
