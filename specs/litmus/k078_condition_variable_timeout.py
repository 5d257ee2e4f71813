"""K078  SleepConditionVariableCS and SleepConditionVariableSRW that time out return 0 with ERROR_TIMEOUT (1460) and hold the lock again; a wake with no sleeper is not remembered.
fact: K-51
source: SleepConditionVariableCS (synchapi); Wine kernel32/tests/sync.c test_condvars_base
"""
from ctypes import byref, c_uint32, c_void_p, create_string_buffer

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    condition, lock, section, log = c_void_p(), c_void_p(), create_string_buffer(40), []
    w.InitializeConditionVariable(byref(condition)); w.InitializeSRWLock(byref(lock)); w.InitializeCriticalSection(section)
    @w.CALLBACK(c_uint32, c_void_p)
    def try_section(parameter):
        return 1 if w.TryEnterCriticalSection(section) else 0
    w.WakeConditionVariable(byref(condition)); w.WakeAllConditionVariable(byref(condition))
    w.EnterCriticalSection(section)
    log.append((w.SleepConditionVariableCS(byref(condition), section, 20), w.GetLastError()))
    log.append((w.SleepConditionVariableCS(byref(condition), section, 0), w.GetLastError()))
    thread, code = w.CreateThread(None, 0, try_section, None, 0, None), c_uint32()
    w.WaitForSingleObject(thread, 10000); w.GetExitCodeThread(thread, byref(code)); w.CloseHandle(thread)
    w.LeaveCriticalSection(section)
    w.AcquireSRWLockExclusive(byref(lock))
    log.append((w.SleepConditionVariableSRW(byref(condition), byref(lock), 20, 0), w.GetLastError()))
    held = w.TryAcquireSRWLockExclusive(byref(lock)), w.TryAcquireSRWLockShared(byref(lock))
    w.ReleaseSRWLockExclusive(byref(lock))
    w.AcquireSRWLockShared(byref(lock))
    log.append((w.SleepConditionVariableSRW(byref(condition), byref(lock), 20, 1), w.GetLastError()))   # CONDITION_VARIABLE_LOCKMODE_SHARED
    held += w.TryAcquireSRWLockExclusive(byref(lock)),
    w.ReleaseSRWLockShared(byref(lock))
    w.DeleteCriticalSection(section)
    return tuple(log), code.value, held

EXPECTED = {(((0, 1460),) * 4, 0, (0, 0, 0))}
