"""K048  Waiting for any, an abandoned mutex at index i gives WAIT_ABANDONED_0 + i (0x80 + i); waiting for all gives a value in the WAIT_ABANDONED_0 range (NT: 0x80 itself) and takes every object.
fact: K-39
source: WaitForMultipleObjectsEx Return value; ReactOS ke/wait.c (WaitStatus STATUS_ABANDONED, or'ed with the index only for any)
"""
from ctypes import c_uint32, c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    mutex, event = w.CreateMutexW(None, 0, None), w.CreateEventW(None, 0, 0, None)
    pair = (c_void_p * 2)(event, mutex)
    @w.CALLBACK(c_uint32, c_void_p)
    def owner(parameter):
        return w.WaitForSingleObject(mutex, 10000)
    def abandon():
        thread = w.CreateThread(None, 0, owner, None, 0, None)
        w.WaitForSingleObject(thread, 10000); w.CloseHandle(thread)
    abandon()
    any_result = w.WaitForMultipleObjects(2, pair, 0, 0), w.ReleaseMutex(mutex)
    abandon()
    w.SetEvent(event)
    all_result = w.WaitForMultipleObjects(2, pair, 1, 0)
    after = w.WaitForSingleObject(event, 0), w.ReleaseMutex(mutex), w.ReleaseMutex(mutex)
    w.CloseHandle(mutex); w.CloseHandle(event)
    return any_result, all_result, after

EXPECTED = {((0x81, 1), 0x80, (258, 1, 0))}
