"""mswsock.dll: the Microsoft extensions to Winsock.

No DLL exports ConnectEx and DisconnectEx: both arms find them by their WSAID (`winapi.wsaid`).

Sources: learn.microsoft.com AcceptEx, GetAcceptExSockaddrs, ConnectEx, DisconnectEx; S-75 to S-85.
"""

from typing import Protocol

from alertable.winapi.surface.typedefs import (
    BOOL,
    DWORD,
    INT,
    LPDWORD,
    LPINT,
    LPLPSOCKADDR,
    LPOVERLAPPED,
    LPSOCKADDR,
    LPVOID,
    SOCKET,
)


class ExtensionFunctions(Protocol):
    """Overlapped accept, connect, disconnect."""

    def AcceptEx(
        self,
        sListenSocket: SOCKET,
        sAcceptSocket: SOCKET,
        lpOutputBuffer: LPVOID,
        dwReceiveDataLength: DWORD,
        dwLocalAddressLength: DWORD,
        dwRemoteAddressLength: DWORD,
        lpdwBytesReceived: LPDWORD,
        lpOverlapped: LPOVERLAPPED,
        /,
    ) -> BOOL: ...
    def GetAcceptExSockaddrs(
        self,
        lpOutputBuffer: LPVOID,
        dwReceiveDataLength: DWORD,
        dwLocalAddressLength: DWORD,
        dwRemoteAddressLength: DWORD,
        LocalSockaddr: LPLPSOCKADDR,
        LocalSockaddrLength: LPINT,
        RemoteSockaddr: LPLPSOCKADDR,
        RemoteSockaddrLength: LPINT,
        /,
    ) -> None: ...
    def ConnectEx(
        self,
        s: SOCKET,
        name: LPSOCKADDR,
        namelen: INT,
        lpSendBuffer: LPVOID,
        dwSendDataLength: DWORD,
        lpdwBytesSent: LPDWORD,
        lpOverlapped: LPOVERLAPPED,
        /,
    ) -> BOOL: ...
    def DisconnectEx(self, s: SOCKET, lpOverlapped: LPOVERLAPPED, dwFlags: DWORD, dwReserved: DWORD, /) -> BOOL: ...
