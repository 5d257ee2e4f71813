"""S086  The last error belongs to the thread: a failing call on another thread leaves ours alone.
fact: S-74
source: WSAGetLastError page
"""
from alertable.specs.litmus.sockets import INVALID_SOCKET, join, thread
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    other = []
    w.WSASetLastError(10022)
    def work():
        other.append(w.recv(INVALID_SOCKET, None, 0, 0))
        other.append(w.WSAGetLastError())
    t = thread(w, work)
    w.WSASetLastError(10022)
    w.Sleep(100)
    mine = w.WSAGetLastError()
    join(w, t)
    return tuple(other), mine
EXPECTED = {((-1, 10038), 10022)}
