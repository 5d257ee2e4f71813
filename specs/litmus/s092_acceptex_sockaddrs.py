"""S092  The AcceptEx buffer holds data, then local, then remote address, each in its length given (address size + 16);
GetAcceptExSockaddrs, called with the same lengths, finds both.
fact: S-77
source: AcceptEx, GetAcceptExSockaddrs pages; Wine sock.c test_AcceptEx
"""
from ctypes import addressof, byref, c_int32, c_uint32, c_void_p, create_string_buffer, string_at

from alertable.specs.litmus.sockets import OVERLAPPED, close, listener, name, tcp
from alertable.winapi import WinApi

NEEDS = ("extension",)

def program(w: WinApi) -> object:
    l, addr = listener(w)
    event = w.CreateEventW(None, 1, 0, None)
    s, c, ov, n, out = tcp(w), tcp(w), OVERLAPPED(hEvent=event), c_uint32(), create_string_buffer(80)
    w.AcceptEx(l, s, out, 16, 32, 32, byref(n), byref(ov))
    w.connect(c, byref(addr), 16)
    w.send(c, b"x", 1, 0)
    w.WaitForSingleObject(event, 3000)
    local, remote, nl, nr = c_void_p(), c_void_p(), c_int32(), c_int32()
    w.GetAcceptExSockaddrs(out, 16, 32, 32, byref(local), byref(nl), byref(remote), byref(nr))
    inside = [addressof(out) + low <= p.value < addressof(out) + low + 32 for p, low in ((local, 16), (remote, 48))]
    result = string_at(local, 8) == bytes(addr)[:8], string_at(remote, 8) == bytes(name(w, c))[:8], nl.value, nr.value, tuple(inside)
    w.CloseHandle(event)
    close(w, l, s, c)
    return result
EXPECTED = {(True, True, 16, 16, (True, True))}
