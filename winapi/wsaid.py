"""GUID, and the identifiers by which WSAIoctl(SIO_GET_EXTENSION_FUNCTION_POINTER) finds the extension functions.

Sources: learn.microsoft.com "GUID structure", AcceptEx, ConnectEx, DisconnectEx (each page names its WSAID); S-85.
"""

from __future__ import annotations

from ctypes import Structure, c_ubyte, c_uint16, c_uint32
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "EXTENSIONS",
    "GUID",
    "OTHER_EXTENSIONS",
    "WSAID_ACCEPTEX",
    "WSAID_CONNECTEX",
    "WSAID_DISCONNECTEX",
    "WSAID_GETACCEPTEXSOCKADDRS",
]


class GUID(Structure):
    """A 128-bit identifier: three little-endian numbers, then eight bytes. Equal when the bytes are."""

    _fields_ = (("Data1", c_uint32), ("Data2", c_uint16), ("Data3", c_uint16), ("Data4", c_ubyte * 8))

    @classmethod
    def parse(cls, text: str) -> GUID:
        """The GUID written `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`; ValueError if it is not."""
        numbers = text.split("-")
        if [len(number) for number in numbers] != [8, 4, 4, 4, 12]:
            raise ValueError(f"not a GUID: {text!r}")
        first, second, third, *rest = numbers
        return cls(int(first, 16), int(second, 16), int(third, 16), (c_ubyte * 8)(*bytes.fromhex("".join(rest))))

    def __str__(self) -> str:
        rest = bytes(self.Data4).hex()
        return f"{self.Data1:08x}-{self.Data2:04x}-{self.Data3:04x}-{rest[:4]}-{rest[4:]}"

    def __repr__(self) -> str:
        return f"GUID.parse({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, GUID) and bytes(self) == bytes(other)

    # No __hash__: a GUID can be written to. `bytes(guid)` is a key.


WSAID_ACCEPTEX: Final = GUID.parse("b5367df1-cbac-11cf-95ca-00805f48a192")
WSAID_GETACCEPTEXSOCKADDRS: Final = GUID.parse("b5367df2-cbac-11cf-95ca-00805f48a192")
WSAID_CONNECTEX: Final = GUID.parse("25a207b9-ddf3-4660-8ee9-76e58c74063e")
WSAID_DISCONNECTEX: Final = GUID.parse("7fda2e11-8630-436f-a031-f536a6eec157")

EXTENSIONS: Final[Mapping[str, GUID]] = MappingProxyType(
    {
        "AcceptEx": WSAID_ACCEPTEX,
        "GetAcceptExSockaddrs": WSAID_GETACCEPTEXSOCKADDRS,
        "ConnectEx": WSAID_CONNECTEX,
        "DisconnectEx": WSAID_DISCONNECTEX,
    }
)
"""Extension functions by name. mswsock.dll exports only the first two (S-85)."""

OTHER_EXTENSIONS: Final[Mapping[str, GUID]] = MappingProxyType(
    {
        "TransmitFile": GUID.parse("b5367df0-cbac-11cf-95ca-00805f48a192"),
        "TransmitPackets": GUID.parse("d9689da0-1f90-11d3-9971-00c04f68c876"),
        "WSARecvMsg": GUID.parse("f689d7c8-6f1f-436b-8a53-e54fe351c322"),
        "WSASendMsg": GUID.parse("a441e712-754f-43ca-84a7-0dee44cf606d"),
        "WSAPoll": GUID.parse("18c76f85-dc66-4964-972e-23c27238312b"),
    }
)
"""Extension functions that Windows has and this project does not declare (mswsock.h)."""
