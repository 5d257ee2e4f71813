"""Creating and opening named objects: one namespace for all kinds (NT: ObInsertObject, \\BaseNamedObjects).

Sources: learn.microsoft.com CreateEventW, OpenEventW, "Object Names" (K-41).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from alertable.kernel_model.ob.handle_table import open_handle
from alertable.kernel_model.ob.object import KObject
from alertable.kernel_model.status import NtStatus

if TYPE_CHECKING:
    from collections.abc import Callable

    from alertable.kernel_model.ke.structures import KThread
    from alertable.kernel_model.kernel import Kernel

T = TypeVar("T", bound=KObject)


def label(t: KThread, kind: str) -> str:
    """What a person reads: event#3, or event#worker.3 for those that another thread than the first one made."""
    t.objects_made += 1
    return f"{kind}#{t.objects_made}" if not t.ordinal else f"{kind}#{t.label}.{t.objects_made}"


def named(k: Kernel, name: str) -> KObject | None:
    """Look for the object of this name."""
    k.name_cells[name].read()
    return k.names.get(name)


def create_object(k: Kernel, t: KThread, name: str | None, kind: type[T], make: Callable[[], T]) -> tuple[int, bool] | NtStatus:
    """A handle to a new object, or to the one that has the name: (handle, it existed), or OBJECT_TYPE_MISMATCH."""
    if name is not None and (found := named(k, name)) is not None:
        if not isinstance(found, kind):
            return NtStatus.OBJECT_TYPE_MISMATCH
        return open_handle(k, t, found), True
    obj = make()
    if name is not None:
        obj.name = name
        k.name_cells[name].written()
        k.names[name] = obj
    return open_handle(k, t, obj), False


def open_object(k: Kernel, t: KThread, name: str, kind: type[KObject], access: int) -> int | NtStatus:
    """A handle to an existing named object: the handle, OBJECT_NAME_NOT_FOUND or OBJECT_TYPE_MISMATCH."""
    found = named(k, name)
    if found is None:
        return NtStatus.OBJECT_NAME_NOT_FOUND
    if not isinstance(found, kind):
        return NtStatus.OBJECT_TYPE_MISMATCH
    return open_handle(k, t, found, access)
