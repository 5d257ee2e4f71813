"""Seven servers and two skeletons, one client program: every byte comes back, on both arms and on every schedule."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING, Any, Final

import pytest

from alertable.sim.runtime.execution import execute, run
from alertable.sim.runtime.machine import Machine
from alertable.sim.runtime.random_walk import RandomChooser
from alertable.sim.win32.api import SimWinApi
from alertable.specs.programs.servers import (
    async_select,
    blocking,
    client,
    completion_port,
    completion_routines,
    event_select,
    overlapped_events,
    proactor,
    reactor,
    select_loop,
)
from alertable.specs.programs.servers.framing import HEADER, Assembler, frame
from tests.conformance.arms import real_api

if TYPE_CHECKING:
    from alertable.winapi import WinApi

SERVERS: Final = (
    blocking, select_loop, event_select, async_select, overlapped_events, completion_routines, completion_port, reactor, proactor,
)  # fmt: skip
CLIENTS, MESSAGES = 100, 10
SEEDS: Final = range(12)  # for each server, of a million steps and more in all
STEPS: Final = 1_000_000
each_server = pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.__name__.rpartition(".")[2])


def served(server: Any, clients: int, messages: int, seed: int | None = None) -> tuple[int, int]:
    """(what the server says it echoed, payload bytes that the clients got back), untraced."""

    def serving(w: WinApi) -> int:
        return int(server.serve(w, server.PORT, clients))

    machine = Machine(chooser=None if seed is None else RandomChooser(seed), max_steps=STEPS)
    results = execute([serving, client.crowd(server.PORT, clients, messages)], machine, SimWinApi(machine))
    assert machine.violation is None, machine.violation
    return results[0], results[1]


def expected(clients: int, messages: int) -> tuple[int, int]:
    payload = client.total(clients, messages)
    return payload + HEADER * clients * messages, payload


@each_server
def test_a_few_clients_on_many_schedules(server: Any) -> None:
    for seed in (None, *range(20)):
        assert served(server, 3, 3, seed) == expected(3, 3), f"seed {seed}"


@each_server
def test_a_hundred_clients(server: Any) -> None:
    assert served(server, CLIENTS, MESSAGES) == expected(CLIENTS, MESSAGES)


@pytest.mark.long
@each_server
def test_a_hundred_clients_on_random_schedules(server: Any) -> None:
    for seed in SEEDS:
        assert served(server, CLIENTS, MESSAGES, seed) == expected(CLIENTS, MESSAGES), f"seed {seed}"


@pytest.mark.real_winsock
@each_server
def test_a_hundred_clients_on_real_winsock(server: Any) -> None:
    w, results = real_api(), list[Any]([None, None])

    def body(index: int, program: Any) -> None:
        results[index] = program(w)

    programs = (lambda w: server.serve(w, server.PORT, CLIENTS), client.crowd(server.PORT, CLIENTS, MESSAGES))
    threads = [Thread(target=body, args=(index, program), daemon=True) for index, program in enumerate(programs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert tuple(results) == expected(CLIENTS, MESSAGES)


@each_server
def test_the_program_of_each_server_runs_as_it_is(server: Any) -> None:
    execution = run([server.program, server.three_clients])
    assert execution.violation is None, execution.violation
    assert tuple(execution.outcome) == expected(server.CLIENTS, 3)


@pytest.mark.parametrize("server", [event_select, overlapped_events])
def test_the_wait_refuses_the_65th_event(server: Any) -> None:
    def serving(w: WinApi) -> object:
        return server.serve_in_one_thread(w, server.PORT, 64)

    crowd = client.crowd(server.PORT, 64, 1)
    crowd.daemon = True  # type: ignore[attr-defined]  # its clients wait for a server that has given up
    execution = run([serving, crowd], max_steps=STEPS)
    assert execution.violation is None, execution.violation
    assert execution.outcome[0][1] == 87  # ERROR_INVALID_PARAMETER (S-30)


def test_select_never_looks_at_the_65th_socket() -> None:
    def serving(w: WinApi) -> int:
        return select_loop.serve_in_one_thread(w, select_loop.PORT, 70)


    def crowd(w: WinApi) -> int:
        quiet = [client.connect(w, select_loop.PORT) for _ in range(64)]
        echoed = client.exchange(w, select_loop.PORT, 64, 1)  # its socket is dropped from every set
        for s in quiet:
            w.closesocket(s)
        return echoed

    execution = run([serving, crowd], max_steps=STEPS)
    assert execution.violation is not None
    assert execution.violation.id == "deadlock"
    assert "crowd waits in recv" in execution.violation.message or "crowd waits in connect" in execution.violation.message


def test_messages_are_assembled_from_any_pieces() -> None:
    data = b"".join(frame(payload) for payload in (b"", b"a", b"xyz" * 100))
    for size in (1, 2, 3, 5, 7, 300, len(data)):
        assembler = Assembler()
        assert b"".join(assembler.feed(data[i : i + size]) for i in range(0, len(data), size)) == data
    assert Assembler().feed(frame(b"abc")[:-1]) == b""


def test_shares() -> None:
    from alertable.specs.programs.servers.framing import shares

    assert shares(100, 63) == [50, 50]
    assert shares(64, 63) == [32, 32]
    assert shares(3, 63) == [3]
    assert sum(shares(1_000, 63)) == 1_000
