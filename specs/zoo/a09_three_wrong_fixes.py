"""A09: closing a connection races with the thread that handles its last completion; three fixes in a row did not help.

fix 0: freed at once.  fix 1: completions that say "aborted" are ignored.  fix 2: a flag says that the owner is dead.
fix 3: whoever lets go last frees: the close, the operation in flight, the message.
"""

from ctypes import addressof, byref, c_size_t, c_uint32, c_void_p, create_string_buffer

from alertable.specs.litmus.sockets import INFINITE, OVERLAPPED, join, pair, post, thread
from alertable.specs.zoo.case import Case


class Event:
    """What the connection's actor owns."""

    def __init__(self, w):
        self.ov, self.buffer = OVERLAPPED(), create_string_buffer(4)
        self.dead, self.references = w.Interlocked(0), w.Interlocked(2)
        self.freed = False

    def free(self):
        self.freed = True

    def release(self):
        if self.references.fetch_add(-1) == 1:
            self.free()

    def send_message(self):
        self.references.load()  # the message queue is another place
        assert not self.freed, "a message to an owner that was freed"


def run(w, fix):
    port = w.CreateIoCompletionPort(2**64 - 1, None, 0, 1)
    s, peer = pair(w)
    w.CreateIoCompletionPort(s, port, 7, 0)
    event = Event(w)
    events = {addressof(event.ov): event}
    post(w, s, event.buffer, event.ov)

    def callbacks():
        n, key, at = c_uint32(), c_size_t(), c_void_p()
        done = w.GetQueuedCompletionStatus(port, byref(n), byref(key), byref(at), INFINITE)
        error = 0 if done else w.GetLastError()
        mine = events[at.value]
        if fix == 3:
            mine.release()
        elif (fix == 1 and error == 995) or (fix == 2 and mine.dead.load()):
            pass
        else:
            mine.send_message()

    other = thread(w, callbacks)
    client = thread(w, lambda: w.send(peer, b"!", 1, 0) and 0)  # may come before the close: then the error is 0
    w.CancelIoEx(s, None)
    w.closesocket(s)
    if fix == 2:
        event.dead.store(1)
    if fix == 3:
        event.release()
    else:
        event.free()
    join(w, other)
    join(w, client)


def buggy(w):
    run(w, 0)


def fix_1(w):
    run(w, 1)


def fix_2(w):
    run(w, 2)


def fixed(w):
    run(w, 3)


CASE = Case("A09", "three wrong fixes in a row", "Pony #5046, #5055, #5091, #5556", ("S2", "data-race", "ProgramError"), buggy, fixed,
            wrong=(fix_1, fix_2))
