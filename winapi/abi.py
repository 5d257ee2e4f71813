"""ctypes structures of the Win32 API, with the layout of x64 Windows on every operating system.

Every field has a fixed width: `c_ulong` and `c_wchar` have other sizes off Windows, so DWORD is `c_uint32`, LONG `c_int32`,
WCHAR `c_uint16`. Pointers and handles are `c_void_p` (reads as int, or None for NULL), ULONG_PTR and SOCKET `c_uint64`.
Positional arguments fill the fields in the order given here, which is the order in memory (unions: the first member).

Models:  the structures that sockets, waits, completion ports and message queues pass by address.
Sources: learn.microsoft.com pages of each structure (minwinbase, winsock2, ws2def, winuser, winnt); K-01 to K-76,
         S-01 to S-115; tests/winapi/test_abi.py checks every size and offset.
Differs: `LARGE_INTEGER(n)` and `in_addr(n)` set the whole value, where C initialises the first nested structure.
"""

from ctypes import (
    Structure,
    Union,
    c_char,
    c_int16,
    c_int32,
    c_int64,
    c_ubyte,
    c_uint16,
    c_uint32,
    c_uint64,
    c_void_p,
)
from functools import cache
from typing import Final

__all__ = [
    "CONDITION_VARIABLE",
    "CRITICAL_SECTION",
    "FD_SETSIZE",
    "FILETIME",
    "IN_ADDR",
    "LARGE_INTEGER",
    "LINGER",
    "MSG",
    "OVERLAPPED",
    "OVERLAPPED_ENTRY",
    "POINT",
    "SECURITY_ATTRIBUTES",
    "SOCKADDR",
    "SOCKADDR_IN",
    "SRWLOCK",
    "TIMEVAL",
    "WNDCLASSEXW",
    "WSABUF",
    "WSADATA",
    "WSANETWORKEVENTS",
    "WSAOVERLAPPED",
    "WSAPOLLFD",
    "fd_set",
    "fd_set_of",
    "in_addr",
    "linger",
    "sockaddr",
    "sockaddr_in",
    "timeval",
]

FD_SETSIZE: Final = 64
"""Sockets in the default `fd_set`; any other size is as good (`fd_set_of`), for select reads the count (S-87)."""


# -- overlapped input and output


class OVERLAPPED(Structure):
    """One asynchronous operation; the kernel owns it from the call until its completion was delivered."""

    _fields_ = (
        ("Internal", c_uint64),  # NTSTATUS: STATUS_PENDING, then the result
        ("InternalHigh", c_uint64),  # bytes transferred
        ("Offset", c_uint32),  # file position; 0 for sockets
        ("OffsetHigh", c_uint32),
        ("hEvent", c_void_p),  # low bit set: no packet to the completion port
    )


WSAOVERLAPPED = OVERLAPPED


class OVERLAPPED_ENTRY(Structure):
    """One packet taken by GetQueuedCompletionStatusEx."""

    _fields_ = (
        ("lpCompletionKey", c_uint64),
        ("lpOverlapped", c_void_p),
        ("Internal", c_uint64),
        ("dwNumberOfBytesTransferred", c_uint32),
    )


# -- sockets


class WSABUF(Structure):
    """One piece of a scattered receive or a gathered send."""

    _fields_ = (("len", c_uint32), ("buf", c_void_p))


class in_addr(Union):
    """An IPv4 address, in network byte order."""

    _fields_ = (("S_addr", c_uint32), ("S_un_b", c_ubyte * 4), ("S_un_w", c_uint16 * 2))


class sockaddr_in(Structure):
    """An IPv4 socket address; port and address in network byte order."""

    _fields_ = (("sin_family", c_uint16), ("sin_port", c_uint16), ("sin_addr", in_addr), ("sin_zero", c_ubyte * 8))


class sockaddr(Structure):
    """A socket address of any family that fits."""

    _fields_ = (("sa_family", c_uint16), ("sa_data", c_ubyte * 14))


SOCKADDR_IN = sockaddr_in
SOCKADDR = sockaddr
IN_ADDR = in_addr


class fd_set(Structure):
    """A count and an array of sockets (not a bit set)."""

    _fields_ = (("fd_count", c_uint32), ("fd_array", c_uint64 * FD_SETSIZE))


