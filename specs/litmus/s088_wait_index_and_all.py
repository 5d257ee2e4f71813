"""S088  The result is the lowest index that is signaled; with fWaitAll all must be. WSACreateEvent makes a manual-reset event
that starts nonsignaled and stays signaled through waits.
fact: S-31
source: WSAWaitForMultipleEvents, WSACreateEvent pages
"""
from ctypes import c_void_p

from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    events = [w.WSACreateEvent() for _ in range(3)]
    handles = (c_void_p * 3)(*events)
    wait = lambda all: w.WSAWaitForMultipleEvents(3, handles, all, 0, 0)
    none = wait(0)
    w.WSASetEvent(events[2]), w.WSASetEvent(events[1])
    some = wait(0), wait(0), wait(1)
    w.WSASetEvent(events[0])
    every = wait(1), wait(0)
    w.WSAResetEvent(events[0])
    fewer = wait(0)
    for e in events:
        w.WSACloseEvent(e)
    return none, some, every, fewer
EXPECTED = {(258, (1, 1, 258), (0, 0), 1)}
