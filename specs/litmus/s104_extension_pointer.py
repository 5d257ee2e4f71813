"""S104  AcceptEx and its relatives are found with WSAIoctl(SIO_GET_EXTENSION_FUNCTION_POINTER, GUID); an unknown GUID gives
WSAEINVAL and touches nothing.
fact: S-85
source: AcceptEx page; Wine sock.c test_get_extension_func
"""
from ctypes import byref, c_uint32, c_void_p, create_string_buffer

from alertable.specs.litmus.sockets import close, err, tcp
from alertable.winapi import WinApi

NEEDS = ("extension",)

def program(w: WinApi) -> object:
    s = tcp(w)
    ids = ("b5367df1cbac11cf95ca00805f48a192", "25a207b9ddf346608ee976e58c74063e", "deadbeef000000000000000000000000")
    results = []
    for text in ids:
        raw = bytes.fromhex(text)
        guid = create_string_buffer(raw[3::-1] + raw[5:3:-1] + raw[7:5:-1] + raw[8:], 16)
        p, n = c_void_p(0), c_uint32(777)
        r = err(w, w.WSAIoctl(s, 0xC8000006, guid, 16, byref(p), 8, byref(n), None, None))
        results.append((r, n.value if r[0] == 0 else None, bool(p.value)))
    close(w, s)
    return tuple(results)
EXPECTED = {(((0, 0), 8, True), ((0, 0), 8, True), ((-1, 10022), None, False))}
