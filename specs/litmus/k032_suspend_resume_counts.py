"""K032  SuspendThread and ResumeThread return the previous suspend count; a thread created suspended has count 1; resuming a thread that is not suspended returns 0.
fact: K-20
source: SuspendThread, ResumeThread (processthreadsapi); Wine kernel32/tests/thread.c test_CreateThread_suspended
"""
from ctypes import c_uint32, c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    ran = []
    @w.CALLBACK(c_uint32, c_void_p)
    def routine(parameter):
        ran.append(1)
        return 0
    thread = w.CreateThread(None, 0, routine, None, 4, None)     # CREATE_SUSPENDED
    counts = [w.SuspendThread(thread), w.SuspendThread(thread), w.ResumeThread(thread), w.ResumeThread(thread)]
    still = w.WaitForSingleObject(thread, 50), len(ran)
    counts.append(w.ResumeThread(thread))
    done = w.WaitForSingleObject(thread, 10000), len(ran)
    w.CloseHandle(thread)
    return tuple(counts), still, done

EXPECTED = {((1, 2, 3, 2, 1), (258, 0), (0, 1))}
