"""S087  WSAWaitForMultipleEvents takes 1 to 64 events: 0 or 65 fail (WSA_WAIT_FAILED) with WSA_INVALID_PARAMETER (87).
fact: S-30
source: WSAWaitForMultipleEvents page (WSA_MAXIMUM_WAIT_EVENTS 64)
"""
from ctypes import c_void_p

from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    events = [w.WSACreateEvent() for _ in range(65)]
    handles = (c_void_p * 65)(*events)
    zero = w.WSAWaitForMultipleEvents(0, handles, 0, 0, 0), w.WSAGetLastError()
    full = w.WSAWaitForMultipleEvents(64, handles, 0, 0, 0)
    over = w.WSAWaitForMultipleEvents(65, handles, 0, 0, 0), w.WSAGetLastError()
    w.WSASetEvent(events[63])
    last = w.WSAWaitForMultipleEvents(64, handles, 0, 0, 0)
    for e in events:
        w.WSACloseEvent(e)
    return zero, full, over, last
EXPECTED = {((0xFFFFFFFF, 87), 258, (0xFFFFFFFF, 87), 63)}
