"""The endpoint's life is a table: every pair of state and event is walked (S-60, S-61, S-66 to S-73)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from alertable.kernel_model.afd.connect import accept_connection, bind_endpoint, connect_endpoint, listen_endpoint
from alertable.kernel_model.afd.endpoint import REFUSALS, TRANSITIONS, AfdEndpoint, AfdEvent, EndpointState
from alertable.kernel_model.status import NtStatus
from tests.kernel_model.builder import HOST, KernelBuilder

if TYPE_CHECKING:
    from alertable.kernel_model.ke.structures import KThread

PAIRS = [(state, event) for state in EndpointState for event in AfdEvent]


def in_state(kernel: KernelBuilder, t: KThread, state: EndpointState) -> AfdEndpoint:
    """An endpoint that came to the state as programs bring it there."""
    e = kernel.tcp()
    kernel.handle(t, e)
    if state in (EndpointState.BOUND, EndpointState.LISTENING):
        kernel.bound(t, e)
    if state is EndpointState.LISTENING:
        listen_endpoint(kernel.k, e, 5)
    if state in (EndpointState.CONNECTING, EndpointState.CONNECTED):
        _, address = kernel.listener(t)
        kernel.connect(t, address, e)
    if state is EndpointState.CONNECTED:
        kernel.settle()
    assert e.state is state
    return e


@pytest.mark.parametrize(("state", "event"), PAIRS, ids=lambda x: x.name)
def test_every_pair_is_a_transition_or_a_refusal_that_changes_nothing(state: EndpointState, event: AfdEvent) -> None:
    e = KernelBuilder().tcp()
    e.state = state
    status = e.advance(event)
    if (state, event) in TRANSITIONS:
        assert (status, e.state) == (NtStatus.SUCCESS, TRANSITIONS[state, event])
    else:
        assert (status, e.state) == (REFUSALS.get((state, event), NtStatus.INVALID_PARAMETER), state)


def test_the_two_tables_do_not_overlap_and_their_states_can_be_reached() -> None:
    assert not TRANSITIONS.keys() & REFUSALS.keys()
    assert {state for state, _ in (*TRANSITIONS, *REFUSALS)} <= set(TRANSITIONS.values()) | {EndpointState.CREATED}


OK, EINVAL, EISCONN = NtStatus.SUCCESS, NtStatus.INVALID_PARAMETER, NtStatus.CONNECTION_ACTIVE
CREATED, BOUND, LISTENING = EndpointState.CREATED, EndpointState.BOUND, EndpointState.LISTENING
CONNECTING, CONNECTED = EndpointState.CONNECTING, EndpointState.CONNECTED


@pytest.mark.parametrize(
    ("state", "status"), [(CREATED, OK), (BOUND, EINVAL), (LISTENING, EINVAL), (CONNECTING, EINVAL), (CONNECTED, EINVAL)]
)
def test_a_socket_is_bound_once(kernel: KernelBuilder, state: EndpointState, status: NtStatus) -> None:
    t = kernel.thread()
    e = in_state(kernel, t, state)
    before = e.local
    assert bind_endpoint(kernel.k, t, e, (HOST, 0)) is status
    if status:
        assert e.local == before


@pytest.mark.parametrize(
    ("state", "status"), [(CREATED, EINVAL), (BOUND, OK), (LISTENING, OK), (CONNECTING, EINVAL), (CONNECTED, EISCONN)]
)
def test_only_a_bound_socket_listens(kernel: KernelBuilder, state: EndpointState, status: NtStatus) -> None:  # S-68
    e = in_state(kernel, kernel.thread(), state)
    assert listen_endpoint(kernel.k, e, 5) is status
    assert e.state is (state if status else LISTENING)


@pytest.mark.parametrize(
    ("state", "status"), [(CREATED, None), (BOUND, None), (LISTENING, EINVAL), (CONNECTING, EINVAL), (CONNECTED, EISCONN)]
)
def test_who_may_connect(kernel: KernelBuilder, state: EndpointState, status: NtStatus | None) -> None:  # S-69
    t = kernel.thread()
    e = in_state(kernel, t, state)
    _, address = kernel.listener(t)
    assert connect_endpoint(kernel.k, t, e, address, None) is (status or NtStatus.PENDING)
    assert e.state is (state if status else CONNECTING)


@pytest.mark.parametrize("state", [CREATED, BOUND, LISTENING, CONNECTING, CONNECTED])
def test_only_a_listener_accepts(kernel: KernelBuilder, state: EndpointState) -> None:  # S-68, S-70
    e = in_state(kernel, kernel.thread(), state)
    expected = NtStatus.DEVICE_NOT_READY if state is LISTENING else EINVAL
    assert accept_connection(kernel.k, e, None) is expected


def test_a_datagram_socket_neither_listens_nor_accepts(kernel: KernelBuilder) -> None:  # S-68
    e = kernel.udp()
    kernel.bound(kernel.thread(), e)
    assert listen_endpoint(kernel.k, e, 1) is NtStatus.NOT_SUPPORTED
    assert accept_connection(kernel.k, e, None) is NtStatus.NOT_SUPPORTED


@pytest.mark.parametrize(("asked", "room"), [(0, 1), (1, 1), (7, 7), (-1, 200), (-300, 300), (-(2**31), 65_535)])
def test_the_backlog_is_at_least_one_and_negative_ones_are_hints(kernel: KernelBuilder, asked: int, room: int) -> None:
    e = kernel.tcp()
    kernel.bound(kernel.thread(), e)
    listen_endpoint(kernel.k, e, asked)
    assert e.backlog == room
