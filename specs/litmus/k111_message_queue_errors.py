"""K111  PostThreadMessage to an ended thread, or one with no message queue, returns 0 with ERROR_INVALID_THREAD_ID (1444); MsgWaitForMultipleObjectsEx takes at most 63 handles, else WAIT_FAILED with ERROR_INVALID_PARAMETER (87).
fact: K-71
source: PostThreadMessageW (winuser); MsgWaitForMultipleObjectsEx nCount
"""
from ctypes import byref, c_uint32, c_void_p

from alertable.winapi import WinApi

NEEDS = ("window",)


def program(w: WinApi) -> object:
    tid, log = c_uint32(), []
    @w.CALLBACK(c_uint32, c_void_p)
    def routine(parameter):
        return 0
    thread = w.CreateThread(None, 0, routine, None, 4, byref(tid))
    w.ResumeThread(thread)
    w.WaitForSingleObject(thread, 10000)
    for target in (tid.value, 0xFFFFFFF0):
        w.SetLastError(0x1234)
        log.append((w.PostThreadMessageW(target, 0x401, 0, 0), w.GetLastError()))
    event = w.CreateEventW(None, 1, 1, None)
    array = (c_void_p * 64)(*([event] * 64))
    w.SetLastError(0x1234)
    log.append((w.MsgWaitForMultipleObjectsEx(64, array, 0, 0x4FF, 0), w.GetLastError()))
    log.append(w.MsgWaitForMultipleObjectsEx(63, array, 0, 0x4FF, 0))
    w.CloseHandle(thread); w.CloseHandle(event)
    return tuple(log)

EXPECTED = {((0, 1444), (0, 1444), (0xFFFFFFFF, 87), 0)}
# Wine 8 gives ERROR_INVALID_PARAMETER for an identifier that never was a thread's.
WINE = {((0, 1444), (0, 87), (0xFFFFFFFF, 87), 0)}