@cache
def fd_set_of(size: int) -> type[Structure]:
    """The fd_set type with room for `size` sockets, as `#define FD_SETSIZE size` gives in C."""
    if size == FD_SETSIZE:
        return fd_set
    return type(f"fd_set_{size}", (Structure,), {"_fields_": (("fd_count", c_uint32), ("fd_array", c_uint64 * size))})


class timeval(Structure):
    """A time-out of select."""

    _fields_ = (("tv_sec", c_int32), ("tv_usec", c_int32))


class linger(Structure):
    """The value of SO_LINGER: {1, 0} makes closesocket reset the connection."""

    _fields_ = (("l_onoff", c_uint16), ("l_linger", c_uint16))


TIMEVAL = timeval
LINGER = linger


class WSANETWORKEVENTS(Structure):
    """The record that WSAEnumNetworkEvents copies and clears; iErrorCode is indexed by bit number."""

    _fields_ = (("lNetworkEvents", c_int32), ("iErrorCode", c_int32 * 10))


class WSAPOLLFD(Structure):
    """One socket of a WSAPoll call."""

    _fields_ = (("fd", c_uint64), ("events", c_int16), ("revents", c_int16))


class WSADATA(Structure):
    """What WSAStartup fills in (x64: the vendor pointer stands before the texts)."""

    _fields_ = (
        ("wVersion", c_uint16),
        ("wHighVersion", c_uint16),
        ("iMaxSockets", c_uint16),
        ("iMaxUdpDg", c_uint16),
        ("lpVendorInfo", c_void_p),
        ("szDescription", c_char * 257),
        ("szSystemStatus", c_char * 129),
    )


# -- integers of 64 bits in two halves, security, locks


class _Halves(Structure):
    _fields_ = (("LowPart", c_uint32), ("HighPart", c_int32))


class LARGE_INTEGER(Union):
    """A signed 64-bit number: due times (negative: relative, in 100 ns)."""

    _anonymous_ = ("u",)
    _fields_ = (("QuadPart", c_int64), ("u", _Halves))


class FILETIME(Structure):
    """100 ns intervals since 1601-01-01 UTC."""

    _fields_ = (("dwLowDateTime", c_uint32), ("dwHighDateTime", c_uint32))


class SECURITY_ATTRIBUTES(Structure):
    """Security descriptor and inheritance of a new handle."""

    _fields_ = (("nLength", c_uint32), ("lpSecurityDescriptor", c_void_p), ("bInheritHandle", c_int32))


class CRITICAL_SECTION(Structure):
    """A recursive lock of one process; its address is its identity, so it must not be copied or moved."""

    _fields_ = (
        ("DebugInfo", c_void_p),
        ("LockCount", c_int32),
        ("RecursionCount", c_int32),
        ("OwningThread", c_void_p),
        ("LockSemaphore", c_void_p),
        ("SpinCount", c_uint64),
    )


class SRWLOCK(Structure):
    """A slim reader/writer lock; zero when free, so a fresh one needs no call."""

    _fields_ = (("Ptr", c_void_p),)


class CONDITION_VARIABLE(Structure):
    """A condition variable; zero when nobody sleeps, so a fresh one needs no call."""

    _fields_ = (("Ptr", c_void_p),)


# -- windows and messages


class POINT(Structure):
    """A position on the screen."""

    _fields_ = (("x", c_int32), ("y", c_int32))


class MSG(Structure):
    """A message taken from the thread's queue."""

    _fields_ = (
        ("hwnd", c_void_p),
        ("message", c_uint32),
        ("wParam", c_uint64),
        ("lParam", c_int64),
        ("time", c_uint32),
        ("pt", POINT),
    )


class WNDCLASSEXW(Structure):
    """A window class for RegisterClassExW."""

    _fields_ = (
        ("cbSize", c_uint32),
        ("style", c_uint32),
        ("lpfnWndProc", c_void_p),
        ("cbClsExtra", c_int32),
        ("cbWndExtra", c_int32),
        ("hInstance", c_void_p),
        ("hIcon", c_void_p),
        ("hCursor", c_void_p),
        ("hbrBackground", c_void_p),
        ("lpszMenuName", c_void_p),
        ("lpszClassName", c_void_p),
        ("hIconSm", c_void_p),
    )
