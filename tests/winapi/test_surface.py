"""Every function is declared with Windows' prototype.

The table below is a second source, written in C from the public headers; the declarations are in `winapi.surface`.
"""

import inspect
import re
from ctypes import (
    c_char_p,
    c_int32,
    c_size_t,
    c_ssize_t,
    c_ubyte,
    c_uint16,
    c_uint32,
    c_uint64,
    c_void_p,
    c_wchar_p,
)
from typing import Any

import pytest

from alertable.winapi import prototypes
from alertable.winapi.surface import FUNCTIONS, WinApi
from alertable.winapi.wsaid import WSAID_CONNECTEX, WSAID_DISCONNECTEX

C_TYPES: dict[str, type[Any] | None] = {
    "void": None,
    "BOOL": c_int32,
    "int": c_int32,
    "long": c_int32,
    "BOOLEAN": c_ubyte,
    "UCHAR": c_ubyte,
    "u_short": c_uint16,
    "WORD": c_uint16,
    "ATOM": c_uint16,
    "DWORD": c_uint32,
    "UINT": c_uint32,
    "ULONG": c_uint32,
    "GROUP": c_uint32,
    "NTSTATUS": c_uint32,
    "ULONGLONG": c_uint64,
    "SIZE_T": c_size_t,
    "ULONG_PTR": c_size_t,
    "WPARAM": c_size_t,
    "SOCKET": c_size_t,
    "LPARAM": c_ssize_t,
    "LRESULT": c_ssize_t,
    "HANDLE": c_void_p,
    "HWND": c_void_p,
    "HMENU": c_void_p,
    "HINSTANCE": c_void_p,
    "PCSTR": c_char_p,
    "LPCWSTR": c_wchar_p,
    "*": c_void_p,
}

