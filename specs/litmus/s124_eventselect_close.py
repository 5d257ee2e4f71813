"""S124  The peer's close (or shutdown of its send side) is recorded as FD_CLOSE with error 0, once, and not as FD_READ; an RST
as FD_CLOSE with WSAECONNABORTED (10053, what Windows gives) or WSAECONNRESET (10054, as documented).
fact: S-101
source: WSAEventSelect page (FD_CLOSE); Wine sock.c test_close_events
"""
from alertable.specs.litmus.sockets import FD_CLOSE, FD_READ, SD_SEND, close, enum_events, pair, reset
from alertable.winapi import WinApi

NEEDS = ("event-select",)

def program(w: WinApi) -> object:
    results = []
    for how in (w.closesocket, lambda s: w.shutdown(s, SD_SEND), lambda s: reset(w, s)):
        a, b = pair(w)
        event = w.WSACreateEvent()
        w.WSAEventSelect(a, event, FD_READ | FD_CLOSE)
        how(b)
        results.append((w.WaitForSingleObject(event, 3000), enum_events(w, a, event), w.WaitForSingleObject(event, 80)))
        w.WSACloseEvent(event)
        close(w, a, b)
    return tuple(results)
EXPECTED = {((0, (32, (0,)), 258), (0, (32, (0,)), 258), (0, (32, (e,)), 258)) for e in (10053, 10054)}
WINE = EXPECTED | {((0, (32, (0,)), 258), (0, (32, (0,)), 258), (0, (32, (0,)), 258))}      # the wineserver loses the error
