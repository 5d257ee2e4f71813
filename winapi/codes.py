"""Constants of kernel32, user32 and Winsock as enums, one per line with its meaning; with those of `winapi.errors`, all.

A member is the number itself (`AddressFamily.AF_INET == 2`). Programs rather import the plain names from `winapi`, which are
ints, so that an outcome prints as numbers on both arms.

Sources: learn.microsoft.com pages of the functions that take each constant; K-01 to K-76, S-01 to S-115.
"""

from enum import IntEnum, IntFlag

from alertable.winapi.errors import ErrorCode, Status, WaitResult, meaning

__all__ = [
    "AccessRight",
    "AddressFamily",
    "ApcFlag",
    "Bool",
    "CompletionMode",
    "ConditionFlag",
    "DuplicateOption",
    "ErrorCode",
    "ExitCode",
    "FdEvent",
    "InAddr",
    "Ioctl",
    "IpProtocol",
    "Limit",
    "MsgFlag",
    "MsgWaitFlag",
    "PeekFlag",
    "PollFlag",
    "PseudoHandle",
    "QueueStatus",
    "ShutdownHow",
    "SocketFlag",
    "SocketOption",
    "SocketResult",
    "SocketType",
    "Status",
    "ThreadFlag",
    "Timeout",
    "WaitResult",
    "WindowMessage",
    "meaning",
]


# -- handles, threads, waits


class PseudoHandle(IntEnum):
    """Handle values with a meaning of their own, as functions return them (unsigned); -1, -2 and -3 are the same."""

    INVALID_HANDLE_VALUE = 2**64 - 1  # no handle; as a process handle: the current process
    CURRENT_THREAD = 2**64 - 2  # what GetCurrentThread returns: whichever thread uses it
    HWND_MESSAGE = 2**64 - 3  # parent of message-only windows


class Timeout(IntEnum):
    """Time-outs in milliseconds."""

    INFINITE = 0xFFFFFFFF  # wait for ever
    WSA_INFINITE = 0xFFFFFFFF  # wait for ever


class Bool(IntEnum):
    """BOOL arguments; of a BOOL result only zero or not counts."""

    FALSE = 0  # no; failure
    TRUE = 1  # yes; success


class Limit(IntEnum):
    """Bounds."""

    MAXIMUM_WAIT_OBJECTS = 64  # handles in one wait (MsgWait...: one less)
    WSA_MAXIMUM_WAIT_EVENTS = 64  # events in one WSAWaitForMultipleEvents
    MAXIMUM_SUSPEND_COUNT = 127  # highest suspend count of a thread
    FD_MAX_EVENTS = 10  # entries of WSANETWORKEVENTS.iErrorCode
    SOMAXCONN = 0x7FFFFFFF  # backlog: as many as the provider finds reasonable


class AccessRight(IntFlag):
    """What a handle may be used for; the meaning of the low bits depends on the kind of object."""

    THREAD_TERMINATE = 0x1  # TerminateThread
    THREAD_SUSPEND_RESUME = 0x2  # SuspendThread, ResumeThread
    THREAD_SET_CONTEXT = 0x10  # QueueUserAPC
    EVENT_MODIFY_STATE = 0x2  # SetEvent, ResetEvent, PulseEvent
    SEMAPHORE_MODIFY_STATE = 0x2  # ReleaseSemaphore
    TIMER_MODIFY_STATE = 0x2  # SetWaitableTimer, CancelWaitableTimer
    SYNCHRONIZE = 0x00100000  # wait functions
    EVENT_ALL_ACCESS = 0x1F0003  # everything an event handle allows


class DuplicateOption(IntFlag):
    """dwOptions of DuplicateHandle."""

    DUPLICATE_CLOSE_SOURCE = 1  # close the source handle, whatever happens
    DUPLICATE_SAME_ACCESS = 2  # the access rights of the source; dwDesiredAccess is ignored


class ThreadFlag(IntFlag):
    """dwCreationFlags of CreateThread."""

    CREATE_SUSPENDED = 0x4  # the thread starts with suspend count 1
    STACK_SIZE_PARAM_IS_A_RESERVATION = 0x10000  # dwStackSize is the reserved, not the committed size


class ExitCode(IntEnum):
    """Exit codes with a meaning of their own."""

    STILL_ACTIVE = 259  # GetExitCodeThread: the thread has not ended


class ApcFlag(IntFlag):
    """Flags of QueueUserAPC2."""

    QUEUE_USER_APC_FLAGS_NONE = 0  # as QueueUserAPC
    QUEUE_USER_APC_FLAGS_SPECIAL_USER_APC = 1  # runs although the thread is not alertable


class ConditionFlag(IntFlag):
    """Flags of SleepConditionVariableSRW."""

    CONDITION_VARIABLE_LOCKMODE_SHARED = 1  # the lock is held shared


class CompletionMode(IntFlag):
    """Flags of SetFileCompletionNotificationModes."""

    FILE_SKIP_COMPLETION_PORT_ON_SUCCESS = 1  # no packet for an operation that succeeded at once
    FILE_SKIP_SET_EVENT_ON_HANDLE = 2  # the file object itself is not signalled


# -- message queues


class MsgWaitFlag(IntFlag):
    """dwFlags of MsgWaitForMultipleObjectsEx."""

    MWMO_WAITALL = 1  # all handles and new input
    MWMO_ALERTABLE = 2  # APCs end the wait
    MWMO_INPUTAVAILABLE = 4  # input counts although the queue was looked at since


