"""E09: "is there data? no: register a callback", and the poller's "is there a callback? no: note the data", cross."""

from alertable.specs.litmus.sockets import INFINITE, join, thread
from alertable.specs.zoo.case import Case


def run(w, locked):
    has_data, callback = w.Interlocked(0), w.Interlocked(0)
    called = w.CreateEventW(None, True, False, None)
    mutex = w.CreateMutexW(None, False, None)

    def guarded(action):
        if locked:
            w.WaitForSingleObject(mutex, INFINITE)
        action()
        if locked:
            w.ReleaseMutex(mutex)

    def notify_on_read():
        if has_data.load():
            w.SetEvent(called)
        else:
            callback.store(1)

    def on_packet():
        if callback.load():
            w.SetEvent(called)
        else:
            has_data.store(1)

    poller = thread(w, lambda: guarded(on_packet))
    guarded(notify_on_read)
    w.WaitForSingleObject(called, INFINITE)
    join(w, poller)


def buggy(w):
    run(w, locked=False)


def fixed(w):
    run(w, locked=True)


CASE = Case("E09", "check and register race with the poller", "gRPC#34497", ("S8",), buggy, fixed)
