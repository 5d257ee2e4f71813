"""S003  The routine gets (error, bytes, the very OVERLAPPED pointer that was passed, flags); the fourth argument is the
dwFlags value that lpFlags would have had after an immediate completion - 0 for ordinary stream data.
fact: S-04, S-05
source: WSARecv page (CompletionROUTINE: dwError, cbTransferred, lpOverlapped, dwFlags)
"""
from ctypes import addressof, c_uint32, c_void_p, create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, close, pair, post
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    buf, ovs, seen = create_string_buffer(8), (OVERLAPPED * 3)(), []
    def routine(error, n, ov, flags):
        seen.append((error, n, ov == addressof(ovs[1]), flags, OVERLAPPED.from_address(ov).InternalHigh))
    cb = w.CALLBACK(None, c_uint32, c_uint32, c_void_p, c_uint32)(routine)
    post(w, a, buf, ovs[1], cb)
    w.send(b, b"abc", 3, 0)
    w.SleepEx(3000, 1)
    close(w, a, b)
    return tuple(seen)
EXPECTED = {((0, 3, True, 0, 3),)}