PROTOTYPES = {
    "kernel32": """
        HANDLE CreateThread(SECURITY_ATTRIBUTES *, SIZE_T, routine *, void *, DWORD, DWORD *)
        void ExitThread(DWORD)
        BOOL TerminateThread(HANDLE, DWORD)
        BOOL GetExitCodeThread(HANDLE, DWORD *)
        DWORD SuspendThread(HANDLE)
        DWORD ResumeThread(HANDLE)
        HANDLE OpenThread(DWORD, BOOL, DWORD)
        BOOL SwitchToThread()
        HANDLE GetCurrentThread()
        DWORD GetCurrentThreadId()
        DWORD GetCurrentProcessId()
        HANDLE GetCurrentProcess()
        DWORD QueueUserAPC(routine *, HANDLE, ULONG_PTR)
        BOOL QueueUserAPC2(routine *, HANDLE, ULONG_PTR, DWORD)
        void SetLastError(DWORD)
        void Sleep(DWORD)
        DWORD SleepEx(DWORD, BOOL)
        DWORD WaitForSingleObject(HANDLE, DWORD)
        DWORD WaitForSingleObjectEx(HANDLE, DWORD, BOOL)
        DWORD WaitForMultipleObjects(DWORD, HANDLE *, BOOL, DWORD)
        DWORD WaitForMultipleObjectsEx(DWORD, HANDLE *, BOOL, DWORD, BOOL)
        DWORD SignalObjectAndWait(HANDLE, HANDLE, DWORD, BOOL)
        DWORD GetTickCount()
        ULONGLONG GetTickCount64()
        BOOL CloseHandle(HANDLE)
        BOOL DuplicateHandle(HANDLE, HANDLE, HANDLE, HANDLE *, DWORD, BOOL, DWORD)
        HANDLE CreateEventW(SECURITY_ATTRIBUTES *, BOOL, BOOL, LPCWSTR)
        HANDLE OpenEventW(DWORD, BOOL, LPCWSTR)
        BOOL SetEvent(HANDLE)
        BOOL ResetEvent(HANDLE)
        BOOL PulseEvent(HANDLE)
        HANDLE CreateMutexW(SECURITY_ATTRIBUTES *, BOOL, LPCWSTR)
        BOOL ReleaseMutex(HANDLE)
        HANDLE CreateSemaphoreW(SECURITY_ATTRIBUTES *, long, long, LPCWSTR)
        BOOL ReleaseSemaphore(HANDLE, long, long *)
        HANDLE CreateWaitableTimerW(SECURITY_ATTRIBUTES *, BOOL, LPCWSTR)
        BOOL SetWaitableTimer(HANDLE, LARGE_INTEGER *, long, routine *, void *, BOOL)
        BOOL CancelWaitableTimer(HANDLE)
        void InitializeCriticalSection(CRITICAL_SECTION *)
        BOOL InitializeCriticalSectionAndSpinCount(CRITICAL_SECTION *, DWORD)
        BOOL InitializeCriticalSectionEx(CRITICAL_SECTION *, DWORD, DWORD)
        void EnterCriticalSection(CRITICAL_SECTION *)
        BOOL TryEnterCriticalSection(CRITICAL_SECTION *)
        void LeaveCriticalSection(CRITICAL_SECTION *)
        void DeleteCriticalSection(CRITICAL_SECTION *)
        void InitializeSRWLock(SRWLOCK *)
        void AcquireSRWLockExclusive(SRWLOCK *)
        void ReleaseSRWLockExclusive(SRWLOCK *)
        void AcquireSRWLockShared(SRWLOCK *)
        void ReleaseSRWLockShared(SRWLOCK *)
        BOOLEAN TryAcquireSRWLockExclusive(SRWLOCK *)
        BOOLEAN TryAcquireSRWLockShared(SRWLOCK *)
        void InitializeConditionVariable(CONDITION_VARIABLE *)
        BOOL SleepConditionVariableCS(CONDITION_VARIABLE *, CRITICAL_SECTION *, DWORD)
        BOOL SleepConditionVariableSRW(CONDITION_VARIABLE *, SRWLOCK *, DWORD, ULONG)
        void WakeConditionVariable(CONDITION_VARIABLE *)
        void WakeAllConditionVariable(CONDITION_VARIABLE *)
        HANDLE GetProcessHeap()
        HANDLE HeapAlloc(HANDLE, DWORD, SIZE_T)
        BOOL HeapFree(HANDLE, DWORD, void *)
        HANDLE CreateIoCompletionPort(HANDLE, HANDLE, ULONG_PTR, DWORD)
        BOOL GetQueuedCompletionStatus(HANDLE, DWORD *, ULONG_PTR *, OVERLAPPED **, DWORD)
        BOOL GetQueuedCompletionStatusEx(HANDLE, OVERLAPPED_ENTRY *, ULONG, ULONG *, DWORD, BOOL)
        BOOL PostQueuedCompletionStatus(HANDLE, DWORD, ULONG_PTR, OVERLAPPED *)
        BOOL SetFileCompletionNotificationModes(HANDLE, UCHAR)
        BOOL GetOverlappedResult(HANDLE, OVERLAPPED *, DWORD *, BOOL)
        BOOL GetOverlappedResultEx(HANDLE, OVERLAPPED *, DWORD *, DWORD, BOOL)
        BOOL CancelIo(HANDLE)
        BOOL CancelIoEx(HANDLE, OVERLAPPED *)
        BOOL CancelSynchronousIo(HANDLE)
        BOOL ReadFile(HANDLE, void *, DWORD, DWORD *, OVERLAPPED *)
        BOOL WriteFile(HANDLE, void *, DWORD, DWORD *, OVERLAPPED *)
        BOOL ReadFileEx(HANDLE, void *, DWORD, OVERLAPPED *, routine *)
        BOOL WriteFileEx(HANDLE, void *, DWORD, OVERLAPPED *, routine *)
    """,
    "ws2_32": """
        int WSAStartup(WORD, WSADATA *)
        int WSACleanup()
        void WSASetLastError(int)
        SOCKET socket(int, int, int)
        SOCKET WSASocketW(int, int, int, WSAPROTOCOL_INFOW *, GROUP, DWORD)
        int WSADuplicateSocketW(SOCKET, DWORD, WSAPROTOCOL_INFOW *)
        int closesocket(SOCKET)
        int bind(SOCKET, sockaddr *, int)
        int listen(SOCKET, int)
        SOCKET accept(SOCKET, sockaddr *, int *)
        SOCKET WSAAccept(SOCKET, sockaddr *, int *, routine *, ULONG_PTR)
        int connect(SOCKET, sockaddr *, int)
        int WSAConnect(SOCKET, sockaddr *, int, WSABUF *, WSABUF *, QOS *, QOS *)
        int shutdown(SOCKET, int)
        int getsockname(SOCKET, sockaddr *, int *)
        int getpeername(SOCKET, sockaddr *, int *)
        int setsockopt(SOCKET, int, int, char *, int)
        int getsockopt(SOCKET, int, int, char *, int *)
        int ioctlsocket(SOCKET, long, u_long *)
        int WSAIoctl(SOCKET, DWORD, void *, DWORD, void *, DWORD, DWORD *, WSAOVERLAPPED *, routine *)
        u_short htons(u_short)
        u_short ntohs(u_short)
        ULONG htonl(ULONG)
        ULONG ntohl(ULONG)
        ULONG inet_addr(char *)
        int inet_pton(int, char *, void *)
        PCSTR inet_ntop(int, void *, char *, SIZE_T)
        int send(SOCKET, char *, int, int)
        int recv(SOCKET, char *, int, int)
        int sendto(SOCKET, char *, int, int, sockaddr *, int)
        int recvfrom(SOCKET, char *, int, int, sockaddr *, int *)
        int WSASend(SOCKET, WSABUF *, DWORD, DWORD *, DWORD, WSAOVERLAPPED *, routine *)
        int WSARecv(SOCKET, WSABUF *, DWORD, DWORD *, DWORD *, WSAOVERLAPPED *, routine *)
        int WSASendTo(SOCKET, WSABUF *, DWORD, DWORD *, DWORD, sockaddr *, int, WSAOVERLAPPED *, routine *)
        int WSARecvFrom(SOCKET, WSABUF *, DWORD, DWORD *, DWORD *, sockaddr *, int *, WSAOVERLAPPED *, routine *)
        BOOL WSAGetOverlappedResult(SOCKET, WSAOVERLAPPED *, DWORD *, BOOL, DWORD *)
        int select(int, fd_set *, fd_set *, fd_set *, timeval *)
        int __WSAFDIsSet(SOCKET, fd_set *)
        int WSAPoll(WSAPOLLFD *, ULONG, int)
        HANDLE WSACreateEvent()
        BOOL WSACloseEvent(HANDLE)
        BOOL WSASetEvent(HANDLE)
        BOOL WSAResetEvent(HANDLE)
        DWORD WSAWaitForMultipleEvents(DWORD, HANDLE *, BOOL, DWORD, BOOL)
        int WSAEventSelect(SOCKET, HANDLE, long)
        int WSAEnumNetworkEvents(SOCKET, HANDLE, WSANETWORKEVENTS *)
        int WSAAsyncSelect(SOCKET, HWND, UINT, long)
    """,
    "mswsock": """
        BOOL AcceptEx(SOCKET, SOCKET, void *, DWORD, DWORD, DWORD, DWORD *, OVERLAPPED *)
        void GetAcceptExSockaddrs(void *, DWORD, DWORD, DWORD, sockaddr **, int *, sockaddr **, int *)
        BOOL ConnectEx(SOCKET, sockaddr *, int, void *, DWORD, DWORD *, OVERLAPPED *)
        BOOL DisconnectEx(SOCKET, OVERLAPPED *, DWORD, DWORD)
    """,
    "user32": """
        ATOM RegisterClassExW(WNDCLASSEXW *)
        HWND CreateWindowExW(DWORD, WCHAR *, LPCWSTR, DWORD, int, int, int, int, HWND, HMENU, HINSTANCE, void *)
        BOOL DestroyWindow(HWND)
        LRESULT DefWindowProcW(HWND, UINT, WPARAM, LPARAM)
        BOOL GetMessageW(MSG *, HWND, UINT, UINT)
        BOOL PeekMessageW(MSG *, HWND, UINT, UINT, UINT)
        BOOL TranslateMessage(MSG *)
        LRESULT DispatchMessageW(MSG *)
        BOOL PostMessageW(HWND, UINT, WPARAM, LPARAM)
        BOOL PostThreadMessageW(DWORD, UINT, WPARAM, LPARAM)
        void PostQuitMessage(int)
        DWORD MsgWaitForMultipleObjectsEx(DWORD, HANDLE *, DWORD, DWORD, DWORD)
    """,
    "ntdll": """
        NTSTATUS NtTestAlert()
        NTSTATUS NtQueueApcThread(HANDLE, routine *, void *, void *, void *)
        NTSTATUS NtAlertThread(HANDLE)
        NTSTATUS NtDelayExecution(BOOLEAN, LARGE_INTEGER *)
        ULONG RtlNtStatusToDosError(NTSTATUS)
    """,
}


