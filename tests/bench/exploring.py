"""What exploring costs: executions per second of searches that programs of users resemble, and what a second worker brings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alertable.sim.explore.check import check
from alertable.sim.win32.peer import Peer
from alertable.specs.programs.servers import completion_port, completion_routines
from alertable.specs.programs.servers.framing import frame
from tests.explore.rows import lastzero

if TYPE_CHECKING:
    from alertable.winapi import WinApi

EXECUTIONS = 1_000


def scripted(server: Any, clients: int, messages: int = 1) -> list[Any]:
    """The server and scripted clients: connect, send messages and take the echo of each, close."""
    message = frame(b"hello")
    exchange = [("send", message), ("receive_exactly", len(message))] * messages
    script = [("connect", server.PORT), *exchange, ("close",)]

    def serving(w: WinApi) -> int:
        return int(server.serve(w, server.PORT, clients))

    return [serving, *(Peer(script) for _ in range(clients))]


def rows() -> list[tuple[str, float, str]]:
    """(what, executions per second, remark)."""
    found = []
    check([lastzero(3)], memory="locks", strategy="dpor")  # imports, and pools that fill
    for n in (3, 4, 5, 6, 7, 10):
        report = check([lastzero(n)], memory="locks", strategy="dpor")
        aim = {5: " (aim 5,000 /s)", 10: " (aim 2 s)"}.get(n, "")
        remark = f"exhausted: {report.executions} executions in {report.seconds:.3f} s{aim}"
        found.append((f"lastzero({n})", report.executions / report.seconds, remark))
    for name, server in (("completion routines", completion_routines), ("completion port", completion_port)):
        report = check(scripted(server, 3), memory="locks", strategy="dpor", max_executions=EXECUTIONS)
        steps = report.statistics["steps"] // report.executions
        found.append((f"echo server, {name}, 3 peers", report.executions / report.seconds, f"{steps} steps each"))
    alone, two = (check([lastzero(11)], memory="locks", strategy="dpor", workers=workers) for workers in (1, 2))
    assert alone.executions == two.executions
    ratio = alone.seconds / two.seconds
    found.append(("lastzero(11), 2 workers", two.executions / two.seconds, f"{ratio:.2f} times one (aim 1.7)"))
    return found
