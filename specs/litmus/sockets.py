"""Shared pieces of the socket litmus programs: structures, constants and tiny helpers.

Uses only ctypes, winapi and the API object `w`; keeps no state of its own, so programs stay independent of each other.
"""

from __future__ import annotations

from ctypes import (
    addressof,
    byref,
    c_int32,
    c_size_t,
    c_uint32,
    c_void_p,
    cast,
    create_string_buffer,
    sizeof,
)

from alertable.winapi import (
    AF_INET,
    FD_ACCEPT,
    FD_CLOSE,
    FD_CONNECT,
    FD_OOB,
    FD_READ,
    FD_WRITE,
    FIONBIO,
    FIONREAD,
    INFINITE,
    INVALID_SOCKET,
    LINGER,
    MSG,
    MSG_OOB,
    MSG_PARTIAL,
    MSG_PEEK,
    MSG_WAITALL,
    OVERLAPPED,
    POLLERR,
    POLLHUP,
    POLLNVAL,
    POLLRDBAND,
    POLLRDNORM,
    POLLWRNORM,
    SD_BOTH,
    SD_RECEIVE,
    SD_SEND,
    SO_ACCEPTCONN,
    SO_CONNECT_TIME,
    SO_ERROR,
    SO_LINGER,
    SO_RCVBUF,
    SO_RCVTIMEO,
    SO_SNDBUF,
    SO_TYPE,
    SO_UPDATE_ACCEPT_CONTEXT,
    SO_UPDATE_CONNECT_CONTEXT,
    SOCKADDR_IN,
    SOL_SOCKET,
    STATUS_CANCELLED,
    STATUS_PENDING,
    TIMEVAL,
    WAIT_FAILED,
    WAIT_IO_COMPLETION,
    WAIT_TIMEOUT,
    WSABUF,
    fd_set_of,
    in_addr,
)  # fmt: skip
from alertable.winapi import WSANETWORKEVENTS as NETWORKEVENTS
from alertable.winapi import WSAPOLLFD as POLLFD

__all__ = [
    "FD_ACCEPT", "FD_ALL", "FD_CLOSE", "FD_CONNECT", "FD_OOB", "FD_READ", "FD_WRITE", "FIONBIO", "FIONREAD",
    "INFINITE", "INVALID_SOCKET", "LINGER", "MSG", "MSG_OOB", "MSG_PARTIAL", "MSG_PEEK", "MSG_WAITALL",
    "NETWORKEVENTS", "OVERLAPPED", "PENDING", "POLLERR", "POLLFD", "POLLHUP", "POLLNVAL", "POLLRDBAND", "POLLRDNORM",
    "POLLWRNORM", "SD_BOTH", "SD_RECEIVE", "SD_SEND", "SOCKADDR_IN", "SOL_SOCKET", "SO_ACCEPTCONN", "SO_CONNECT_TIME",
    "SO_ERROR", "SO_LINGER", "SO_RCVBUF", "SO_RCVTIMEO", "SO_SNDBUF", "SO_TYPE", "SO_UPDATE_ACCEPT_CONTEXT",
    "SO_UPDATE_CONNECT_CONTEXT", "STATUS_CANCELLED", "STATUS_PENDING", "TIMEVAL", "WAIT_FAILED", "WAIT_IO_COMPLETION",
    "WAIT_TIMEOUT", "WSABUF", "berr", "bound", "bufs", "close", "completion", "enum_events", "err",
    "getopt", "join", "listener", "loopback", "message_window", "name", "next_message", "nonblocking",
    "overlapped_result", "packet", "pair", "post", "readable", "reset", "sockets", "tcp", "thread", "udp", "wsarecv",
    "wsasend",
]  # fmt: skip

PENDING = (-1, 997)  # SOCKET_ERROR with WSA_IO_PENDING
FD_ALL = 63


def sockets(*handles, size=64):
    """An fd_set that holds these sockets."""
    result = fd_set_of(size)()
    result.fd_count = len(handles)
    result.fd_array[: len(handles)] = handles
    return result


def err(w, result):
    """(result, last error) of a failed call, (result, 0) of any other."""
    return (result, w.WSAGetLastError()) if result == -1 else (result, 0)


def berr(w, result):
    """The same for functions that return FALSE on failure."""
    return (0, w.GetLastError()) if not result else (1, 0)


def loopback(port=0):
    """127.0.0.1:port (port in network byte order)."""
    return SOCKADDR_IN(AF_INET, port, in_addr(S_un_b=(127, 0, 0, 1)))


def name(w, s):
    """The local address of s."""
    addr, size = SOCKADDR_IN(), c_int32(16)
    assert w.getsockname(s, byref(addr), byref(size)) == 0
    return addr


def tcp(w, flags=1):
    return w.WSASocketW(2, 1, 6, None, 0, flags)


def udp(w):
    return w.WSASocketW(2, 2, 17, None, 0, 1)


def bound(w, s):
    """Binds s to 127.0.0.1 and a free port; its address."""
    assert w.bind(s, byref(loopback()), 16) == 0
    return name(w, s)


def listener(w, backlog=5):
    s = tcp(w)
    addr = bound(w, s)
    assert w.listen(s, backlog) == 0
    return s, addr


