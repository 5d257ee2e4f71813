"""D04: a scheduler thread with completion routines waits for work without being alertable; only a routine would wake it."""

from ctypes import c_uint32, c_void_p, create_string_buffer

from alertable.specs.litmus.sockets import INFINITE, OVERLAPPED, pair, post
from alertable.specs.zoo.case import Case


def run(w, alertable):
    wake = w.CreateEventW(None, True, False, None)
    s, peer = pair(w)

    def received(_error, _n, _ov, _flags):
        w.SetEvent(wake)

    routine = w.CALLBACK(None, c_uint32, c_uint32, c_void_p, c_uint32)(received)
    ov, buffer = OVERLAPPED(), create_string_buffer(4)
    post(w, s, buffer, ov, routine)
    w.send(peer, b"data", 4, 0)
    while w.WaitForSingleObjectEx(wake, INFINITE, alertable):
        pass
    return buffer.raw


def buggy(w):
    return run(w, False)


def fixed(w):
    return run(w, True)


CASE = Case("D04", "completions starve in a wait that is not alertable", "Pony 9296ff059, d50259f98", ("S8b",), buggy, fixed)
