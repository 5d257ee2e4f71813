"""K076  An SRW lock is one pointer, zero when free, and not recursive: held exclusively, every Try by the same thread fails; held shared, a further shared Try succeeds and an exclusive one fails.
fact: K-50
source: Sync/slim-reader-writer--srw--locks; Wine kernel32/tests/sync.c test_srwlock_base
"""
from ctypes import byref, c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    lock = c_void_p(0x55)
    w.InitializeSRWLock(byref(lock))
    free = lock.value
    def tries():
        shared, exclusive = w.TryAcquireSRWLockShared(byref(lock)) != 0, None
        if shared:
            w.ReleaseSRWLockShared(byref(lock))
        exclusive = w.TryAcquireSRWLockExclusive(byref(lock)) != 0
        if exclusive:
            w.ReleaseSRWLockExclusive(byref(lock))
        return shared, exclusive
    log = [tries()]
    w.AcquireSRWLockExclusive(byref(lock))
    log.append(tries())
    w.ReleaseSRWLockExclusive(byref(lock))
    w.AcquireSRWLockShared(byref(lock)); w.AcquireSRWLockShared(byref(lock))
    log.append(tries())
    w.ReleaseSRWLockShared(byref(lock))
    log.append(tries())
    w.ReleaseSRWLockShared(byref(lock))
    log.append(tries())
    return free, tuple(log), lock.value

EXPECTED = {(None, ((True, True), (False, False), (True, False), (True, False), (True, True)), None)}
