"""The Win32 functions that both arms offer, each declared once.

`WinApi` is what a program sees as `w`: one method per exported function, by its exact name, with Microsoft's parameter names in
their order. `FUNCTIONS` holds the same declarations as data, in declaration order; the real binding takes its ctypes
prototypes from it, the simulated DLLs their names and argument conversions.

A function belongs here if a program may call it; whether an arm can carry it out is that arm's answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import FunctionType, MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Protocol, get_args, get_type_hints

from alertable.winapi.surface import kernel32, mswsock, ntdll, user32, ws2_32
from alertable.winapi.wsaid import EXTENSIONS, GUID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["FUNCTIONS", "CallbackType", "Function", "InterlockedCell", "WinApi"]


class InterlockedCell(Protocol):
    """A number that threads share; each call is one atomic step."""

    def load(self, /) -> int: ...
    def store(self, value: int, /) -> None: ...
    def exchange(self, value: int, /) -> int: ...
    def compare_exchange(self, expected: int, new: int, /) -> int: ...
    def fetch_add(self, n: int, /) -> int: ...


class InterlockedCells(Protocol):
    """Makes cells, or takes integers of the program for cells."""

    def __call__(self, value: int, /) -> InterlockedCell: ...
    def at(self, pointer: object, /, integer: type[Any] | None = None) -> InterlockedCell: ...


class CallbackType(Protocol):
    """A callback prototype: called with a Python function, also as a decorator, it gives what pointer parameters take."""

    def __call__(self, function: Callable[..., object], /) -> Callable[..., Any]: ...


class WinApi(
    kernel32.ThreadFunctions,
    kernel32.WaitFunctions,
    kernel32.ObjectFunctions,
    kernel32.LockFunctions,
    kernel32.HeapFunctions,
    kernel32.IoFunctions,
    ws2_32.SocketFunctions,
    ws2_32.TransferFunctions,
    ws2_32.ReadinessFunctions,
    mswsock.ExtensionFunctions,
    user32.MessageFunctions,
    ntdll.NativeFunctions,
    Protocol,
):
    """The Win32 API as a program sees it, real or simulated."""

    def GetLastError(self, /) -> int:
        """The calling thread's last error as of its last call."""

    def WSAGetLastError(self, /) -> int:
        """The same: Winsock shares the slot (S-74)."""

    def CALLBACK(self, restype: type[Any] | None, /, *argtypes: type[Any]) -> CallbackType:
        """The prototype of a callback, as `ctypes.WINFUNCTYPE` makes it; `winapi.prototypes` has the usual ones."""

    @property
    def Interlocked(self) -> InterlockedCells:
        """Cells that threads share; InterlockedIncrement and its kin, which are no exports on x64, are there by name as well."""


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """One exported function; compared by identity, for there is one per name."""

    name: str
    dll: str
    restype: type[Any] | None
    argtypes: tuple[type[Any], ...]
    parameters: tuple[str, ...]
    wsaid: GUID | None  # set where no DLL exports the function, so that only WSAIoctl finds it

    def __str__(self) -> str:
        return f"{self.name}({', '.join(self.parameters)})"


_NOT_EXPORTED = ("ConnectEx", "DisconnectEx")


def _ctypes_type(hint: object) -> type[Any] | None:
    if hint is type(None):
        return None
    _, ctypes_type = get_args(hint)
    assert isinstance(ctypes_type, type)
    return ctypes_type


def _declared(protocol: type[Any]) -> Iterator[Function]:
    """The functions of one protocol class, in the order of its body; its module is called like the DLL."""
    dll = protocol.__module__.rpartition(".")[2]
    for attribute, method in vars(protocol).items():
        if not isinstance(method, FunctionType) or method.__module__ != protocol.__module__:
            continue  # what typing.Protocol adds
        name = attribute.removeprefix(f"_{protocol.__name__}")  # Python mangles __WSAFDIsSet
        hints = get_type_hints(method, include_extras=True)
        restype = _ctypes_type(hints.pop("return"))
        argtypes = tuple(t for t in map(_ctypes_type, hints.values()) if t is not None)
        parameters = tuple(parameter.removesuffix("_") for parameter in hints)
        yield Function(name, dll, restype, argtypes, parameters, EXTENSIONS[name] if name in _NOT_EXPORTED else None)


FUNCTIONS: Final[Mapping[str, Function]] = MappingProxyType(
    {function.name: function for base in WinApi.__bases__ if base is not Protocol for function in _declared(base)}
)
"""Every declared function by name, in declaration order."""
