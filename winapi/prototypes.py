"""Signatures of callbacks, to be unpacked: `@w.CALLBACK(*LPWSAOVERLAPPED_COMPLETION_ROUTINE)`.

Each is (result, parameters...) in ctypes types. Pointers arrive as int, or None for NULL; `cast` or `from_address` gets at what
they point to. Keep a reference to the callback for as long as Windows may call it.

Sources: learn.microsoft.com LPWSAOVERLAPPED_COMPLETION_ROUTINE, LPOVERLAPPED_COMPLETION_ROUTINE, PAPCFUNC, ThreadProc,
         TimerAPCProc, WNDPROC, LPCONDITIONPROC (WSAAccept); NtQueueApcThread: Wine kernel32/tests/sync.c (call_user_apc).
"""

from ctypes import c_int32, c_size_t, c_ssize_t, c_uint32, c_void_p
from typing import Any, Final

__all__ = [
    "APC_ROUTINE",
    "COMPLETION_ROUTINE",
    "LPCONDITIONPROC",
    "LPOVERLAPPED_COMPLETION_ROUTINE",
    "LPTHREAD_START_ROUTINE",
    "LPWSAOVERLAPPED_COMPLETION_ROUTINE",
    "NT_APC_ROUTINE",
    "PAPCFUNC",
    "PPS_APC_ROUTINE",
    "PTIMERAPCROUTINE",
    "THREAD_ROUTINE",
    "TIMER_APC_ROUTINE",
    "WNDPROC",
]

LPWSAOVERLAPPED_COMPLETION_ROUTINE: Final = (None, c_uint32, c_uint32, c_void_p, c_uint32)
"""void routine(DWORD dwError, DWORD cbTransferred, LPWSAOVERLAPPED lpOverlapped, DWORD dwFlags): WSARecv, WSASend, ..."""

LPOVERLAPPED_COMPLETION_ROUTINE: Final = (None, c_uint32, c_uint32, c_void_p)
"""void routine(DWORD dwErrorCode, DWORD dwNumberOfBytesTransfered, LPOVERLAPPED lpOverlapped): ReadFileEx, WriteFileEx"""

PAPCFUNC: Final = (None, c_size_t)
"""void routine(ULONG_PTR Parameter): QueueUserAPC, QueueUserAPC2"""

PPS_APC_ROUTINE: Final = (None, c_void_p, c_void_p, c_void_p)
"""void routine(void *, void *, void *): NtQueueApcThread"""

LPTHREAD_START_ROUTINE: Final = (c_uint32, c_void_p)
"""DWORD routine(void *lpThreadParameter): CreateThread"""

PTIMERAPCROUTINE: Final = (None, c_void_p, c_uint32, c_uint32)
"""void routine(void *lpArgToCompletionRoutine, DWORD dwTimerLowValue, DWORD dwTimerHighValue): SetWaitableTimer"""

WNDPROC: Final = (c_ssize_t, c_void_p, c_uint32, c_size_t, c_ssize_t)
"""LRESULT procedure(HWND hwnd, UINT message, WPARAM wParam, LPARAM lParam): WNDCLASSEXW.lpfnWndProc"""

LPCONDITIONPROC: Final = (c_int32, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p, c_size_t)
"""int condition(caller id, caller data, SQOS, GQOS, callee id, callee data, GROUP *, DWORD_PTR): WSAAccept"""

# Shorter names for the usual ones.
COMPLETION_ROUTINE: Final = LPWSAOVERLAPPED_COMPLETION_ROUTINE
APC_ROUTINE: Final = PAPCFUNC
NT_APC_ROUTINE: Final = PPS_APC_ROUTINE
THREAD_ROUTINE: Final = LPTHREAD_START_ROUTINE
TIMER_APC_ROUTINE: Final = PTIMERAPCROUTINE

PROTOTYPES: Final[dict[str, tuple[Any, ...]]] = {
    "LPWSAOVERLAPPED_COMPLETION_ROUTINE": LPWSAOVERLAPPED_COMPLETION_ROUTINE,
    "LPOVERLAPPED_COMPLETION_ROUTINE": LPOVERLAPPED_COMPLETION_ROUTINE,
    "PAPCFUNC": PAPCFUNC,
    "PPS_APC_ROUTINE": PPS_APC_ROUTINE,
    "LPTHREAD_START_ROUTINE": LPTHREAD_START_ROUTINE,
    "PTIMERAPCROUTINE": PTIMERAPCROUTINE,
    "WNDPROC": WNDPROC,
    "LPCONDITIONPROC": LPCONDITIONPROC,
}
