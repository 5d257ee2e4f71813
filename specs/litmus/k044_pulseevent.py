"""K044  PulseEvent on a manual-reset event releases every thread now waiting and leaves it reset; with nobody waiting it only resets the event.
fact: K-36
source: PulseEvent (winbase) Remarks; ReactOS ke/eventobj.c KePulseEvent
"""
from ctypes import c_uint32, c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    event = w.CreateEventW(None, 1, 0, None)
    @w.CALLBACK(c_uint32, c_void_p)
    def routine(parameter):
        return w.WaitForSingleObject(event, 10000)
    threads = [w.CreateThread(None, 0, routine, None, 0, None) for _ in range(3)]
    w.Sleep(300)                              # let all three block: a pulse that nobody awaits is lost
    pulsed = w.PulseEvent(event), w.WaitForSingleObject(event, 0)
    array = (c_void_p * 3)(*threads)
    woke = w.WaitForMultipleObjects(3, array, 1, 10000)
    w.SetEvent(event)
    unwatched = w.PulseEvent(event), w.WaitForSingleObject(event, 0)
    auto = w.CreateEventW(None, 0, 1, None)
    auto_unwatched = w.PulseEvent(auto), w.WaitForSingleObject(auto, 0)
    for handle in threads + [event, auto]:
        w.CloseHandle(handle)
    return pulsed, woke, unwatched, auto_unwatched

EXPECTED = {((1, 258), 0, (1, 258), (1, 258))}