class QueueStatus(IntFlag):
    """Kinds of input, for the wake mask of MsgWaitForMultipleObjectsEx."""

    QS_POSTMESSAGE = 0x8  # posted messages
    QS_ALLEVENTS = 0x4BF  # all but sent messages
    QS_ALLINPUT = 0x4FF  # everything


class PeekFlag(IntFlag):
    """wRemoveMsg of PeekMessageW."""

    PM_NOREMOVE = 0  # the message stays in the queue
    PM_REMOVE = 1  # the message is taken


class WindowMessage(IntEnum):
    """Message numbers."""

    WM_QUIT = 0x12  # GetMessageW returns 0 for it
    WM_USER = 0x400  # first number for a program's own use


# -- sockets


class SocketResult(IntEnum):
    """Results of failed Winsock calls."""

    SOCKET_ERROR = -1  # of calls that return an int
    INVALID_SOCKET = 2**64 - 1  # of calls that return a socket


class AddressFamily(IntEnum):
    """First argument of socket."""

    AF_INET = 2  # IPv4


class InAddr(IntEnum):
    """IPv4 addresses in host byte order (htonl before use)."""

    INADDR_ANY = 0  # bind: every local address
    INADDR_LOOPBACK = 0x7F000001  # 127.0.0.1
    INADDR_NONE = 0xFFFFFFFF  # inet_addr: not an address


class SocketType(IntEnum):
    """Second argument of socket."""

    SOCK_STREAM = 1  # a connection, a stream of bytes
    SOCK_DGRAM = 2  # datagrams


class IpProtocol(IntEnum):
    """Third argument of socket."""

    IPPROTO_TCP = 6  # TCP
    IPPROTO_UDP = 17  # UDP


class SocketFlag(IntFlag):
    """dwFlags of WSASocketW."""

    WSA_FLAG_OVERLAPPED = 1  # overlapped operations are possible


class ShutdownHow(IntEnum):
    """Second argument of shutdown."""

    SD_RECEIVE = 0  # no more receiving
    SD_SEND = 1  # no more sending; the peer receives 0 bytes
    SD_BOTH = 2  # neither


class MsgFlag(IntFlag):
    """Flags of send and receive calls."""

    MSG_OOB = 1  # out-of-band data
    MSG_PEEK = 2  # copy the data, leave it queued
    MSG_DONTROUTE = 4  # do not use routing
    MSG_WAITALL = 8  # receive until the buffer is full
    MSG_PARTIAL = 0x8000  # part of a message; never on TCP


class FdEvent(IntFlag):
    """Network events of WSAEventSelect and WSAAsyncSelect; bit numbers 0 to 5 index WSANETWORKEVENTS.iErrorCode."""

    FD_READ = 1  # data can be received
    FD_WRITE = 2  # there is room to send
    FD_OOB = 4  # out-of-band data can be received
    FD_ACCEPT = 8  # a connection can be accepted
    FD_CONNECT = 0x10  # connecting is finished
    FD_CLOSE = 0x20  # the peer closed, or the connection broke


class PollFlag(IntFlag):
    """events and revents of WSAPOLLFD."""

    POLLERR = 1  # an error, or a reset
    POLLHUP = 2  # the peer closed
    POLLNVAL = 4  # not a socket
    POLLWRNORM = 0x10  # there is room to send
    POLLOUT = 0x10  # there is room to send
    POLLWRBAND = 0x20  # out-of-band data can be sent
    POLLRDNORM = 0x100  # data can be received
    POLLRDBAND = 0x200  # out-of-band data can be received
    POLLIN = 0x300  # either of the two
    POLLPRI = 0x400  # not supported by Windows


class Ioctl(IntEnum):
    """Commands of ioctlsocket and WSAIoctl; unsigned, though ioctlsocket takes a long."""

    FIONREAD = 0x4004667F  # bytes that one receive could take now
    SIOCATMARK = 0x40047307  # whether all out-of-band data was read
    FIONBIO = 0x8004667E  # non-blocking mode on or off
    SIO_UDP_CONNRESET = 0x9800000C  # whether "port unreachable" makes receives fail
    SIO_GET_EXTENSION_FUNCTION_POINTER = 0xC8000006  # the address of the function that a GUID names


class SocketOption(IntEnum):
    """Level and options of setsockopt and getsockopt."""

    SO_ACCEPTCONN = 0x2  # read-only: the socket listens
    SO_REUSEADDR = 0x4  # bind to an address in use
    SO_KEEPALIVE = 0x8  # probe an idle connection
    SO_LINGER = 0x80  # what closesocket does with unsent data
    SO_OOBINLINE = 0x100  # out-of-band data in the normal stream
    SO_SNDBUF = 0x1001  # send buffer, bytes
    SO_RCVBUF = 0x1002  # receive buffer, bytes
    SO_SNDTIMEO = 0x1005  # time-out of blocking sends, ms
    SO_RCVTIMEO = 0x1006  # time-out of blocking receives, ms
    SO_ERROR = 0x1007  # read-only: the socket's error
    SO_TYPE = 0x1008  # read-only: SOCK_STREAM or SOCK_DGRAM
    SO_UPDATE_ACCEPT_CONTEXT = 0x700B  # a socket from AcceptEx takes over its listener's properties
    SO_CONNECT_TIME = 0x700C  # read-only: seconds connected, 0xFFFFFFFF if not
    SO_UPDATE_CONNECT_CONTEXT = 0x7010  # a socket from ConnectEx becomes a full one
    SOL_SOCKET = 0xFFFF  # the level of all these options
    SO_DONTLINGER = 0xFFFFFF7F  # the negation of SO_LINGER