def c_type(text: str) -> type[Any] | None:
    return C_TYPES["*" if "*" in text else text.strip()]


def parsed() -> dict[str, tuple[str, type[Any] | None, tuple[type[Any] | None, ...]]]:
    found = {}
    for dll, text in PROTOTYPES.items():
        for line in text.strip().splitlines():
            match = re.fullmatch(r"(\w+) (\w+)\((.*)\)", line.strip())
            assert match is not None, line
            result, name, arguments = match.groups()
            found[name] = dll, c_type(result), tuple(c_type(a) for a in arguments.split(",") if a)
    return found


EXPECTED = parsed()


@pytest.mark.parametrize("name", EXPECTED)
def test_a_function_has_its_windows_prototype(name: str) -> None:
    function = FUNCTIONS[name]
    assert (function.name, function.dll, function.restype, function.argtypes) == (name, *EXPECTED[name])
    assert len(function.parameters) == len(function.argtypes)


def test_nothing_else_is_declared_and_the_order_is_that_of_the_declarations() -> None:
    assert list(FUNCTIONS) == list(EXPECTED)


def test_only_the_two_that_no_dll_exports_have_a_wsaid() -> None:
    by_wsaid = {name: function.wsaid for name, function in FUNCTIONS.items() if function.wsaid is not None}
    assert by_wsaid == {"ConnectEx": WSAID_CONNECTEX, "DisconnectEx": WSAID_DISCONNECTEX}


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("SleepEx", "dwMilliseconds bAlertable"),
        ("QueueUserAPC", "pfnAPC hThread dwData"),
        ("WSARecv", "s lpBuffers dwBufferCount lpNumberOfBytesRecvd lpFlags lpOverlapped lpCompletionRoutine"),
        ("recvfrom", "s buf len flags from fromlen"),
        ("socket", "af type protocol"),
        ("__WSAFDIsSet", "fd set"),
        ("GetTickCount", ""),
    ],
)
def test_parameters_have_their_win32_names(name: str, parameters: str) -> None:
    assert FUNCTIONS[name].parameters == tuple(parameters.split())


