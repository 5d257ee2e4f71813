"""E06: the 65th handle: the wait fails, nobody looks, and the loop spins or goes deaf."""

from alertable.specs.zoo.case import Case

LIMIT = 64


def run(w, count):
    from ctypes import c_void_p

    handles = (c_void_p * count)(*[w.CreateEventW(None, True, True, None) for _ in range(count)])
    waits = [w.WaitForMultipleObjects(count, handles, False, 0)] if count else []
    return waits


def buggy(w):
    return run(w, LIMIT + 1)


def fixed(w):
    return run(w, LIMIT)


CASE = Case("E06", "the ceiling of 64 handles", "WSL#40035; libusb#612; tdlib#45", ("S20",), buggy, fixed, {"specs": ("S20",)})
