"""E05: one OVERLAPPED serves two purposes; the second submit overwrites what the first is about."""

from ctypes import byref, create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, overlapped_result, pair, post
from alertable.specs.zoo.case import Case


def run(w, two):
    s, peer = pair(w)
    watch = OVERLAPPED(hEvent=w.CreateEventW(None, True, False, None))
    other = OVERLAPPED(hEvent=w.CreateEventW(None, True, False, None)) if two else watch
    first, second = create_string_buffer(1), create_string_buffer(1)
    post(w, s, first, watch)
    post(w, s, second, other)
    w.send(peer, b"12", 2, 0)
    return overlapped_result(w, s, watch, 1)[0], overlapped_result(w, s, other, 1)[0], bool(byref(watch))


def buggy(w):
    return run(w, two=False)


def fixed(w):
    return run(w, two=True)


CASE = Case("E05", "one OVERLAPPED for two operations", "Cygwin 2a4b1de77, 292959959, 794758190", ("S3",), buggy, fixed)
