"""K108  With both a signalled object and a new message, MsgWaitForMultipleObjectsEx returns either the object's index (the documented order) or nCount (input already there may be reported first); the other is then still to be had.
fact: K-70
source: MsgWaitForMultipleObjectsEx (winuser) Remarks (handles from index 0); ReactOS user32 windows/message.c RealMsgWaitForMultipleObjectsEx (returns nCount at once if input has changed)
"""
from ctypes import Structure, byref, c_int, c_size_t, c_ssize_t, c_uint32, c_void_p

from alertable.winapi import WinApi

NEEDS = ("window",)


class MSG(Structure):
    _fields_ = [("hwnd", c_void_p), ("message", c_uint32), ("wParam", c_size_t), ("lParam", c_ssize_t), ("time", c_uint32), ("x", c_int), ("y", c_int), ("private", c_uint32)]

def program(w: WinApi) -> object:
    log = []
    @w.CALLBACK(c_uint32, c_void_p)
    def routine(parameter):
        m = MSG()
        w.PeekMessageW(byref(m), None, 0, 0, 0)
        events = (c_void_p * 2)(w.CreateEventW(None, 0, 0, None), w.CreateEventW(None, 0, 1, None))
        w.PostThreadMessageW(w.GetCurrentThreadId(), 0x401, 0, 0)
        for _ in range(2):
            log.append(w.MsgWaitForMultipleObjectsEx(2, events, 1000, 0x4FF, 0))
        log.append(w.PeekMessageW(byref(m), None, 0, 0, 1))
        log.append(w.MsgWaitForMultipleObjectsEx(2, events, 0, 0x4FF, 0))
        log.append(w.MsgWaitForMultipleObjectsEx(0, None, 0, 0x4FF, 0))
        w.CloseHandle(events[0]); w.CloseHandle(events[1])
        return 0
    thread = w.CreateThread(None, 0, routine, None, 0, None)
    w.WaitForSingleObject(thread, 10000)
    w.CloseHandle(thread)
    return tuple(log)

EXPECTED = {(1, 2, 1, 258, 258), (2, 2, 1, 1, 258)}
