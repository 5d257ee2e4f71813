"""S084  connect succeeds as soon as the listening side's backlog takes the connection - before accept; data sent before
accept is there afterwards.
fact: S-73
source: listen page; "Protocol Basics" page
"""
from ctypes import byref, create_string_buffer

from alertable.specs.litmus.sockets import close, listener, readable, tcp
from alertable.winapi import WinApi

NEEDS = ("select",)

def program(w: WinApi) -> object:
    l, addr = listener(w)
    clients = [tcp(w) for _ in range(3)]
    results = []
    for i, s in enumerate(clients):
        results.append(w.connect(s, byref(addr), 16))
        w.send(s, b"abc"[i:], 1, 0)
    peers = [w.accept(l, None, None) for _ in range(3)]
    buf, text = create_string_buffer(2), []
    for p in peers:
        readable(w, p)
        w.recv(p, buf, 2, 0)
        text.append(buf.value)
    close(w, l, *clients, *peers)
    return tuple(results), tuple(text)
EXPECTED = {((0, 0, 0), (b"a", b"b", b"c"))}
