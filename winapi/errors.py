"""Error codes, wait results and NT statuses, each with its meaning.

Two names of one number are aliases (ERROR_IO_PENDING, WSA_IO_PENDING); the first is the one that `ErrorCode(997).name` gives.
Which status becomes which error is not said here: that depends on the DLL through which a program asks.

Sources: learn.microsoft.com "System Error Codes", "Windows Sockets Error Codes", WaitForMultipleObjectsEx,
         [MS-ERREF] 2.3 NTSTATUS; K-01 to K-76, S-01 to S-115.
"""

from __future__ import annotations

from enum import IntEnum, unique
from typing import Self

__all__ = ["ErrorCode", "Status", "WaitResult", "meaning"]


class _Code(IntEnum):
    """A number with a text: `NAME = number, text`. (The default only lets type checkers accept the look-up `ErrorCode(997)`.)"""

    meaning: str

    def __new__(cls, value: int, meaning: str = "") -> Self:
        member = int.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member


class ErrorCode(_Code):
    """What GetLastError and WSAGetLastError give, and what completion routines get as error."""

    ERROR_SUCCESS = 0, "no error"
    NO_ERROR = 0, "no error"
    ERROR_INVALID_FUNCTION = 1, "the object cannot do this"
    ERROR_FILE_NOT_FOUND = 2, "no object has this name"
    ERROR_ACCESS_DENIED = 5, "the handle lacks the access right, or the thread has ended"
    ERROR_INVALID_HANDLE = 6, "the handle is closed, was never valid, or names another kind of object"
    WSA_INVALID_HANDLE = 6, "an event handle is not valid"
    ERROR_NOT_ENOUGH_MEMORY = 8, "out of memory"
    WSA_NOT_ENOUGH_MEMORY = 8, "out of memory"
    ERROR_NOT_READY = 21, "the device is not ready"
    ERROR_GEN_FAILURE = 31, "the thread has ended, so no APC can be queued to it"
    ERROR_SHARING_VIOLATION = 32, "in use by somebody else"
    ERROR_NOT_SUPPORTED = 50, "the request is not supported"
    ERROR_REM_NOT_LIST = 51, "the remote computer is not listening"
    ERROR_UNEXP_NET_ERR = 59, "unexpected network error"
    ERROR_NETNAME_DELETED = 64, "the connection was reset"
    ERROR_INVALID_PARAMETER = 87, "a parameter is not valid"
    WSA_INVALID_PARAMETER = 87, "a parameter is not valid"
    ERROR_SEM_TIMEOUT = 121, "the operation timed out"
    ERROR_INSUFFICIENT_BUFFER = 122, "the buffer is too small"
    ERROR_SIGNAL_REFUSED = 156, "the suspend count is at its maximum"
    ERROR_ALREADY_EXISTS = 183, "an object of this name existed; the handle is to it"
    WAIT_IO_COMPLETION = 192, "an APC ended the wait"
    ERROR_PIPE_NOT_CONNECTED = 233, "nobody is at the other end"
    ERROR_MORE_DATA = 234, "the message is longer than the buffer"
    WAIT_TIMEOUT = 258, "the time-out passed"
    ERROR_NOT_OWNER = 288, "the mutex belongs to another thread"
    ERROR_TOO_MANY_POSTS = 298, "the semaphore would exceed its maximum count"
    ERROR_HANDLES_CLOSED = 676, "the handle was closed while the operation was pending"
    ERROR_ABANDONED_WAIT_0 = 735, "the completion port was closed during the wait"
    ERROR_OPERATION_ABORTED = 995, "cancelled: by CancelIo, CancelIoEx, closesocket or the end of the thread"
    WSA_OPERATION_ABORTED = 995, "cancelled: by CancelIo, CancelIoEx, closesocket or the end of the thread"
    ERROR_IO_INCOMPLETE = 996, "the overlapped operation is still pending"
    WSA_IO_INCOMPLETE = 996, "the overlapped operation is still pending"
    ERROR_IO_PENDING = 997, "not an error: the overlapped operation was started and completes later"
    WSA_IO_PENDING = 997, "not an error: the overlapped operation was started and completes later"
    ERROR_NOACCESS = 998, "a pointer leads to memory that cannot be accessed"
    ERROR_NOT_FOUND = 1168, "there is nothing to cancel"
    ERROR_INVALID_NETNAME = 1214, "the address is not valid"
    ERROR_CONNECTION_REFUSED = 1225, "the remote side refused the connection"
    ERROR_GRACEFUL_DISCONNECT = 1226, "the connection was closed gracefully"
    ERROR_CONNECTION_ACTIVE = 1230, "the connection is in use already"
    ERROR_NETWORK_UNREACHABLE = 1231, "no route to the network"
    ERROR_HOST_UNREACHABLE = 1232, "no route to the host"
    ERROR_PORT_UNREACHABLE = 1234, "nothing listens on the remote port"
    ERROR_REQUEST_ABORTED = 1235, "the request was aborted"
    ERROR_CONNECTION_ABORTED = 1236, "the local side aborted the connection"
    ERROR_INVALID_THREAD_ID = 1444, "no such thread, or it has no message queue"
    ERROR_NO_SYSTEM_RESOURCES = 1450, "the system is out of resources"
    ERROR_TIMEOUT = 1460, "the time-out of a condition variable passed"
    ERROR_INVALID_USER_BUFFER = 1784, "the buffer's size is not valid for the operation"
    WSAEINTR = 10004, "the blocking call was interrupted"
    WSAEACCES = 10013, "forbidden by the access rights of the address or socket"
    WSAEFAULT = 10014, "a pointer is bad, or an address buffer too short"
    WSAEINVAL = 10022, "an argument is not valid, or the socket is in the wrong state"
    WSAEMFILE = 10024, "too many open sockets"
    WSAEWOULDBLOCK = 10035, "the non-blocking call cannot finish now"
    WSAEINPROGRESS = 10036, "a blocking call is in progress"
    WSAEALREADY = 10037, "the non-blocking connect is in progress already"
    WSAENOTSOCK = 10038, "the handle is not a socket"
    WSAEDESTADDRREQ = 10039, "a destination address is needed"
    WSAEMSGSIZE = 10040, "the datagram is larger than the buffer or the limit"
    WSAENOPROTOOPT = 10042, "the option is unknown, or read-only"
    WSAEPROTONOSUPPORT = 10043, "the protocol is not supported"
    WSAESOCKTNOSUPPORT = 10044, "the socket type is not supported"
    WSAEOPNOTSUPP = 10045, "this kind of socket cannot do this"
    WSAEAFNOSUPPORT = 10047, "the address family is not supported"
    WSAEADDRINUSE = 10048, "the address is in use"
    WSAEADDRNOTAVAIL = 10049, "the address is not valid here"
    WSAENETDOWN = 10050, "the network is down"
    WSAENETUNREACH = 10051, "no route to the network"
    WSAENETRESET = 10052, "keep-alive found the connection broken"
    WSAECONNABORTED = 10053, "the local side aborted the connection"
    WSAECONNRESET = 10054, "the peer reset the connection"
    WSAENOBUFS = 10055, "out of buffer space"
    WSAEISCONN = 10056, "the socket is connected already"
    WSAENOTCONN = 10057, "the socket is not connected"
    WSAESHUTDOWN = 10058, "this direction was shut down"
    WSAETIMEDOUT = 10060, "the peer did not answer in time"
    WSAECONNREFUSED = 10061, "nobody listens at the address"
    WSAEHOSTUNREACH = 10065, "no route to the host"
    WSASYSNOTREADY = 10091, "the network subsystem is not ready"
    WSAVERNOTSUPPORTED = 10092, "this Winsock version is not supported"
    WSANOTINITIALISED = 10093, "WSAStartup was not called"
    WSAEDISCON = 10101, "the peer closed gracefully"


