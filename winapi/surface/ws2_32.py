"""ws2_32.dll: Winsock 2.

A trailing underscore keeps a parameter name off a Python keyword or builtin; `Function.parameters` has the Win32 name.

Sources: learn.microsoft.com page of each function (winsock2, ws2tcpip); S-01 to S-115.
"""

from typing import Protocol

from alertable.winapi.surface.typedefs import (
    BOOL,
    DWORD,
    DWORD_PTR,
    GROUP,
    HANDLE_RESULT,
    HWND,
    INT,
    LONG,
    LPBYTES,
    LPDWORD,
    LPFD_SET,
    LPHANDLE,
    LPINT,
    LPOVERLAPPED,
    LPQOS,
    LPSOCKADDR,
    LPTIMEVAL,
    LPVOID,
    LPWSABUF,
    LPWSADATA,
    LPWSANETWORKEVENTS,
    LPWSAPOLLFD,
    LPWSAPROTOCOL_INFOW,
    PCSTR_RESULT,
    PULONG,
    ROUTINE,
    SIZE_T,
    SOCKET,
    UINT,
    ULONG,
    USHORT,
    WORD,
    WSAEVENT,
)


class SocketFunctions(Protocol):
    """Start, sockets, names, options, conversions."""

    def WSAStartup(self, wVersionRequested: WORD, lpWSAData: LPWSADATA, /) -> INT: ...
    def WSACleanup(self, /) -> INT: ...
    def WSASetLastError(self, iError: INT, /) -> None: ...
    def socket(self, af: INT, type_: INT, protocol: INT, /) -> SOCKET: ...
    def WSASocketW(
        self, af: INT, type_: INT, protocol: INT, lpProtocolInfo: LPWSAPROTOCOL_INFOW, g: GROUP, dwFlags: DWORD, /
    ) -> SOCKET: ...
    def WSADuplicateSocketW(self, s: SOCKET, dwProcessId: DWORD, lpProtocolInfo: LPWSAPROTOCOL_INFOW, /) -> INT: ...
    def closesocket(self, s: SOCKET, /) -> INT: ...
    def bind(self, s: SOCKET, name: LPSOCKADDR, namelen: INT, /) -> INT: ...
    def listen(self, s: SOCKET, backlog: INT, /) -> INT: ...
    def accept(self, s: SOCKET, addr: LPSOCKADDR, addrlen: LPINT, /) -> SOCKET: ...
    def WSAAccept(
        self, s: SOCKET, addr: LPSOCKADDR, addrlen: LPINT, lpfnCondition: ROUTINE, dwCallbackData: DWORD_PTR, /
    ) -> SOCKET: ...
    def connect(self, s: SOCKET, name: LPSOCKADDR, namelen: INT, /) -> INT: ...
    def WSAConnect(
        self,
        s: SOCKET,
        name: LPSOCKADDR,
        namelen: INT,
        lpCallerData: LPWSABUF,
        lpCalleeData: LPWSABUF,
        lpSQOS: LPQOS,
        lpGQOS: LPQOS,
        /,
    ) -> INT: ...
    def shutdown(self, s: SOCKET, how: INT, /) -> INT: ...
    def getsockname(self, s: SOCKET, name: LPSOCKADDR, namelen: LPINT, /) -> INT: ...
    def getpeername(self, s: SOCKET, name: LPSOCKADDR, namelen: LPINT, /) -> INT: ...
    def setsockopt(self, s: SOCKET, level: INT, optname: INT, optval: LPBYTES, optlen: INT, /) -> INT: ...
    def getsockopt(self, s: SOCKET, level: INT, optname: INT, optval: LPBYTES, optlen: LPINT, /) -> INT: ...
    def ioctlsocket(self, s: SOCKET, cmd: LONG, argp: PULONG, /) -> INT: ...
    def WSAIoctl(
        self,
        s: SOCKET,
        dwIoControlCode: DWORD,
        lpvInBuffer: LPVOID,
        cbInBuffer: DWORD,
        lpvOutBuffer: LPVOID,
        cbOutBuffer: DWORD,
        lpcbBytesReturned: LPDWORD,
        lpOverlapped: LPOVERLAPPED,
        lpCompletionRoutine: ROUTINE,
        /,
    ) -> INT: ...
    def htons(self, hostshort: USHORT, /) -> USHORT: ...
    def ntohs(self, netshort: USHORT, /) -> USHORT: ...
    def htonl(self, hostlong: ULONG, /) -> ULONG: ...
    def ntohl(self, netlong: ULONG, /) -> ULONG: ...
    def inet_addr(self, cp: LPBYTES, /) -> ULONG: ...
    def inet_pton(self, Family: INT, pszAddrString: LPBYTES, pAddrBuf: LPVOID, /) -> INT: ...
    def inet_ntop(self, Family: INT, pAddr: LPVOID, pStringBuf: LPBYTES, StringBufSize: SIZE_T, /) -> PCSTR_RESULT: ...


