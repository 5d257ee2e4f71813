"""E08: WAIT_ABANDONED is taken for a failure, though the mutex is owned from then on: nobody gets it any more."""

from alertable.specs.litmus.sockets import INFINITE, join, thread
from alertable.specs.zoo.case import Case


def run(w, accept):
    mutex = w.CreateMutexW(None, False, None)
    join(w, thread(w, lambda: w.WaitForSingleObject(mutex, INFINITE)))  # and ends without releasing it

    def second():
        result = w.WaitForSingleObject(mutex, 100)
        if result != 0 and not (accept and result == 0x80):
            w.SleepEx(INFINITE, True)  # "not mine", and on with other work
            return
        w.ReleaseMutex(mutex)

    holder = thread(w, second)
    w.Sleep(200)
    w.WaitForSingleObject(mutex, INFINITE)
    w.ReleaseMutex(mutex)
    join(w, holder)


def buggy(w):
    run(w, accept=False)


def fixed(w):
    run(w, accept=True)


CASE = Case("E08", "an abandoned mutex is taken for a failure", "openhardwaremonitor#1129; nbfc#349", ("S8",), buggy, fixed)
