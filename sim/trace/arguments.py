"""Arguments as the function takes them: what whoever hears calls is told, whatever ctypes objects the program passed.

A HANDLE, SOCKET or number is an unsigned int (BOOL and int are signed), a pointer is its address, NULL is 0, a text is itself:
a sanitizer never has to ask whether a handle came as an int, a c_void_p or an object of a subclass.
An argument that ctypes would refuse stays as it is; the function refuses it.
"""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any, Final

from alertable.sim.win32.door import dword, handle_value, signed
from alertable.winapi.surface import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Address(int):
    """A pointer or handle argument as a number; given: the ctypes object that it came as."""

    given: Any


def address(value: Any) -> int:  # noqa: ANN401 - what ctypes takes for a pointer or a handle
    """The number behind a pointer or a handle; it remembers the object, in which its memory is found at once."""
    number = handle_value(value)
    if value is None or isinstance(value, int):
        return number
    found = Address(number)
    found.given = value
    return found


CONVERSIONS: Final[Mapping[Any, Callable[[Any], Any]]] = {
    ctypes.c_void_p: address,
    ctypes.c_ssize_t: lambda value: ctypes.c_ssize_t(handle_value(value)).value,
    ctypes.c_size_t: handle_value,
    ctypes.c_uint64: handle_value,
    ctypes.c_uint32: dword,
    ctypes.c_int32: signed,
    ctypes.c_ubyte: lambda value: dword(value) & 0xFF,
    ctypes.c_uint16: lambda value: dword(value) & 0xFFFF,
    ctypes.c_wchar_p: lambda value: value,
}
_BY_FUNCTION: Final = {
    name: tuple([CONVERSIONS[kind] for kind in function.argtypes]) for name, function in FUNCTIONS.items()
}


def converted(function: str, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arguments of a call as numbers and addresses."""
    return tuple([_taken(convert, given) for convert, given in zip(_BY_FUNCTION.get(function, ()), arguments, strict=False)])


def _taken(convert: Callable[[Any], Any], given: Any) -> Any:  # noqa: ANN401 - whatever the program passed
    try:
        return convert(given)
    except (ctypes.ArgumentError, TypeError, ValueError, OverflowError):
        return given
