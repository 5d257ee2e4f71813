"""Each echo server sends every byte back, whatever the schedule, on the model and on a real ws2_32."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING, Any, Final

import pytest

from sim.runtime.execution import run
from specs.programs.echo import (
    async_select,
    blocking,
    completion_port,
    completion_routines,
    event_select,
    overlapped_events,
    proactor,
    reactor,
    select_loop,
)
from specs.programs.echo.client import client, contents, crowd, held, sizes, wire_bytes
from specs.programs.echo.framing import BUFSIZE, MAX_MESSAGE, Assembler, Echo, frame

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from winapi import WinApi

    Program = Callable[[WinApi], object]

SERVERS: Final = (
    blocking,
    select_loop,
    event_select,
    async_select,
    overlapped_events,
    completion_routines,
    completion_port,
    reactor,
    proactor,
)
LIMITED: Final = (event_select, overlapped_events)
SEEDS: Final = range(10)
LONG_SEEDS: Final = range(100)
CLIENTS, MESSAGES = 100, 10
MAX_STEPS: Final = 200_000
REAL_SECONDS: Final = 60
HELD_PORT: Final = 100  # the server closes first there, and its port stays taken for a while: not the port of another test
ONE_FRAME: Final = len(frame(b"0"))


def label(module: ModuleType) -> str:
    return module.__name__.rpartition(".")[2]


each_server = pytest.mark.parametrize("server", SERVERS, ids=label)


def on_the_model(*programs: Program, seed: int | None = None) -> Any:
    """What they return."""
    execution = run(programs, seed=seed, max_steps=MAX_STEPS)
    assert execution.violation is None, f"seed {seed}: {execution.violation}"
    return execution.outcome


def in_threads(*programs: Program) -> tuple[Any, ...]:
    """What they return when each runs in an OS thread of its own, on the real arm."""
    from winapi.real import real

    w = real()
    results: list[Any] = [None] * len(programs)

    def body(index: int) -> None:
        try:
            results[index] = programs[index](w)
        except BaseException as error:
            results[index] = error

    threads = [Thread(target=body, args=(index,), daemon=True) for index in range(len(programs))]
    for thread in threads:
        thread.start()
    for thread, program in zip(threads, programs, strict=True):
        thread.join(REAL_SECONDS)
        assert not thread.is_alive(), f"{program.__module__} still runs after {REAL_SECONDS} s"
    return tuple(results)


def everything(seed: int, clients: int, messages: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """What server and crowd return when every byte has come back."""
    sent = wire_bytes(seed, clients, messages)
    return tuple(sorted(sent)), tuple(sent)


@each_server
def test_a_few_clients_are_served_on_every_schedule(server: ModuleType) -> None:
    few = (server.serving(3), crowd(server.PORT, 3, 3))
    for seed in (None, *SEEDS):
        assert on_the_model(*few, seed=seed) == everything(1, 3, 3), f"seed {seed}"


@each_server
def test_clients_of_their_own_threads_are_served(server: ModuleType) -> None:
    clients = [client(server.PORT, contents(2, number, 2)) for number in range(3)]
    served, *right = on_the_model(server.program, *clients)
    assert (served, tuple(right)) == everything(2, 3, 2)


@each_server
def test_a_crowd_is_served(server: ModuleType) -> None:
    assert on_the_model(server.serving(CLIENTS), crowd(server.PORT, CLIENTS, MESSAGES)) == everything(1, CLIENTS, MESSAGES)


@pytest.mark.long
@each_server
def test_a_crowd_is_served_on_every_schedule(server: ModuleType) -> None:
    for seed in LONG_SEEDS:
        programs = (server.serving(CLIENTS), crowd(server.PORT, CLIENTS, MESSAGES, seed))
        assert on_the_model(*programs, seed=seed) == everything(seed, CLIENTS, MESSAGES), f"seed {seed}"


@pytest.mark.real_winsock
@each_server
def test_a_crowd_is_served_on_real_winsock(server: ModuleType) -> None:
    assert in_threads(server.serving(CLIENTS), crowd(server.PORT, CLIENTS, MESSAGES)) == everything(1, CLIENTS, MESSAGES)


# ---- 64 -------------------------------------------------------------------------------------------------------------------


def in_one_thread(server: ModuleType, clients: int) -> tuple[Program, Program]:
    """One thread with no way out, and clients that all stay connected."""
    port = server.PORT + HELD_PORT

    def program(w: WinApi) -> object:
        return server.serve_in_one_thread(w, clients, port)

    return program, held(port, clients)


def check_63_fit_beside_the_listening_socket(outcome: tuple[Any, ...]) -> None:
    (served, error), right = outcome
    assert error == 0
    assert len(served) == len(right) == 63
    assert min(right) >= ONE_FRAME


def check_select_leaves_the_64th_out(outcome: tuple[Any, ...]) -> None:
    (_, error), right = outcome
    assert error == 0
    assert min(right[:63]) >= ONE_FRAME
    assert right[63:] == (0, 0)


def check_the_wait_fails_with_the_64th(outcome: tuple[Any, ...]) -> None:
    (served, error), right = outcome
    assert error == 87
    assert len(served) == 64
    assert min(right[:63]) >= ONE_FRAME
    assert right[63:] == (0, 0)


@pytest.mark.parametrize("server", [select_loop, *LIMITED], ids=label)
def test_one_thread_serves_63_beside_the_listening_socket(server: ModuleType) -> None:
    check_63_fit_beside_the_listening_socket(on_the_model(*in_one_thread(server, 63)))


def test_fd_set_leaves_the_64th_client_out() -> None:
    check_select_leaves_the_64th_out(on_the_model(*in_one_thread(select_loop, 65)))


@pytest.mark.parametrize("server", LIMITED, ids=label)
def test_a_wait_for_65_events_fails(server: ModuleType) -> None:
    check_the_wait_fails_with_the_64th(on_the_model(*in_one_thread(server, 65)))


@pytest.mark.real_winsock
def test_fd_set_leaves_the_64th_client_out_on_real_winsock() -> None:
    check_select_leaves_the_64th_out(in_threads(*in_one_thread(select_loop, 65)))


@pytest.mark.real_winsock
@pytest.mark.parametrize("server", LIMITED, ids=label)
def test_a_wait_for_65_events_fails_on_real_winsock(server: ModuleType) -> None:
    check_the_wait_fails_with_the_64th(in_threads(*in_one_thread(server, 65)))


# ---- the protocol ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("piece", [1, 2, 3, 5, 7, 4096])
def test_messages_come_out_whole_however_they_are_cut(piece: int) -> None:
    messages = [b"", b"a", b"bc" * 2000, b"d" * MAX_MESSAGE]
    stream, assembler, found = b"".join(map(frame, messages)), Assembler(), []
    for at in range(0, len(stream), piece):
        found += assembler.feed(stream[at : at + piece])
    assert found == messages
    assert (assembler.pending, assembler.broken) == (b"", False)


def test_a_length_that_is_too_long_breaks_the_session() -> None:
    echo = Echo()
    echo.received(frame(b"good") + (MAX_MESSAGE + 1).to_bytes(4, "big"))
    assert echo.broken
    assert echo.unsent == frame(b"good")


def test_sizes_reach_from_one_byte_to_the_longest_message() -> None:
    lengths = [size for number in range(CLIENTS) for size in sizes(1, number, MESSAGES)]
    assert len(lengths) == CLIENTS * MESSAGES
    assert (min(lengths), max(lengths)) == (1, MAX_MESSAGE)
    assert BUFSIZE < MAX_MESSAGE
    assert sum(lengths) / len(lengths) == pytest.approx(MAX_MESSAGE / 2, rel=0.1)
