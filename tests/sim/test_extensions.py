"""A socket for its second connection, a client that resets before its first data, missing functions, shared addresses."""

from __future__ import annotations

import uuid
from ctypes import byref, c_int32, c_uint32, c_void_p, create_string_buffer
from typing import TYPE_CHECKING, Any

import pytest

import alertable
from alertable.kernel_model.errors import NotModelled
from alertable.specs.litmus.sockets import listener, loopback, overlapped_result, packet, reset, tcp
from alertable.winapi import INVALID_HANDLE_VALUE, SO_REUSEADDR, SOL_SOCKET, WSAOVERLAPPED

if TYPE_CHECKING:
    from collections.abc import Callable

    from alertable.winapi import WinApi

TF_REUSE_SOCKET = 2
SO_EXCLUSIVEADDRUSE = -5


def test_a_socket_is_reused_once_both_ends_have_disconnected() -> None:
    """TF_REUSE_SOCKET: pending until the peer has closed; then AcceptEx takes the socket again (S-84)."""

    def program(w: WinApi) -> tuple[Any, ...]:
        listening, address = listener(w)
        served, out = tcp(w), create_string_buffer(64)
        seen: list[Any] = []
        for _ in range(2):
            client, accepted, disconnected = tcp(w), WSAOVERLAPPED(), WSAOVERLAPPED()
            w.AcceptEx(listening, served, out, 0, 32, 32, byref(c_uint32()), byref(accepted))
            w.connect(client, byref(address), 16)
            overlapped_result(w, listening, accepted, 1)
            w.DisconnectEx(served, byref(disconnected), TF_REUSE_SOCKET, 0)
            again = w.AcceptEx(listening, served, out, 0, 32, 32, byref(c_uint32()), byref(WSAOVERLAPPED()))
            seen.append((again, w.WSAGetLastError()))
            w.closesocket(client)
            seen.append(overlapped_result(w, served, disconnected, 1)[0])
        return tuple(seen)

    assert alertable.run(program).outcome == ((0, 10022), 1) * 2


def test_an_accept_that_waits_for_data_ends_with_the_reset_of_its_client() -> None:
    """ERROR_NETNAME_DELETED, and the listener goes on (CPython gh-93821)."""

    def program(w: WinApi) -> tuple[Any, ...]:
        listening, address = listener(w)
        port = w.CreateIoCompletionPort(INVALID_HANDLE_VALUE, None, 0, 1)
        w.CreateIoCompletionPort(listening, port, 7, 0)
        seen: list[Any] = []
        for rude in (True, False):
            client, overlapped, out = tcp(w), WSAOVERLAPPED(), create_string_buffer(96)
            w.AcceptEx(listening, tcp(w), out, 32, 32, 32, byref(c_uint32()), byref(overlapped))
            w.connect(client, byref(address), 16)
            w.Sleep(10)
            if rude:
                reset(w, client)
            else:
                w.send(client, b"hello", 5, 0)
            seen.append(packet(w, port, 1_000, (overlapped,))[:3])
        return tuple(seen)

    assert alertable.run(program, specs=()).outcome == ((0, 64, 0), (1, 0, 5))


def test_extension_functions_that_exist_are_not_modelled_and_others_are_refused() -> None:
    def ask(guid: str) -> Callable[[WinApi], tuple[int, int]]:
        wsaid = create_string_buffer(uuid.UUID(guid).bytes_le, 16)

        def program(w: WinApi) -> tuple[int, int]:
            pointer = c_void_p()
            asked = w.WSAIoctl(tcp(w), 0xC8000006, wsaid, 16, byref(pointer), 8, byref(c_uint32()), None, None)
            return asked, w.WSAGetLastError()

        return program

    with pytest.raises(NotModelled, match="WSARecvMsg"):
        alertable.run(ask("f689d7c8-6f1f-436b-8a53-e54fe351c322"))
    assert alertable.run(ask("00000000-6f1f-436b-8a53-e54fe351c322")).outcome == (-1, 10022)


def test_an_exclusive_address_is_not_shared_and_the_two_options_exclude_each_other() -> None:
    def program(w: WinApi) -> tuple[Any, ...]:
        def switch_on(s: int, option: int) -> int:
            return w.setsockopt(s, SOL_SOCKET, option, byref(c_int32(1)), 4)

        owner, thief, third = tcp(w), tcp(w), tcp(w)
        address = loopback(w.htons(5_000))
        made = switch_on(owner, SO_EXCLUSIVEADDRUSE), w.bind(owner, byref(address), 16)
        stolen = switch_on(thief, SO_REUSEADDR), w.bind(thief, byref(address), 16), w.WSAGetLastError()
        both = switch_on(thief, SO_EXCLUSIVEADDRUSE), w.WSAGetLastError()
        return made, stolen, both, w.bind(third, byref(address), 16), w.WSAGetLastError()

    assert alertable.run(program).outcome == ((0, 0), (0, -1, 10013), (-1, 10022), -1, 10048)
