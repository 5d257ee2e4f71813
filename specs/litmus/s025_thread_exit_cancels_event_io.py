"""S025  Event-mode operations are cancelled too when their thread exits: the event is set, the result is
WSA_OPERATION_ABORTED (995).
fact: S-25
source: WSASend page (WSA_OPERATION_ABORTED: the thread exited); Wine afd.c test_async_thread_termination
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, close, join, overlapped_result, pair, post, thread
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    event = w.CreateEventW(None, 1, 0, None)
    buf, ov = create_string_buffer(8), OVERLAPPED(hEvent=event)
    join(w, thread(w, lambda: post(w, a, buf, ov) and 0))
    done = w.WaitForSingleObject(event, 2000)
    got = overlapped_result(w, a, ov)
    w.CloseHandle(event)
    close(w, a, b)
    return done, got
EXPECTED = {(0, (0, 995))}