class WaitResult(_Code):
    """What wait functions return; WAIT_OBJECT_0 + i and WAIT_ABANDONED_0 + i carry an index."""

    WAIT_OBJECT_0 = 0, "the object was signalled (the first one, or all)"
    WSA_WAIT_EVENT_0 = 0, "the event was signalled (the first one, or all)"
    WAIT_ABANDONED = 0x80, "a mutex whose owner ended was taken"
    WAIT_ABANDONED_0 = 0x80, "a mutex whose owner ended was taken"
    WAIT_IO_COMPLETION = 0xC0, "APCs ran and ended the wait"
    WSA_WAIT_IO_COMPLETION = 0xC0, "completion routines ran and ended the wait"
    WAIT_TIMEOUT = 0x102, "the time-out passed"
    WSA_WAIT_TIMEOUT = 0x102, "the time-out passed"
    WAIT_FAILED = 0xFFFFFFFF, "the call failed; GetLastError says why"
    WSA_WAIT_FAILED = 0xFFFFFFFF, "the call failed; WSAGetLastError says why"


@unique
class Status(_Code):
    """NT statuses that programs meet: in OVERLAPPED.Internal, and from the Nt functions."""

    STATUS_SUCCESS = 0, "done"
    STATUS_USER_APC = 0xC0, "APCs ran and ended the wait"
    STATUS_ALERTED = 0x101, "NtAlertThread ended the wait"
    STATUS_TIMEOUT = 0x102, "the time-out passed"
    STATUS_PENDING = 0x103, "the operation is not finished"
    STATUS_NO_YIELD_PERFORMED = 0x40000024, "no other thread was ready to run"
    STATUS_BUFFER_OVERFLOW = 0x80000005, "the message is longer than the buffer"
    STATUS_UNSUCCESSFUL = 0xC0000001, "failed; of NtQueueApcThread: the thread has ended"
    STATUS_NOT_IMPLEMENTED = 0xC0000002, "not implemented"
    STATUS_ACCESS_VIOLATION = 0xC0000005, "a pointer leads to memory that cannot be accessed"
    STATUS_INVALID_HANDLE = 0xC0000008, "the handle is not valid"
    STATUS_NO_MEMORY = 0xC0000017, "out of memory"
    STATUS_ACCESS_DENIED = 0xC0000022, "the handle lacks the access right"
    STATUS_BUFFER_TOO_SMALL = 0xC0000023, "the buffer is too small"
    STATUS_OBJECT_TYPE_MISMATCH = 0xC0000024, "the handle names another kind of object"
    STATUS_INVALID_PARAMETER_MIX = 0xC0000030, "the parameters do not go together"
    STATUS_SHARING_VIOLATION = 0xC0000043, "in use by somebody else"
    STATUS_MUTANT_NOT_OWNED = 0xC0000046, "the mutex belongs to another thread"
    STATUS_SEMAPHORE_LIMIT_EXCEEDED = 0xC0000047, "the semaphore would exceed its maximum count"
    STATUS_SUSPEND_COUNT_EXCEEDED = 0xC000004A, "the suspend count is at its maximum"
    STATUS_THREAD_IS_TERMINATING = 0xC000004B, "the thread has ended"
    STATUS_INSUFFICIENT_RESOURCES = 0xC000009A, "the system is out of resources"
    STATUS_DEVICE_NOT_READY = 0xC00000A3, "the device is not ready"
    STATUS_PIPE_DISCONNECTED = 0xC00000B0, "this direction was shut down"
    STATUS_IO_TIMEOUT = 0xC00000B5, "the operation timed out"
    STATUS_NOT_SUPPORTED = 0xC00000BB, "the request is not supported"
    STATUS_REMOTE_NOT_LISTENING = 0xC00000BC, "the remote computer is not listening"
    STATUS_CANCELLED = 0xC0000120, "the operation was cancelled"
    STATUS_LOCAL_DISCONNECT = 0xC000013B, "the local side disconnected"
    STATUS_REMOTE_DISCONNECT = 0xC000013C, "the remote side disconnected"
    STATUS_INVALID_CONNECTION = 0xC0000140, "the socket is not connected"
    STATUS_INVALID_ADDRESS = 0xC0000141, "the address is not valid"
    STATUS_INVALID_BUFFER_SIZE = 0xC0000206, "the buffer's size is not valid for the operation"
    STATUS_INVALID_ADDRESS_COMPONENT = 0xC0000207, "a part of the address is not valid"
    STATUS_CONNECTION_DISCONNECTED = 0xC000020C, "the connection was ended"
    STATUS_CONNECTION_RESET = 0xC000020D, "the peer reset the connection"
    STATUS_CONNECTION_REFUSED = 0xC0000236, "nobody listens at the address"
    STATUS_GRACEFUL_DISCONNECT = 0xC0000237, "the connection was closed gracefully"
    STATUS_CONNECTION_ACTIVE = 0xC000023B, "the socket is connected already"
    STATUS_NETWORK_UNREACHABLE = 0xC000023C, "no route to the network"
    STATUS_HOST_UNREACHABLE = 0xC000023D, "no route to the host"
    STATUS_PORT_UNREACHABLE = 0xC000023F, "nothing listens on the remote port"
    STATUS_REQUEST_ABORTED = 0xC0000240, "the request was aborted"
    STATUS_CONNECTION_ABORTED = 0xC0000241, "the local side aborted the connection"


def meaning(code: int) -> str:
    """The meaning of an error code, for people; a code that this project does not know says so."""
    try:
        return ErrorCode(code).meaning
    except ValueError:
        return f"unknown error code {code}"
