"""D08: a completion routine calls user code that waits alertably, so the next routine runs inside the first."""

from ctypes import c_uint32, c_void_p, create_string_buffer

from alertable.specs.litmus.sockets import INFINITE, OVERLAPPED, pair, post
from alertable.specs.zoo.case import Case


def run(w, nested):
    s, peer = pair(w)
    done = []

    def received(_error, n, _ov, _flags):
        done.append(n)
        if nested:
            w.SleepEx(0, True)  # user_cb(): something alertable

    routine = w.CALLBACK(None, c_uint32, c_uint32, c_void_p, c_uint32)(received)
    first, second = (OVERLAPPED(), create_string_buffer(1)), (OVERLAPPED(), create_string_buffer(1))
    for ov, buffer in (first, second):
        post(w, s, buffer, ov, routine)
    w.send(peer, b"12", 2, 0)
    while len(done) < 2:
        w.SleepEx(INFINITE, True)
    return done


def buggy(w):
    return run(w, nested=True)


def fixed(w):
    return run(w, nested=False)


CASE = Case("D08", "a routine re-enters user code", "vibe-d/eventcore#57, 0e1d74c", ("S10",), buggy, fixed, {"specs": ("S10",)})
