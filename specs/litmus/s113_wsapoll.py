"""S113  WSAPoll reports POLLRDNORM (0x100) for data, POLLWRNORM (0x10) for space, POLLNVAL (4) for what is no socket, and
counts the entries with events - those with POLLNVAL alone not; it returns at once if any entry has events.
fact: S-93
source: WSAPoll page; Wine sock.c test_WSAPoll
"""
from ctypes import sizeof

from alertable.specs.litmus.sockets import POLLFD, close, err, pair, readable
from alertable.winapi import WinApi

NEEDS = ("select",)

def program(w: WinApi) -> object:
    a, b = pair(w)
    w.send(b, b"x", 1, 0)
    readable(w, a)
    fds = (POLLFD * 3)(POLLFD(a, 0x310, 77), POLLFD(b, 0x310, 77), POLLFD(0xABACAC, 0x300, 77))
    n = w.WSAPoll(fds, 3, 1000)
    result = n, tuple(f.revents for f in fds)
    invalid = err(w, w.WSAPoll(None, 0, 0)), sizeof(POLLFD)
    close(w, a, b)
    return result, invalid
EXPECTED = {((2, (0x110, 0x10, 4)), ((-1, 10022), 16))}