def test_every_parameter_is_positional_only() -> None:
    kinds = {
        parameter.kind
        for base in WinApi.__mro__
        for name, method in vars(base).items()
        if inspect.isfunction(method) and name.rpartition("__")[2] in FUNCTIONS
        for parameter in inspect.signature(method).parameters.values()
    }
    assert kinds == {inspect.Parameter.POSITIONAL_ONLY}


def test_a_function_prints_as_a_call() -> None:
    assert str(FUNCTIONS["SleepEx"]) == "SleepEx(dwMilliseconds, bAlertable)"


def test_declarations_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        FUNCTIONS["SleepEx"] = FUNCTIONS["Sleep"]  # type: ignore[index]  # the point of the test


CALLBACKS = {
    "LPWSAOVERLAPPED_COMPLETION_ROUTINE": "void (DWORD, DWORD, WSAOVERLAPPED *, DWORD)",
    "LPOVERLAPPED_COMPLETION_ROUTINE": "void (DWORD, DWORD, OVERLAPPED *)",
    "PAPCFUNC": "void (ULONG_PTR)",
    "PPS_APC_ROUTINE": "void (void *, void *, void *)",
    "LPTHREAD_START_ROUTINE": "DWORD (void *)",
    "PTIMERAPCROUTINE": "void (void *, DWORD, DWORD)",
    "WNDPROC": "LRESULT (HWND, UINT, WPARAM, LPARAM)",
    "LPCONDITIONPROC": "int (WSABUF *, WSABUF *, QOS *, QOS *, WSABUF *, WSABUF *, GROUP *, ULONG_PTR)",
}


@pytest.mark.parametrize("name", CALLBACKS)
def test_a_callback_has_its_windows_prototype(name: str) -> None:
    result, _, arguments = CALLBACKS[name].rstrip(")").partition(" (")
    assert getattr(prototypes, name) == (c_type(result), *(c_type(a) for a in arguments.split(",")))
