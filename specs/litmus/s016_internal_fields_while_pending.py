"""S016  A pending operation has Internal = STATUS_PENDING (0x103) and leaves InternalHigh alone; completion stores the
status and the byte count.
fact: S-20
source: WSAOVERLAPPED page; HasOverlappedIoCompleted macro; Wine sock.c test_nonblocking_async_recv
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, close, pair, post
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    event = w.CreateEventW(None, 1, 0, None)
    buf, ov = create_string_buffer(8), OVERLAPPED(Internal=0xDEADBEEF, InternalHigh=0xDEADBEEF, hEvent=event)
    post(w, a, buf, ov)
    pending = ov.Internal, ov.InternalHigh
    w.send(b, b"hello", 5, 0)
    w.WaitForSingleObject(event, 3000)
    done = ov.Internal, ov.InternalHigh
    w.CloseHandle(event)
    close(w, a, b)
    return pending, done
EXPECTED = {((0x103, 0xDEADBEEF), (0, 5))}