def pair(w, flags=1):
    """A connected TCP pair: (client, server)."""
    listening, addr = listener(w)
    client = tcp(w, flags)
    assert w.connect(client, byref(addr), 16) == 0
    server = w.accept(listening, None, None)
    w.closesocket(listening)
    return client, server


def close(w, *handles):
    """Closes sockets, then runs every completion routine that is still queued or comes from the closing."""
    for s in handles:
        w.closesocket(s)
    for _ in range(50):
        if w.SleepEx(10, 1) != WAIT_IO_COMPLETION:
            break


def reset(w, s):
    """Closes s hard (linger on, 0 seconds): the peer gets an RST."""
    w.setsockopt(s, SOL_SOCKET, SO_LINGER, byref(LINGER(1, 0)), 4)
    w.closesocket(s)


def nonblocking(w, s, on=1):
    return w.ioctlsocket(s, FIONBIO, byref(c_uint32(on)))


def bufs(*parts):
    """A WSABUF array over these ctypes buffers (or (buffer, length) pairs)."""
    parts = [p if isinstance(p, tuple) else (p, sizeof(p)) for p in parts]
    return (WSABUF * len(parts))(*[WSABUF(n, addressof(b)) for b, n in parts])


def wsarecv(w, s, buffers, ov=None, routine=None, flags=0):
    """WSARecv: ((result, last error), bytes at return, flags at return); bytes start as 777."""
    n, f = c_uint32(777), c_uint32(flags)
    r = w.WSARecv(s, buffers, len(buffers), byref(n), byref(f), ov and byref(ov), routine)
    return err(w, r), n.value, f.value


def post(w, s, buffer, ov, routine=None, flags=0):
    """Starts one overlapped receive; (result, last error)."""
    return wsarecv(w, s, bufs(buffer), ov, routine, flags)[0]


def wsasend(w, s, buffers, ov=None, routine=None, flags=0):
    n = c_uint32(777)
    r = w.WSASend(s, buffers, len(buffers), byref(n), flags, ov and byref(ov), routine)
    return err(w, r), n.value


def completion(w, log, *overlappeds):
    """A completion routine that appends (error, bytes, index of the OVERLAPPED, flags) to log."""
    places = {addressof(o): i for i, o in enumerate(overlappeds)}

    def routine(error, n, ov, flags):
        log.append((error, n, places.get(ov, "?"), flags))

    return w.CALLBACK(None, c_uint32, c_uint32, c_void_p, c_uint32)(routine)


def overlapped_result(w, s, ov, wait=0):
    """WSAGetOverlappedResult: (result, last error or 0, bytes, flags); bytes and flags start as 777."""
    n, f = c_uint32(777), c_uint32(777)
    r = w.WSAGetOverlappedResult(s, byref(ov), byref(n), wait, byref(f))
    return (1, 0, n.value, f.value) if r else (0, w.WSAGetLastError())


def readable(w, s, ms=3000):
    """Waits in select until s is readable; 1 if so."""
    return w.select(0, byref(sockets(s)), None, None, byref(TIMEVAL(ms // 1000, ms % 1000 * 1000)))


def packet(w, port, ms=3000, known=()):
    """One GetQueuedCompletionStatus: (result, error or 0, bytes, key, index of the OVERLAPPED or None)."""
    n, key, ov = c_uint32(), c_size_t(), c_void_p()
    r = w.GetQueuedCompletionStatus(port, byref(n), byref(key), byref(ov), ms)
    error = 0 if r else w.GetLastError()
    if ov.value is None:
        return (0, error)
    return (1 if r else 0, error, n.value, key.value, {addressof(o): i for i, o in enumerate(known)}.get(ov.value, "?"))


def enum_events(w, s, event=None):
    """WSAEnumNetworkEvents: (events, {bit: error} of the events reported)."""
    record = NETWORKEVENTS()
    assert w.WSAEnumNetworkEvents(s, event, byref(record)) == 0
    return (record.lNetworkEvents, tuple(record.iErrorCode[i] for i in range(6) if record.lNetworkEvents >> i & 1))


def getopt(w, s, option, size=4):
    value, length = c_int32(), c_int32(size)
    r = w.getsockopt(s, SOL_SOCKET, option, byref(value), byref(length))
    return value.value if r == 0 else err(w, r)


def thread(w, function):
    """Runs function(param) on a new thread: (handle, routine to keep alive)."""

    def body(param):
        return function() or 0

    routine = w.CALLBACK(c_uint32, c_void_p)(body)
    tid = c_uint32()
    return w.CreateThread(None, 0, routine, None, 0, byref(tid)), routine


def join(w, t):
    """Waits for a thread of `thread` to end."""
    r = w.WaitForSingleObject(t[0], 10000)
    w.CloseHandle(t[0])
    return r


def message_window(w):
    """A message-only window of the predefined class STATIC."""
    kind = create_string_buffer("STATIC\0".encode("utf-16-le"))  # UTF-16 wherever this runs
    return w.CreateWindowExW(0, cast(kind, c_void_p), None, 0, 0, 0, 0, 0, c_void_p(-3), None, None, None)


def next_message(w, hwnd, wm, ms=2000):
    """The next posted message wm: (wParam, lParam), or None after ms."""
    m = MSG()
    for _ in range(ms // 20 + 1):
        if w.PeekMessageW(byref(m), hwnd, wm, wm, 1):
            return m.wParam, m.lParam
        w.Sleep(20)
    return None
