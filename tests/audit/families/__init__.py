"""The operations that random programs are made of, by family: every API family of the model.

An operation is a function of the program's `Shared`; what it returns is a part of the outcome.  It never raises.
`NEEDS` says what must be prepared before the threads run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.audit.families import connections, datagrams, locks, overlapped, peers, readiness, sockets, threads, waits, windows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.audit.shared import Shared

    Operation = Callable[[Shared], object]

_MODULES = (waits, threads, locks, sockets, overlapped, readiness, windows, connections, datagrams, peers)
FAMILIES: Mapping[str, Mapping[str, Operation]] = {
    name: family for module in _MODULES for name, family in module.FAMILIES.items()
}
NEEDS: Mapping[str, Callable[[Shared], None]] = {name: needs for module in _MODULES for name, needs in module.NEEDS.items()}
