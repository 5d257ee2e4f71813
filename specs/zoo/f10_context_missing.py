"""F10: a socket from AcceptEx is used before SO_UPDATE_ACCEPT_CONTEXT: shutdown fails, and the peer never sees the end."""

from ctypes import byref, c_uint32, c_uint64, create_string_buffer

from alertable.specs.litmus.sockets import (
    OVERLAPPED,
    SO_UPDATE_ACCEPT_CONTEXT,
    SOL_SOCKET,
    join,
    listener,
    overlapped_result,
    tcp,
    thread,
)
from alertable.specs.zoo.case import Case


def run(w, update):
    listening, address = listener(w)
    ended = []

    def client():
        s = tcp(w)
        w.connect(s, byref(address), 16)
        ended.append(w.recv(s, create_string_buffer(1), 1, 0))
        w.closesocket(s)

    other = thread(w, client)
    accepted, ov, out = tcp(w), OVERLAPPED(), create_string_buffer(64)
    w.AcceptEx(listening, accepted, out, 0, 32, 32, byref(c_uint32()), byref(ov))
    overlapped_result(w, listening, ov, 1)
    if update:
        w.setsockopt(accepted, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, byref(c_uint64(listening)), 8)
    w.shutdown(accepted, 1)
    join(w, other)
    return ended


def buggy(w):
    return run(w, update=False)


def fixed(w):
    return run(w, update=True)


CASE = Case("F10", "AcceptEx without its context", "nng#1598; WSL#40505; pjsip#1001; libevent 52aa419b", ("S20b",), buggy, fixed,
            {"specs": ("S20b",)})
