"""A05: a wait is unregistered, its OVERLAPPED goes back to the pool; the callback's packet then names the next operation."""

from ctypes import addressof, create_string_buffer

from alertable.specs.litmus.sockets import INFINITE, OVERLAPPED, join, packet, pair, post, thread
from alertable.specs.zoo.case import Case


def run(w, wait_for_callback):
    port = w.CreateIoCompletionPort(2**64 - 1, None, 0, 1)
    s, peer = pair(w)
    w.CreateIoCompletionPort(s, port, 7, 0)
    pool = [OVERLAPPED()]  # an allocator that gives the latest block again
    fired = w.CreateEventW(None, True, False, None)
    first = pool.pop()

    def callback():
        w.WaitForSingleObject(fired, INFINITE)
        w.PostQueuedCompletionStatus(port, 0, 1, addressof(first))

    registered = thread(w, callback)
    w.SetEvent(fired)
    if wait_for_callback:  # UnregisterWaitEx with an event
        join(w, registered)
        packet(w, port, 3000, (first,))
    pool.append(first)  # cancel(): unregistered, so free
    second, buffer = pool.pop(), create_string_buffer(4)
    post(w, s, buffer, second)
    w.send(peer, b"data", 4, 0)
    key = packet(w, port, 3000, (second,))[3]
    if not wait_for_callback:
        packet(w, port, 3000, (second,))
        join(w, registered)
    return key


def buggy(w):
    return run(w, wait_for_callback=False)


def fixed(w):
    return run(w, wait_for_callback=True)


CASE = Case("A05", "an address used again after unregistering", "CPython issue 23095, d0a28dee", ("S22",), buggy, fixed)
