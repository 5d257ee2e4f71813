"""The structures have the sizes and offsets of x64 Windows on every operating system.

Sources: the tables of learn.microsoft.com pages and headers (minwinbase.h, winsock2.h, ws2def.h, winuser.h, winnt.h) for x64.
"""

from ctypes import Structure, Union, addressof, c_uint16, c_uint32, c_uint64, sizeof, string_at
from typing import Any

import pytest

from alertable.winapi import abi
from alertable.winapi.wsaid import (
    EXTENSIONS,
    GUID,
    WSAID_ACCEPTEX,
    WSAID_CONNECTEX,
    WSAID_DISCONNECTEX,
    WSAID_GETACCEPTEXSOCKADDRS,
)

# structure: size, offset and size of every field
LAYOUTS: dict[str, tuple[int, dict[str, tuple[int, int]]]] = {
    "OVERLAPPED": (
        32,
        {"Internal": (0, 8), "InternalHigh": (8, 8), "Offset": (16, 4), "OffsetHigh": (20, 4), "hEvent": (24, 8)},
    ),
    "OVERLAPPED_ENTRY": (
        32,
        {"lpCompletionKey": (0, 8), "lpOverlapped": (8, 8), "Internal": (16, 8), "dwNumberOfBytesTransferred": (24, 4)},
    ),
    "WSABUF": (16, {"len": (0, 4), "buf": (8, 8)}),
    "in_addr": (4, {"S_addr": (0, 4), "S_un_b": (0, 4), "S_un_w": (0, 4)}),
    "sockaddr_in": (16, {"sin_family": (0, 2), "sin_port": (2, 2), "sin_addr": (4, 4), "sin_zero": (8, 8)}),
    "sockaddr": (16, {"sa_family": (0, 2), "sa_data": (2, 14)}),
    "fd_set": (520, {"fd_count": (0, 4), "fd_array": (8, 512)}),
    "timeval": (8, {"tv_sec": (0, 4), "tv_usec": (4, 4)}),
    "linger": (4, {"l_onoff": (0, 2), "l_linger": (2, 2)}),
    "WSANETWORKEVENTS": (44, {"lNetworkEvents": (0, 4), "iErrorCode": (4, 40)}),
    "WSAPOLLFD": (16, {"fd": (0, 8), "events": (8, 2), "revents": (10, 2)}),
    "WSADATA": (
        408,
        {
            "wVersion": (0, 2),
            "wHighVersion": (2, 2),
            "iMaxSockets": (4, 2),
            "iMaxUdpDg": (6, 2),
            "lpVendorInfo": (8, 8),
            "szDescription": (16, 257),
            "szSystemStatus": (273, 129),
        },
    ),
    "LARGE_INTEGER": (8, {"QuadPart": (0, 8), "LowPart": (0, 4), "HighPart": (4, 4)}),
    "FILETIME": (8, {"dwLowDateTime": (0, 4), "dwHighDateTime": (4, 4)}),
    "SECURITY_ATTRIBUTES": (24, {"nLength": (0, 4), "lpSecurityDescriptor": (8, 8), "bInheritHandle": (16, 4)}),
    "CRITICAL_SECTION": (
        40,
        {
            "DebugInfo": (0, 8),
            "LockCount": (8, 4),
            "RecursionCount": (12, 4),
            "OwningThread": (16, 8),
            "LockSemaphore": (24, 8),
            "SpinCount": (32, 8),
        },
    ),
    "SRWLOCK": (8, {"Ptr": (0, 8)}),
    "CONDITION_VARIABLE": (8, {"Ptr": (0, 8)}),
    "POINT": (8, {"x": (0, 4), "y": (4, 4)}),
    "MSG": (
        48,
        {"hwnd": (0, 8), "message": (8, 4), "wParam": (16, 8), "lParam": (24, 8), "time": (32, 4), "pt": (36, 8)},
    ),
    "WNDCLASSEXW": (
        80,
        {
            "cbSize": (0, 4),
            "style": (4, 4),
            "lpfnWndProc": (8, 8),
            "cbClsExtra": (16, 4),
            "cbWndExtra": (20, 4),
            "hInstance": (24, 8),
            "hIcon": (32, 8),
            "hCursor": (40, 8),
            "hbrBackground": (48, 8),
            "lpszMenuName": (56, 8),
            "lpszClassName": (64, 8),
            "hIconSm": (72, 8),
        },
    ),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_size_and_offsets_are_those_of_x64_windows(name: str) -> None:
    structure = getattr(abi, name)
    size, expected = LAYOUTS[name]
    found = {field: (getattr(structure, field).offset, getattr(structure, field).size) for field in expected}
    assert (sizeof(structure), found) == (size, expected)
    assert {field for field, *_ in structure._fields_} - set(getattr(structure, "_anonymous_", ())) <= set(expected)


def test_every_structure_is_in_the_table() -> None:
    structures = {n for n in abi.__all__ if isinstance(getattr(abi, n), type) and issubclass(getattr(abi, n), (Structure, Union))}
    aliases = {"WSAOVERLAPPED", "SOCKADDR_IN", "SOCKADDR", "IN_ADDR", "TIMEVAL", "LINGER"}
    assert structures - aliases == set(LAYOUTS)


def test_aliases_are_the_same_types() -> None:
    assert abi.WSAOVERLAPPED is abi.OVERLAPPED
    assert abi.SOCKADDR_IN is abi.sockaddr_in
    assert abi.LINGER is abi.linger


@pytest.mark.parametrize("size", [1, 64, 65, 1000])
def test_an_fd_set_of_any_size_keeps_count_and_array_in_place(size: int) -> None:
    kind: Any = abi.fd_set_of(size)
    assert sizeof(kind) == 8 + 8 * size
    assert (kind.fd_count.offset, kind.fd_array.offset) == (0, 8)
    assert abi.fd_set_of(size) is kind, "one type per size, so that values of one size can be assigned"


def test_the_default_fd_set_is_the_one_of_64() -> None:
    assert abi.fd_set_of(abi.FD_SETSIZE) is abi.fd_set


def test_an_address_is_written_in_network_byte_order() -> None:
    address = abi.sockaddr_in(2, 0x901F)  # htons(8080) on a little-endian machine
    address.sin_addr.S_un_b[:] = [127, 0, 0, 1]
    assert string_at(addressof(address), 16) == bytes([2, 0, 0x1F, 0x90, 127, 0, 0, 1]) + bytes(8)


def test_a_due_time_is_one_number_or_two_halves() -> None:
    due = abi.LARGE_INTEGER(-10_000)
    assert (due.QuadPart, due.LowPart, due.HighPart) == (-10_000, 2**32 - 10_000, -1)


def test_fields_keep_all_their_bits() -> None:
    overlapped = abi.OVERLAPPED(2**64 - 1, 2**64 - 2, 2**32 - 1, 2**32 - 2, 2**64 - 3)
    assert overlapped.hEvent == 2**64 - 3
    assert string_at(addressof(overlapped), 32) == bytes(c_uint64(2**64 - 1)) + bytes(c_uint64(2**64 - 2)) + bytes(
        c_uint32(2**32 - 1)
    ) + bytes(c_uint32(2**32 - 2)) + bytes(c_uint64(2**64 - 3))
    assert abi.linger(1, 65535).l_linger == c_uint16(-1).value


GUIDS = {
    "b5367df1-cbac-11cf-95ca-00805f48a192": (WSAID_ACCEPTEX, "f17d36b5accbcf1195ca00805f48a192"),
    "b5367df2-cbac-11cf-95ca-00805f48a192": (WSAID_GETACCEPTEXSOCKADDRS, "f27d36b5accbcf1195ca00805f48a192"),
    "25a207b9-ddf3-4660-8ee9-76e58c74063e": (WSAID_CONNECTEX, "b907a225f3dd60468ee976e58c74063e"),
    "7fda2e11-8630-436f-a031-f536a6eec157": (WSAID_DISCONNECTEX, "112eda7f30866f43a031f536a6eec157"),
}


@pytest.mark.parametrize("text", GUIDS)
def test_a_guid_is_three_little_endian_numbers_and_eight_bytes(text: str) -> None:
    guid, memory = GUIDS[text]
    assert sizeof(guid) == 16
    assert bytes(guid).hex() == memory
    assert str(guid) == text
    assert guid == GUID.parse(text.upper())
    assert guid in EXTENSIONS.values()


@pytest.mark.parametrize("text", ["", "b5367df1", "b5367df1cbac11cf95ca00805f48a192", "z5367df1-cbac-11cf-95ca-00805f48a192"])
def test_what_is_no_guid_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # int() words the last case
        GUID.parse(text)
