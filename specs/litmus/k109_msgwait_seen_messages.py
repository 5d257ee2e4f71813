"""K109  A message that PeekMessage has seen but not removed no longer wakes MsgWaitForMultipleObjectsEx until a new one arrives, unless MWMO_INPUTAVAILABLE (4) is given.
fact: K-69
source: MsgWaitForMultipleObjectsEx (winuser) Remarks; Wine user32/tests/msg.c test_MsgWaitForMultipleObjects
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
        m, me = MSG(), w.GetCurrentThreadId()
        w.PeekMessageW(byref(m), None, 0, 0, 0)
        wait = lambda flags: w.MsgWaitForMultipleObjectsEx(0, None, 0, 0x8, flags)      # QS_POSTMESSAGE
        log.append(wait(0))
        w.PostThreadMessageW(me, 0x401, 0, 0)
        log.append((wait(0), wait(0)))                           # new until looked at
        log.append(w.PeekMessageW(byref(m), None, 0, 0, 0))      # PM_NOREMOVE
        log.append((wait(0), wait(4)))
        w.PostThreadMessageW(me, 0x402, 0, 0)
        log.append(wait(0))
        log.append((w.PeekMessageW(byref(m), None, 0, 0, 1), m.message, w.PeekMessageW(byref(m), None, 0, 0, 1), m.message))
        log.append((wait(0), wait(4)))
        return 0
    thread = w.CreateThread(None, 0, routine, None, 0, None)
    w.WaitForSingleObject(thread, 10000)
    w.CloseHandle(thread)
    return tuple(log)

EXPECTED = {(258, (0, 0), 1, (258, 0), 0, (1, 0x401, 1, 0x402), (258, 258))}