class TransferFunctions(Protocol):
    """Sending and receiving, and the results of overlapped operations."""

    def send(self, s: SOCKET, buf: LPBYTES, len_: INT, flags: INT, /) -> INT: ...
    def recv(self, s: SOCKET, buf: LPBYTES, len_: INT, flags: INT, /) -> INT: ...
    def sendto(self, s: SOCKET, buf: LPBYTES, len_: INT, flags: INT, to: LPSOCKADDR, tolen: INT, /) -> INT: ...
    def recvfrom(self, s: SOCKET, buf: LPBYTES, len_: INT, flags: INT, from_: LPSOCKADDR, fromlen: LPINT, /) -> INT: ...
    def WSASend(
        self,
        s: SOCKET,
        lpBuffers: LPWSABUF,
        dwBufferCount: DWORD,
        lpNumberOfBytesSent: LPDWORD,
        dwFlags: DWORD,
        lpOverlapped: LPOVERLAPPED,
        lpCompletionRoutine: ROUTINE,
        /,
    ) -> INT: ...
    def WSARecv(
        self,
        s: SOCKET,
        lpBuffers: LPWSABUF,
        dwBufferCount: DWORD,
        lpNumberOfBytesRecvd: LPDWORD,
        lpFlags: LPDWORD,
        lpOverlapped: LPOVERLAPPED,
        lpCompletionRoutine: ROUTINE,
        /,
    ) -> INT: ...
    def WSASendTo(
        self,
        s: SOCKET,
        lpBuffers: LPWSABUF,
        dwBufferCount: DWORD,
        lpNumberOfBytesSent: LPDWORD,
        dwFlags: DWORD,
        lpTo: LPSOCKADDR,
        iTolen: INT,
        lpOverlapped: LPOVERLAPPED,
        lpCompletionRoutine: ROUTINE,
        /,
    ) -> INT: ...
    def WSARecvFrom(
        self,
        s: SOCKET,
        lpBuffers: LPWSABUF,
        dwBufferCount: DWORD,
        lpNumberOfBytesRecvd: LPDWORD,
        lpFlags: LPDWORD,
        lpFrom: LPSOCKADDR,
        lpFromlen: LPINT,
        lpOverlapped: LPOVERLAPPED,
        lpCompletionRoutine: ROUTINE,
        /,
    ) -> INT: ...
    def WSAGetOverlappedResult(
        self, s: SOCKET, lpOverlapped: LPOVERLAPPED, lpcbTransfer: LPDWORD, fWait: BOOL, lpdwFlags: LPDWORD, /
    ) -> BOOL: ...


class ReadinessFunctions(Protocol):
    """select, WSAPoll, event objects, WSAEventSelect, WSAAsyncSelect."""

    def select(self, nfds: INT, readfds: LPFD_SET, writefds: LPFD_SET, exceptfds: LPFD_SET, timeout: LPTIMEVAL, /) -> INT: ...
    def __WSAFDIsSet(self, fd: SOCKET, set_: LPFD_SET, /) -> INT: ...
    def WSAPoll(self, fdArray: LPWSAPOLLFD, fds: ULONG, timeout: INT, /) -> INT: ...
    def WSACreateEvent(self, /) -> HANDLE_RESULT: ...
    def WSACloseEvent(self, hEvent: WSAEVENT, /) -> BOOL: ...
    def WSASetEvent(self, hEvent: WSAEVENT, /) -> BOOL: ...
    def WSAResetEvent(self, hEvent: WSAEVENT, /) -> BOOL: ...
    def WSAWaitForMultipleEvents(
        self, cEvents: DWORD, lphEvents: LPHANDLE, fWaitAll: BOOL, dwTimeout: DWORD, fAlertable: BOOL, /
    ) -> DWORD: ...
    def WSAEventSelect(self, s: SOCKET, hEventObject: WSAEVENT, lNetworkEvents: LONG, /) -> INT: ...
    def WSAEnumNetworkEvents(self, s: SOCKET, hEventObject: WSAEVENT, lpNetworkEvents: LPWSANETWORKEVENTS, /) -> INT: ...
    def WSAAsyncSelect(self, s: SOCKET, hWnd: HWND, wMsg: UINT, lEvent: LONG, /) -> INT: ...
