"""The Win32 typedefs that function declarations use: what mypy sees, and what ctypes passes.

Each alias is `Annotated[static type, ctypes type]`; `winapi.surface.FUNCTIONS` reads the second part. A pointer parameter takes
everything that `c_void_p` takes (None, an address, byref(x), a pointer, an array, a callback, bytes), hence `object`.
A HANDLE that a function takes may come as int, None or c_void_p; one that it returns is an int, or None for NULL.

Sources: learn.microsoft.com "Windows Data Types"; x64: SOCKET, HANDLE, pointers and ULONG_PTR 8 bytes, long 4 bytes.
"""

from ctypes import c_char_p, c_int32, c_size_t, c_ssize_t, c_ubyte, c_uint16, c_uint32, c_uint64, c_void_p, c_wchar_p
from typing import Annotated, TypeAlias

# Numbers
BOOL: TypeAlias = Annotated[int, c_int32]
BOOLEAN: TypeAlias = Annotated[int, c_ubyte]
UCHAR: TypeAlias = Annotated[int, c_ubyte]
WORD: TypeAlias = Annotated[int, c_uint16]
USHORT: TypeAlias = Annotated[int, c_uint16]
ATOM: TypeAlias = Annotated[int, c_uint16]
INT: TypeAlias = Annotated[int, c_int32]
LONG: TypeAlias = Annotated[int, c_int32]
DWORD: TypeAlias = Annotated[int, c_uint32]
UINT: TypeAlias = Annotated[int, c_uint32]
ULONG: TypeAlias = Annotated[int, c_uint32]
GROUP: TypeAlias = Annotated[int, c_uint32]
NTSTATUS: TypeAlias = Annotated[int, c_uint32]  # unsigned, so that it compares with STATUS_CANCELLED = 0xC0000120
ULONGLONG: TypeAlias = Annotated[int, c_uint64]
SIZE_T: TypeAlias = Annotated[int, c_size_t]
ULONG_PTR: TypeAlias = Annotated[int, c_size_t]
DWORD_PTR: TypeAlias = Annotated[int, c_size_t]
WPARAM: TypeAlias = Annotated[int, c_size_t]
LPARAM: TypeAlias = Annotated[int, c_ssize_t]
LRESULT: TypeAlias = Annotated[int, c_ssize_t]
SOCKET: TypeAlias = Annotated[int, c_size_t]

# Handles
HANDLE: TypeAlias = Annotated[int | c_void_p | None, c_void_p]
HWND: TypeAlias = HANDLE
HMENU: TypeAlias = HANDLE
HINSTANCE: TypeAlias = HANDLE
WSAEVENT: TypeAlias = HANDLE
HANDLE_RESULT: TypeAlias = Annotated[int | None, c_void_p]

# Texts
LPCWSTR: TypeAlias = Annotated[str | None, c_wchar_p]
PCSTR_RESULT: TypeAlias = Annotated[bytes | None, c_char_p]

# Pointers: one tolerant type under the names of the documentation
POINTER: TypeAlias = Annotated[object, c_void_p]
LPVOID: TypeAlias = POINTER
LPBYTES: TypeAlias = POINTER  # char * that is read or filled
LPWORD_TEXT: TypeAlias = POINTER  # const WCHAR * that may also be an atom (lpClassName)
LPBOOL: TypeAlias = POINTER
LPINT: TypeAlias = POINTER
LPLONG: TypeAlias = POINTER
LPDWORD: TypeAlias = POINTER
PULONG: TypeAlias = POINTER
PULONG_PTR: TypeAlias = POINTER
LPHANDLE: TypeAlias = POINTER
PLARGE_INTEGER: TypeAlias = POINTER
LPSECURITY_ATTRIBUTES: TypeAlias = POINTER
LPOVERLAPPED: TypeAlias = POINTER
LPLPOVERLAPPED: TypeAlias = POINTER
LPOVERLAPPED_ENTRY: TypeAlias = POINTER
LPCRITICAL_SECTION: TypeAlias = POINTER
PSRWLOCK: TypeAlias = POINTER
PCONDITION_VARIABLE: TypeAlias = POINTER
LPWSABUF: TypeAlias = POINTER
LPSOCKADDR: TypeAlias = POINTER
LPLPSOCKADDR: TypeAlias = POINTER
LPFD_SET: TypeAlias = POINTER
LPTIMEVAL: TypeAlias = POINTER
LPQOS: TypeAlias = POINTER
LPWSADATA: TypeAlias = POINTER
LPWSANETWORKEVENTS: TypeAlias = POINTER
LPWSAPOLLFD: TypeAlias = POINTER
LPWSAPROTOCOL_INFOW: TypeAlias = POINTER
LPMSG: TypeAlias = POINTER
LPWNDCLASSEXW: TypeAlias = POINTER
ROUTINE: TypeAlias = POINTER  # a callback made by w.CALLBACK, or None
