"""S048  Stream sends have no boundaries: two sends that have both arrived come back from one recv, and one send can fill two.
fact: S-41
source: recv page (stream-oriented sockets return as much as is available up to the buffer size)
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import close, pair
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    buf = create_string_buffer(4)
    w.send(b, b"ab", 2, 0)
    w.send(b, b"cdefg", 5, 0)
    w.Sleep(100)
    first = w.recv(a, buf, 4, 0), buf.raw
    second = w.recv(a, buf, 4, 0), buf.raw[:3]
    close(w, a, b)
    return first, second
EXPECTED = {((4, b"abcd"), (3, b"efg"))}
