"""K107  PostThreadMessage wakes MsgWaitForMultipleObjectsEx with WAIT_OBJECT_0 + nCount; the message (hwnd NULL) is then in the queue; objects in the array are untouched.
fact: K-68
source: MsgWaitForMultipleObjectsEx (winuser) Return value; PostThreadMessageW Remarks
"""
from ctypes import Structure, byref, c_int, c_size_t, c_ssize_t, c_uint32, c_void_p

from alertable.winapi import WinApi

NEEDS = ("window",)


class MSG(Structure):
    _fields_ = [("hwnd", c_void_p), ("message", c_uint32), ("wParam", c_size_t), ("lParam", c_ssize_t), ("time", c_uint32), ("x", c_int), ("y", c_int), ("private", c_uint32)]

def program(w: WinApi) -> object:
    log, tid, msg = [], c_uint32(), MSG()
    ready, event = w.CreateEventW(None, 1, 0, None), w.CreateEventW(None, 0, 0, None)
    @w.CALLBACK(c_uint32, c_void_p)
    def routine(parameter):
        m, one = MSG(), (c_void_p * 1)(event)
        w.PeekMessageW(byref(m), None, 0x400, 0x400, 0)          # makes the queue
        w.SetEvent(ready)
        log.append(w.MsgWaitForMultipleObjectsEx(1, one, 10000, 0x4FF, 0))      # QS_ALLINPUT
        log.append((w.PeekMessageW(byref(m), None, 0, 0, 1), m.hwnd, m.message, m.wParam, m.lParam))
        log.append(w.PeekMessageW(byref(m), None, 0, 0, 1))
        log.append(w.MsgWaitForMultipleObjectsEx(1, one, 20, 0x4FF, 0))
        return 0
    thread = w.CreateThread(None, 0, routine, None, 0, byref(tid))
    w.WaitForSingleObject(ready, 10000)
    w.Sleep(30)
    posted = w.PostThreadMessageW(tid.value, 0x401, 0x123456789, -5)
    w.WaitForSingleObject(thread, 10000)
    for handle in (thread, ready, event):
        w.CloseHandle(handle)
    return posted, tuple(log)

EXPECTED = {(1, (1, (1, None, 0x401, 0x123456789, -5), 0, 258))}
