"""What calls cost on this machine, measured through the real binding, as a cost profile.

Every figure is a median of several runs.  What Python and ctypes add to a call is measured with functions that never enter the
kernel, and subtracted.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import time
import tomllib
from ctypes import byref, c_void_p, cast, create_string_buffer
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from alertable.sim.timed.profile import DEFAULT
from alertable.specs.programs.servers.client import connect
from alertable.specs.programs.servers.framing import listen
from alertable.winapi import FALSE, INFINITE, TRUE, fd_set, timeval
from alertable.winapi.real import windows_version, wine_version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from alertable.winapi import WinApi

RUNS: Final = 7
CALLS: Final = 2_000
TURNS: Final = 1_000
MANY: Final = 60  # sockets in a set, handles in a wait
PIECE: Final = 16_384
PORT: Final = 7_741
PARTNER: Final = "from alertable.sim.timed.calibrate import answer; answer()"


@dataclass(slots=True)
class Measured:
    """key of [cpu] -> microseconds (copy: per byte), and how it was measured."""

    cpu: dict[str, float] = field(default_factory=dict)
    how: dict[str, str] = field(default_factory=dict)

    def put(self, key: str, microseconds: float, how: str) -> None:
        """A cost is never below nothing: what the rest hides is said to be hidden."""
        self.cpu[key], self.how[key] = max(0.0, microseconds), how if microseconds > 0 else f"{how}: lost in their noise"


def calibrate(w: WinApi, advance: Callable[[str], None]) -> Measured:
    """Measure everything; advance is told the name of each part that is done."""
    found = Measured()
    for part in (_calls, _waits, _apcs, _switches, _sockets):
        part(w, found)
        advance(part.__name__.strip("_"))
    return found


def loop(function: Callable[..., Any], *arguments: object) -> float:
    """Microseconds of one call, Python's part included."""

    def once() -> float:
        began = time.perf_counter()
        for _ in range(CALLS):
            function(*arguments)
        return (time.perf_counter() - began) / CALLS * 1e6

    return statistics.median(once() for _ in range(RUNS))


def _calls(w: WinApi, found: Measured) -> None:
    event = c_void_p(w.CreateEventW(None, TRUE, FALSE, None))
    found.put("call", loop(w.ResetEvent, event) - loop(w.htonl, 1), "ResetEvent, less htonl")
    w.CloseHandle(event)


def _waits(w: WinApi, found: Measured) -> None:
    events = (c_void_p * MANY)(*[w.CreateEventW(None, TRUE, FALSE, None) or 0 for _ in range(MANY)])
    many, two = (loop(w.WaitForMultipleObjects, count, events, FALSE, 0) for count in (MANY, 2))
    found.put("wait-object", (many - two) / (MANY - 2), f"WaitForMultipleObjects of {MANY} and of 2 events")
    for event in events:
        w.CloseHandle(c_void_p(event))


def _apcs(w: WinApi, found: Measured) -> None:
    """The routine is a function of ws2_32 that does next to nothing, so that no Python runs in it."""
    native: Any = cast(w.htonl, c_void_p)  # type: ignore[arg-type]  # on the real arm a function pointer
    me = c_void_p(w.GetCurrentThread())

    def drained() -> float:
        for _ in range(CALLS):
            w.QueueUserAPC(native, me, 0)
        began = time.perf_counter()
        w.SleepEx(0, TRUE)
        return (time.perf_counter() - began) / CALLS * 1e6

    found.put("apc-delivery", statistics.median(drained() for _ in range(RUNS)), f"SleepEx over {CALLS:,} queued APCs")


def _switches(w: WinApi, found: Measured) -> None:
    """Two processes wake each other; two threads of this one would mostly wait for the interpreter."""
    pair = c_void_p(w.CreateEventW(None, FALSE, FALSE, None))
    alone = loop(w.SetEvent, pair) + loop(w.WaitForSingleObject, w.CreateEventW(None, TRUE, TRUE, None), 0)
    ping, pong = (c_void_p(w.CreateEventW(None, FALSE, FALSE, f"alertable-{os.getpid()}-{name}")) for name in ("ping", "pong"))
    partner = subprocess.Popen([sys.executable, "-c", PARTNER, str(os.getpid())])
    try:
        w.WaitForSingleObject(pong, INFINITE)  # it is there

        def turns() -> float:
            began = time.perf_counter()
            for _ in range(TURNS):
                w.SetEvent(ping)
                w.WaitForSingleObject(pong, INFINITE)
            return (time.perf_counter() - began) / TURNS / 2 * 1e6

        one_way = statistics.median(turns() for _ in range(RUNS)) - alone
    finally:
        partner.terminate()
        partner.wait()
    how = "half of one way of a ping-pong between two processes, less SetEvent and a wait that is over"
    found.put("wake-up", one_way / 2, how)
    found.put("context-switch", one_way / 2, how)


