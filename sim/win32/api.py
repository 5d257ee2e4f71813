"""SimWinApi: the Win32 API of one execution, all DLLs flattened into one object, as programs see it (`w`)."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from alertable.sim.win32.callback import prototype
from alertable.sim.win32.interlocked import Intrinsics
from alertable.sim.win32.kernel32_heap import Kernel32Heap
from alertable.sim.win32.kernel32_io import Kernel32Io
from alertable.sim.win32.kernel32_locks import Kernel32Locks
from alertable.sim.win32.kernel32_ports import Kernel32Ports
from alertable.sim.win32.kernel32_sync import Kernel32Sync
from alertable.sim.win32.kernel32_threads import Kernel32Threads
from alertable.sim.win32.kernel32_waits import Kernel32Waits
from alertable.sim.win32.mswsock import Mswsock
from alertable.sim.win32.ntdll import Ntdll
from alertable.sim.win32.user32 import User32
from alertable.sim.win32.ws2_32_events import Ws2Events
from alertable.sim.win32.ws2_32_options import Ws2Options
from alertable.sim.win32.ws2_32_poll import Ws2Poll
from alertable.sim.win32.ws2_32_select import Ws2Select
from alertable.sim.win32.ws2_32_sockets import Ws2Sockets
from alertable.sim.win32.ws2_32_transfer import Ws2Transfer

if TYPE_CHECKING:
    from collections.abc import Callable


class SimWinApi(
    Kernel32Locks,
    Ws2Transfer,
    Ws2Sockets,
    Ws2Select,
    Ws2Events,
    Mswsock,
    Ws2Poll,
    Ws2Options,
    Kernel32Threads,
    Kernel32Heap,
    Kernel32Io,
    Kernel32Ports,
    Kernel32Sync,
    Kernel32Waits,
    Ntdll,
    User32,
    Intrinsics,
):
    """Win32 on the kernel model."""

    __slots__ = ()

    @staticmethod
    def CALLBACK(restype: Any, *argtypes: Any) -> Any:  # noqa: ANN401 - ctypes types
        """A callback prototype; WINFUNCTYPE on Windows."""
        return prototype(restype, *argtypes)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Functions that Windows has, or might have, and the model has not; calling one says so."""
        if name.startswith("_"):
            raise AttributeError(name)
        from alertable.winapi.surface import FUNCTIONS

        if name in FUNCTIONS:
            return lambda *_arguments: self._not_modelled(name)
        close = get_close_matches(name, FUNCTIONS, 1, 0.88)
        hint = f"the name (did you mean {close[0]}?)" if close else "a function that winapi does not declare"
        return lambda *_arguments: self._not_modelled(name, hint)


setattr(SimWinApi, "__WSAFDIsSet", Ws2Select._fd_is_set)
