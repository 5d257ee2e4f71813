"""S032  A blocking accept waits alertably: completion routines run while it is blocked, and it goes on waiting for its
connection afterwards.
fact: S-32
source: accept page (note on the alertable wait); Wine sock.c test_accept (APC during accept)
"""
from ctypes import byref, create_string_buffer

from alertable.specs.litmus.sockets import INVALID_SOCKET, OVERLAPPED, close, completion, join, listener, pair, post, tcp, thread
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    listening, addr = listener(w)
    client, buf, ov, log = tcp(w), create_string_buffer(8), OVERLAPPED(), []
    cb = completion(w, log, ov)
    post(w, a, buf, ov, cb)
    def work():
        w.Sleep(50)
        w.send(b, b"x", 1, 0)
        w.Sleep(150)
        log.append("connecting")
        w.connect(client, byref(addr), 16)
    t = thread(w, work)
    server = w.accept(listening, None, None)
    join(w, t)
    result = server != INVALID_SOCKET, tuple(log)
    close(w, a, b, client, server, listening)
    return result
EXPECTED = {(True, ((0, 1, 0, 0), "connecting"))}
WINE = {(True, ("connecting",))}            # Wine 8 waits in accept without being alertable; Wine's later test shows Windows does
