"""NTSTATUS -> error codes, as the user-mode DLLs translate them.

Two tables, because one failure has two numbers: RtlNtStatusToDosError for kernel32, ws2_32's own for sockets (S-24).
Sources: S-* section 19; [MS-ERREF]; Wine ws2_32/tests/sock.c test_WSAGetOverlappedResult; ReactOS rtl error table (K-76).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alertable.kernel_model.status import NtStatus, nt_error

if TYPE_CHECKING:
    from collections.abc import Mapping

_S = NtStatus

DOS_ERRORS: Final[Mapping[int, int]] = {
    _S.SUCCESS: 0,
    _S.TIMEOUT: 258,
    _S.PENDING: 997,
    _S.USER_APC: 192,
    _S.BUFFER_OVERFLOW: 234,
    _S.UNSUCCESSFUL: 31,
    _S.INVALID_HANDLE: 6,
    _S.INVALID_PARAMETER: 87,
    _S.INVALID_DEVICE_REQUEST: 1,
    _S.ACCESS_DENIED: 5,
    _S.BUFFER_TOO_SMALL: 122,
    _S.OBJECT_TYPE_MISMATCH: 6,
    _S.INVALID_PARAMETER_MIX: 87,
    _S.OBJECT_NAME_INVALID: 123,
    _S.OBJECT_NAME_NOT_FOUND: 2,
    _S.OBJECT_NAME_COLLISION: 183,
    _S.SHARING_VIOLATION: 32,
    _S.MUTANT_NOT_OWNED: 288,
    _S.SEMAPHORE_LIMIT_EXCEEDED: 298,
    _S.SUSPEND_COUNT_EXCEEDED: 156,
    _S.THREAD_IS_TERMINATING: 5,
    _S.INSUFFICIENT_RESOURCES: 1450,
    _S.DEVICE_NOT_READY: 21,
    _S.PIPE_DISCONNECTED: 233,
    _S.IO_TIMEOUT: 121,
    _S.NOT_SUPPORTED: 50,
    _S.CANCELLED: 995,
    _S.INVALID_CONNECTION: 59,
    _S.INVALID_ADDRESS_COMPONENT: 1214,
    _S.CONNECTION_RESET: 64,
    _S.NOT_FOUND: 1168,
    _S.CONNECTION_REFUSED: 1225,
    _S.CONNECTION_ACTIVE: 1230,
    _S.PORT_UNREACHABLE: 1234,
    _S.CONNECTION_ABORTED: 1236,
}

WSA_ERRORS: Final[Mapping[int, int]] = {
    _S.SUCCESS: 0,
    _S.PENDING: 997,
    _S.BUFFER_OVERFLOW: 10040,
    _S.INVALID_HANDLE: 10038,
    _S.OBJECT_TYPE_MISMATCH: 10038,
    _S.ACCESS_DENIED: 10013,
    _S.BUFFER_TOO_SMALL: 10014,
    _S.SHARING_VIOLATION: 10048,
    _S.INSUFFICIENT_RESOURCES: 10055,
    _S.DEVICE_NOT_READY: 10035,
    _S.PIPE_DISCONNECTED: 10058,
    _S.IO_TIMEOUT: 10060,
    _S.NOT_SUPPORTED: 10045,
    _S.CANCELLED: 995,
    _S.INVALID_CONNECTION: 10057,
    _S.INVALID_ADDRESS_COMPONENT: 10049,
    _S.CONNECTION_RESET: 10054,
    _S.CONNECTION_REFUSED: 10061,
    _S.CONNECTION_ACTIVE: 10056,
    _S.PORT_UNREACHABLE: 10054,
    _S.CONNECTION_ABORTED: 10053,
}

WSAEINVAL: Final = 10022
ERROR_MR_MID_NOT_FOUND: Final = 317


# Statuses that a program wrote into Internal itself, or that the model never produces, still translate (S-23).
FOREIGN_WSA_ERRORS: Final[Mapping[int, int]] = {
    0xC0000002: 10045, 0xC0000005: 10014, 0xC0000017: 10055, 0xC00000BC: 10061, 0xC000013B: 10053, 0xC000013C: 10054,
    0xC0000141: 10049, 0xC0000206: 10040, 0xC000020C: 10054, 0xC0000237: 10101, 0xC000023C: 10051, 0xC000023D: 10065,
    0xC0000240: 10004,
}  # fmt: skip
FOREIGN_DOS_ERRORS: Final[Mapping[int, int]] = {
    0xC0000002: 1, 0xC0000005: 998, 0xC0000017: 8, 0xC00000BC: 51, 0xC000013B: 64, 0xC000013C: 64, 0xC0000141: 59,
    0xC0000206: 1784, 0xC000020C: 64, 0xC0000237: 1226, 0xC000023C: 1231, 0xC000023D: 1232, 0xC0000240: 1235,
}  # fmt: skip


def dos_error(status: int) -> int:
    """RtlNtStatusToDosError; a status without a translation gives ERROR_MR_MID_NOT_FOUND."""
    code = DOS_ERRORS.get(status)
    return FOREIGN_DOS_ERRORS.get(status, ERROR_MR_MID_NOT_FOUND) if code is None else code


def wsa_error(status: int) -> int:
    """What Winsock reports; any failure without a translation gives WSAEINVAL, anything else success."""
    code = WSA_ERRORS.get(status)
    if code is None:
        code = FOREIGN_WSA_ERRORS.get(status)
    return code if code is not None else (WSAEINVAL if nt_error(status) else 0)
