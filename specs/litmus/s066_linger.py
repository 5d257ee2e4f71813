"""S066  A close with linger on and 0 seconds resets: unsent and unread data are lost and the peer's recv fails with
WSAECONNRESET; the default close is graceful.
fact: S-55
source: closesocket page (table of linger settings)
"""
from ctypes import byref, c_int32, create_string_buffer

from alertable.specs.litmus.sockets import LINGER, SO_LINGER, SOL_SOCKET, close, err, pair, reset
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    buf, value, size = create_string_buffer(8), LINGER(7, 7), c_int32(4)
    a, b = pair(w)
    w.getsockopt(a, SOL_SOCKET, SO_LINGER, byref(value), byref(size))
    reset(w, b)
    w.Sleep(80)
    hard = err(w, w.recv(a, buf, 8, 0))
    close(w, a)
    a, b = pair(w)
    w.send(b, b"bye", 3, 0)
    w.closesocket(b)
    soft = w.recv(a, buf, 8, 0), w.recv(a, buf, 8, 0)
    close(w, a)
    return value.l_onoff, hard, soft
EXPECTED = {(0, (-1, 10054), (3, 0))}
WINE = EXPECTED | {(0, (0, 0), (3, 0))}     # the wineserver swallows the socket error; then Linux reads 0
