"""S064  After shutdown(SD_SEND) send fails with WSAESHUTDOWN while recv works; after SD_BOTH both fail; repeating it is fine.
fact: S-60
source: shutdown page; Wine sock.c test_shutdown
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import SD_BOTH, SD_SEND, close, err, pair, readable
from alertable.winapi import WinApi

NEEDS = ("select",)

def program(w: WinApi) -> object:
    a, b = pair(w)
    buf = create_string_buffer(8)
    downs = w.shutdown(a, SD_SEND), w.shutdown(a, SD_SEND)
    send = err(w, w.send(a, b"x", 1, 0))
    w.send(b, b"back", 4, 0)
    readable(w, a)
    recv = w.recv(a, buf, 8, 0)
    both = w.shutdown(b, SD_BOTH)
    after = err(w, w.send(b, b"x", 1, 0)), err(w, w.recv(b, buf, 8, 0))
    close(w, a, b)
    return downs, send, recv, both, after
EXPECTED = {((0, 0), (-1, 10058), 4, 0, ((-1, 10058), (-1, 10058)))}
