"""kernel32: the process heap.

Models:  GetProcessHeap, HeapAlloc, HeapFree; what is freed is dead at once, whoever still holds its address.
Rejects: other heaps (HeapCreate), flags other than HEAP_ZERO_MEMORY and HEAP_NO_SERIALIZE.
Differs: F-016 what was freed is not given out again while the program runs; memory is filled as by a debug heap.
Sources: learn.microsoft.com HeapAlloc, HeapFree, GetProcessHeap.
"""

from __future__ import annotations

from typing import Final

from alertable.sim.win32.door import Door, Handle, dword, handle_value
from alertable.sim.win32.memory import Pointer, address_of

PROCESS_HEAP: Final = 0x10000
HEAP_NO_SERIALIZE: Final = 1
HEAP_ZERO_MEMORY: Final = 8


class Kernel32Heap(Door):
    """Memory whose life does not depend on references."""

    __slots__ = ()

    def GetProcessHeap(self, /) -> int:
        self._enter()
        return PROCESS_HEAP

    def HeapAlloc(self, hHeap: Handle, dwFlags: int, dwBytes: int, /) -> int:
        self._enter()
        flags = self._heap_flags("HeapAlloc", hHeap, dwFlags, HEAP_NO_SERIALIZE | HEAP_ZERO_MEMORY)
        return self._memory.allocate(handle_value(dwBytes), bool(flags & HEAP_ZERO_MEMORY))

    def HeapFree(self, hHeap: Handle, dwFlags: int, lpMem: Pointer, /) -> int:
        self._enter()
        self._heap_flags("HeapFree", hHeap, dwFlags, HEAP_NO_SERIALIZE)
        address = address_of(lpMem)
        if address:
            self._memory.free_allocated(address)
        return 1

    def _heap_flags(self, function: str, heap: Handle, flags: int, known: int) -> int:
        if handle_value(heap) != PROCESS_HEAP:
            self._not_modelled(function, "a heap other than GetProcessHeap()")
        flags = dword(flags)
        if flags & ~known:
            self._not_modelled(function, f"dwFlags {flags:#x}")
        return flags
