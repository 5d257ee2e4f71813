"""E07: the lowest index of a wait is served first; a handle that is always ready starves those after it."""

from ctypes import c_void_p

from alertable.specs.litmus.sockets import INFINITE
from alertable.specs.properties.marks import mark
from alertable.specs.zoo.case import Case


def run(w, look_at_the_rest):
    tap, sock = (w.CreateEventW(None, False, True, None) for _ in range(2))
    handles = (c_void_p * 2)(tap, sock)
    served = [0, 0]
    for _ in range(50):
        first = w.WaitForMultipleObjects(2, handles, False, INFINITE)
        served[first] += 1
        if first == 0:
            if look_at_the_rest and w.WaitForSingleObject(sock, 0) == 0:
                served[1] += 1
                mark("served", sock)
                w.SetEvent(sock)  # and so is the peer
            w.SetEvent(tap)  # the device is ready again at once
    return served[1] > 0


def buggy(w):
    return run(w, False)


def fixed(w):
    return run(w, True)


CASE = Case("E07", "the lowest index starves the rest", "tinc#183; Cygwin 7186b657e", ("S12",), buggy, fixed, {"specs": ("S12",)})
