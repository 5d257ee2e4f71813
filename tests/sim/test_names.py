"""One object has one name, however a program refers to it."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, Structure, addressof, byref, c_char, c_uint8, c_uint64, c_void_p, cast, pointer, sizeof
from typing import TYPE_CHECKING, Any

import pytest

import alertable
from alertable.sim.trace.event import EventKind
from alertable.sim.trace.names import LEAST_ADDRESS, place
from alertable.specs.litmus.sockets import loopback
from alertable.winapi import INFINITE, INVALID_HANDLE_VALUE, OVERLAPPED, WSABUF

if TYPE_CHECKING:
    from collections.abc import Callable

    from alertable.winapi import WinApi


told_apart = pytest.mark.skipif(
    addressof(c_uint64()) < LEAST_ADDRESS, reason="this process has its memory below 4 GiB (Wine): a number may be an address"
)


class Session(Structure):
    _fields_ = [("overlapped", OVERLAPPED), ("number", c_uint64), ("buffers", WSABUF * 2), ("text", c_uint8 * 32)]


class Longer(Session):
    _fields_ = [("more", c_uint64)]


def names(program: Callable[..., object], argument: int) -> list[str]:
    """What the calls of the program are told to be about: their n-th argument."""
    execution = alertable.run(program, specs=())
    assert execution.violation is None, execution.violation
    again = alertable.run(program, specs=())
    assert again.trace == execution.trace
    return [event.text.split(", ")[argument] for event in execution.trace if event.kind is EventKind.CALL]


@told_apart
def test_every_way_to_an_object_is_the_same_name() -> None:
    def program(w: WinApi) -> None:
        session = Session()
        address = addressof(session)
        ways: list[Any] = [
            byref(session), pointer(session), address, c_void_p(address), cast(pointer(session), c_void_p),
            byref(Session.from_address(address)), cast(address, POINTER(Session)).contents.overlapped,
            pointer(cast(address, POINTER(OVERLAPPED)).contents), byref(session.overlapped), byref(Longer(), 0), byref(session),
        ]  # fmt: skip
        for way in ways:
            w.PostQueuedCompletionStatus(0, 0, 0, byref(way) if isinstance(way, Structure) else way)

    called = names(program, 3)
    assert called == ["Session#1"] * 9 + ["Longer#1", "Session#1"]


@told_apart
def test_parts_are_named_by_where_they_are() -> None:
    def program(w: WinApi) -> None:
        session = Longer()
        for way in (
            byref(session.buffers[1]), addressof(session) + Session.text.offset + 4, byref(session, Session.number.offset),
            byref(session.buffers), byref(WSABUF.from_address(addressof(session.buffers[1]))),
            session.text, pointer(session.text), byref(session, Longer.more.offset),
        ):  # fmt: skip
            w.PostQueuedCompletionStatus(0, 0, 0, way)

    assert names(program, 3) == [
        "Longer#1.buffers[1]", "Longer#1.text+4", "Longer#1.number", "Longer#1.buffers", "Longer#1.buffers[1]", "Longer#1.text",
        "Longer#1.text", "Longer#1.more",
    ]  # fmt: skip


def test_views_of_a_bytearray_are_that_bytearray() -> None:
    def program(w: WinApi) -> None:
        data, other = bytearray(64), bytearray(64)
        s = w.socket(2, 2, 17)
        w.bind(s, byref(loopback()), 16)
        w.ioctlsocket(s, 0x8004667E - 2**32, byref(ctypes.c_uint32(1)))
        views = [(c_char * 64).from_buffer(data), (c_char * 32).from_buffer(data), (c_char * 32).from_buffer(data, 16)]
        for view in (*views, (c_char * 64).from_buffer(other), (c_char * 64).from_buffer(memoryview(data))):
            w.recv(s, view, sizeof(view), 0)

    assert names(program, 1)[3:] == ["bytearray#1", "bytearray#1", "bytearray#1+16", "bytearray#2", "bytearray#1"]


@told_apart
def test_memory_of_a_heap_has_a_name() -> None:
    def program(w: WinApi) -> None:
        heap = w.GetProcessHeap()
        one, two = w.HeapAlloc(heap, 8, sizeof(Session)), w.HeapAlloc(heap, 8, sizeof(Session))
        assert one
        assert two
        for way in (one, byref(Session.from_address(one)), byref(Session.from_address(two)), one + 32):
            w.PostQueuedCompletionStatus(0, 0, 0, way)

    called = names(program, -1)[-4:]
    assert called[0] == called[1] != called[2]
    assert called[3] == f"{called[0]}+32"


@told_apart
def test_a_completion_key_that_is_an_address_is_named() -> None:
    def program(w: WinApi) -> None:
        session = Session()
        port = w.CreateIoCompletionPort(INVALID_HANDLE_VALUE, None, 0, 0)
        w.PostQueuedCompletionStatus(port, 0, addressof(session), byref(session))
        w.PostQueuedCompletionStatus(port, 0, 7, None)

    assert names(program, 2)[1:] == ["Session#1", "7"]


def test_another_object_at_the_same_address_is_another() -> None:
    def program(w: WinApi) -> None:
        for _ in range(3):
            w.PostQueuedCompletionStatus(0, 0, 0, byref(Session()))

    assert names(program, 3) == ["Session#1", "Session#2", "Session#3"]


def test_locks_and_messages_use_the_name_of_the_memory() -> None:
    def program(w: WinApi) -> None:
        lock = c_void_p()
        w.AcquireSRWLockExclusive(byref(lock))
        w.AcquireSRWLockExclusive(byref(lock))

    execution = alertable.run(program)
    assert execution.violation is not None
    assert "SRWLOCK#1" in execution.violation.message
    assert [event.text for event in execution.trace if event.kind is EventKind.CALL] == ["SRWLOCK#1", "SRWLOCK#1"]

    def drops(w: WinApi) -> None:
        port = w.CreateIoCompletionPort(INVALID_HANDLE_VALUE, None, 0, 0)
        s = w.WSASocketW(2, 2, 17, None, 0, 1)
        w.bind(s, byref(loopback()), 16)
        w.CreateIoCompletionPort(s, port, 0, 0)
        session, data = Session(), (c_char * 8)()
        w.WSARecv(s, byref(WSABUF(8, addressof(data))), 1, None, byref(ctypes.c_uint32()), byref(session), None)
        del session
        w.Sleep(INFINITE)

    violation = alertable.run(drops).violation
    assert violation is not None
    assert violation.id == "S1"
    assert "Session#1 was released" in violation.message


@pytest.mark.parametrize(
    ("kind", "offset", "said"),
    [
        (Session, 0, ""),
        (Session, 8, ".overlapped.InternalHigh"),
        (Session * 3, sizeof(Session) + 32, "[1].number"),
        (c_char * 8, 3, "+3"),
    ],
)
def test_places(kind: Any, offset: int, said: str) -> None:
    assert place(kind, offset) == said


def test_a_closed_handle_is_still_called_what_it_named() -> None:
    def program(w: WinApi) -> None:
        event = w.CreateEventW(None, 1, 0, None)
        w.CloseHandle(event)
        w.SetEvent(event)
        w.SetEvent(INVALID_HANDLE_VALUE)

    assert names(program, 0)[1:] == ["event#1", "event#1 (closed)", "INVALID_HANDLE_VALUE"]
