"""WSAEventSelect and WSAAsyncSelect: what is announced, how often, and by whom (S-94 to S-107)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alertable.kernel_model.afd.async_select import WindowSelection
from alertable.kernel_model.afd.close import shutdown_endpoint
from alertable.kernel_model.afd.event_select import FD_ACCEPT, FD_CLOSE, FD_READ, EventSelection, enumerate_events, select

if TYPE_CHECKING:
    from tests.kernel_model.builder import KernelBuilder


def test_a_graceful_close_is_announced_once_per_socket(kernel: KernelBuilder) -> None:  # S-101
    t = kernel.thread()
    client, server = kernel.pair(t)
    select(kernel.k, server, EventSelection(kernel.event(manual=True), FD_READ | FD_CLOSE))
    shutdown_endpoint(kernel.k, client, 1)
    kernel.settle()
    assert enumerate_events(kernel.k, server, None) == (FD_CLOSE, {FD_CLOSE: 0})
    again = EventSelection(kernel.event(manual=True), FD_READ | FD_CLOSE)
    select(kernel.k, server, again)
    assert (again.record, again.event.signal_state) == (0, 0)


def test_an_enumeration_takes_the_record(kernel: KernelBuilder) -> None:  # S-95
    t = kernel.thread()
    client, server = kernel.pair(t)
    select(kernel.k, server, EventSelection(kernel.event(manual=True), FD_READ))
    kernel.send(t, client, b"x")
    kernel.settle()
    assert enumerate_events(kernel.k, server, None) == (FD_READ, {FD_READ: 0})
    assert enumerate_events(kernel.k, server, None) == (0, {})


def test_messages_about_an_accepted_socket_carry_its_own_handle() -> None:  # S-71, S-104
    of_listener = WindowSelection(0x10, 0x400, FD_ACCEPT | FD_READ, 100, lambda _status: 0)
    accepted = of_listener.inherited(104)
    assert (accepted.socket, accepted.window, accepted.message, accepted.mask) == (104, 0x10, 0x400, FD_ACCEPT | FD_READ)
