"""S079  connect to a port nobody listens on fails with WSAECONNREFUSED (10061); on a connected socket with WSAEISCONN (10056);
on a listening one with WSAEINVAL; after a refusal the socket can try again.
fact: S-69
source: connect page; Wine sock.c test_errors, test_connect
"""
from ctypes import byref

from alertable.specs.litmus.sockets import bound, close, err, listener, tcp
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    closed, (l, addr), s = tcp(w), listener(w), tcp(w)
    nobody = bound(w, closed)
    refused = err(w, w.connect(s, byref(nobody), 16))
    again = err(w, w.connect(s, byref(addr), 16))
    twice = err(w, w.connect(s, byref(addr), 16))
    listening = err(w, w.connect(l, byref(addr), 16))
    close(w, closed, l, s)
    return refused, again, twice, listening
EXPECTED = {((-1, 10061), (0, 0), (-1, 10056), (-1, 10022))}
WINE = {((-1, 10061), (-1, 10053), (0, 0), (-1, 10022))}    # Linux: the first connect after a refusal fails (fixed in later Wine)