def answer() -> None:
    """The other process of the ping-pong; its parent ends it."""
    from alertable.winapi.real import real

    w, name = real(), sys.argv[1]
    ping, pong = (c_void_p(w.CreateEventW(None, FALSE, FALSE, f"alertable-{name}-{which}")) for which in ("ping", "pong"))
    while True:
        w.SetEvent(pong)
        w.WaitForSingleObject(ping, INFINITE)


def _sockets(w: WinApi, found: Measured) -> None:
    """Through the loopback interface, whose sender does the receiver's work as well."""
    listener = listen(w, PORT)
    client = connect(w, PORT)
    server = w.accept(listener, None, None)
    data = create_string_buffer(PIECE)

    def exchange(count: int) -> tuple[float, float]:
        """Microseconds of a send, and of receiving it all."""
        sending = receiving = 0.0
        for _ in range(CALLS):
            began = time.perf_counter()
            w.send(client, data, count, 0)
            sent = time.perf_counter()
            left = count
            while left:
                left -= w.recv(server, data, left, 0)
            receiving += time.perf_counter() - sent
            sending += sent - began
        return sending / CALLS * 1e6, receiving / CALLS * 1e6

    small, large = _median(exchange(1) for _ in range(RUNS)), _median(exchange(PIECE) for _ in range(RUNS))
    outside = loop(w.htonl, 1) + found.cpu["call"]
    request = max(0.0, small[1] - outside)
    found.put("io-request", request / 2, "half of recv of a byte that is there, less a call")
    found.put("io-completion", request / 2, "the other half")
    found.put("segment", small[0] - outside - request, "send of a byte, less a call and a request")
    found.put("copy", (sum(large) - sum(small)) / 2 / (PIECE - 1), f"send and recv of {PIECE:,} bytes, less those of one")
    many, two = (loop(_selecting(w, server, count)) for count in (MANY, 2))
    found.put("descriptor-scan", (many - two) / (MANY - 2), f"select of {MANY} and of 2 sockets")
    for s in (client, server, listener):
        w.closesocket(s)


def _selecting(w: WinApi, s: int, count: int) -> Callable[[], Any]:
    """A select that finds nothing; it empties the set, so the count is put back."""
    sockets, at_once = fd_set(), timeval(0, 0)
    given = byref(sockets)

    def call() -> None:
        sockets.fd_count = count
        w.select(0, given, None, None, byref(at_once))

    sockets.fd_array[:count] = [s] * count
    return call


def _median(pairs: Iterator[tuple[float, float]]) -> tuple[float, float]:
    firsts, seconds = zip(*pairs, strict=True)
    return statistics.median(firsts), statistics.median(seconds)


# ---- the file -----------------------------------------------------------------------------------------------------


def machine() -> str:
    """What was measured: Wine is not Windows, and says so."""
    wine = wine_version()
    system = f"Wine {wine} (not Windows)" if wine else f"Windows {windows_version()}"
    return f"{system}, {platform.machine()}, {os.cpu_count()} processors"


def as_toml(found: Measured) -> str:
    """A whole profile: what was not measured is that of the default profile."""
    default = tomllib.loads(DEFAULT.read_text(encoding="utf-8"))
    lines = [
        "# Written by `alertable calibrate`.",
        f'name = "{machine()}"',
        f'about = "Measured through ctypes, Python {platform.python_version()}: medians of {RUNS} runs."',
        "",
        "[cpu]",
    ]
    for key, value in default["cpu"].items():
        if key in found.cpu:
            lines += [f"# measured: {found.how[key]}", f'{key} = "{_text(key, found.cpu[key])}"']
        else:
            lines += ["# not measured: as in the default profile", f'{key} = "{value}"']
    for table in ("link", "memory"):
        lines += ["", f"[{table}]", "# not measured: as in the default profile"]
        lines += [f'{key} = "{value}"' if isinstance(value, str) else f"{key} = {value}" for key, value in default[table].items()]
    return "\n".join(lines) + "\n"


def _text(key: str, microseconds: float) -> str:
    return f"{microseconds * 1e3 * 1024:.1f} ns/KiB" if key == "copy" else f"{microseconds * 1e3:.0f} ns"
