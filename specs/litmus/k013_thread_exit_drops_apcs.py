"""K013  APCs still queued when a thread returns from its routine or calls ExitThread are lost: their functions are never called.
fact: K-11
source: QueueUserAPC (processthreadsapi) Remarks ("the APCs in its APC queue are lost")
"""
from ctypes import byref, c_size_t, c_uint32, c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    ran, codes = [], []
    @w.CALLBACK(None, c_size_t)
    def apc(data):
        ran.append(data)
    @w.CALLBACK(c_uint32, c_void_p)
    def returns(parameter):
        w.QueueUserAPC(apc, w.GetCurrentThread(), 1)
        return 11
    @w.CALLBACK(c_uint32, c_void_p)
    def exits(parameter):
        w.QueueUserAPC(apc, w.GetCurrentThread(), 2)
        w.ExitThread(22)
        return 0
    for routine in (returns, exits):
        thread = w.CreateThread(None, 0, routine, None, 0, None)
        code = c_uint32()
        waited = w.WaitForSingleObject(thread, 10000)
        w.GetExitCodeThread(thread, byref(code))
        codes.append((waited, code.value))
        w.CloseHandle(thread)
    return tuple(codes), tuple(ran)

EXPECTED = {(((0, 11), (0, 22)), ())}
