"""S146  FIONREAD gives the bytes a stream receive could take now; peeking and reading change it accordingly.
fact: S-115
source: "Winsock IOCTLs" page (FIONREAD); Wine sock.c test_fionread_siocatmark
"""
from ctypes import byref, c_uint32, create_string_buffer

from alertable.specs.litmus.sockets import FIONREAD, MSG_PEEK, close, pair, readable
from alertable.winapi import WinApi

NEEDS = ("select",)

def program(w: WinApi) -> object:
    a, b = pair(w)
    buf, values = create_string_buffer(8), []
    def count():
        n = c_uint32(777)
        w.ioctlsocket(a, FIONREAD, byref(n))
        values.append(n.value)
    count()
    w.send(b, b"hello", 5, 0)
    readable(w, a)
    count()
    w.recv(a, buf, 8, MSG_PEEK)
    count()
    w.recv(a, buf, 3, 0)
    count()
    close(w, a, b)
    return tuple(values)
EXPECTED = {(0, 5, 5, 2)}
