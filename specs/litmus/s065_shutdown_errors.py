"""S065  shutdown on an unconnected or listening TCP socket fails with WSAENOTCONN (10057), with a bad direction WSAEINVAL.
fact: S-61
source: shutdown page; Wine sock.c test_shutdown
"""
from alertable.specs.litmus.sockets import SD_RECEIVE, SD_SEND, close, err, listener, pair, tcp
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    s, (l, _), (a, b) = tcp(w), listener(w), pair(w)
    result = err(w, w.shutdown(s, SD_SEND)), err(w, w.shutdown(l, SD_RECEIVE)), err(w, w.shutdown(a, 3)), err(w, w.shutdown(12345678, 0))
    close(w, s, l, a, b)
    return result
EXPECTED = {((-1, 10057), (-1, 10057), (-1, 10022), (-1, 10038))}
