"""The wire: order, windows, the kernel's own books."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from alertable.kernel_model.ke.timerq import cancel_timer, due_entries, fire_timer, next_due, queue_timer
from alertable.kernel_model.tcpip.deliver import deliver
from alertable.kernel_model.tcpip.flow import SEGMENT_MAX, window
from tests.kernel_model.builder import KernelBuilder


def test_segments_of_one_flow_arrive_in_their_order(kernel: KernelBuilder) -> None:
    t = kernel.thread()
    client, server = kernel.pair(t)
    for part in (b"1", b"2", b"3"):
        kernel.send(t, client, part)
    assert client.outbound is not None
    seen = []
    while client.outbound.segments:
        deliver(kernel.k, client.outbound)
        seen.append(bytes(server.received))
    assert seen == [b"1", b"12", b"123"]
    assert not kernel.k.wire


def test_no_more_is_in_flight_than_the_window_and_no_segment_is_too_long(kernel: KernelBuilder) -> None:
    t = kernel.thread()
    client, server = kernel.pair(t)
    server.receive_buffer = 150_000
    client.send_buffer = 0
    kernel.send(t, client, bytes(400_000))
    flow = client.outbound
    assert flow is not None
    assert flow.in_flight == 150_000
    assert window(flow) == 0
    assert [len(s.data) for s in flow.segments] == [SEGMENT_MAX, SEGMENT_MAX, 150_000 - 2 * SEGMENT_MAX]


def test_a_smaller_window_than_what_has_arrived_just_closes(kernel: KernelBuilder) -> None:
    t = kernel.thread()
    client, server = kernel.pair(t)
    kernel.send(t, client, b"123456")
    kernel.settle()
    server.receive_buffer = 2
    kernel.send(t, client, b"789")
    kernel.settle()
    assert bytes(server.received) == b"123456"
    kernel.receive(t, server, 5)
    kernel.settle()
    assert bytes(server.received) == b"67"
    kernel.receive(t, server, 2)
    kernel.settle()
    assert bytes(server.received) == b"89"


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 50), st.booleans()), max_size=200))
def test_timers_fire_in_due_order_then_in_the_order_in_which_they_were_set(entries: list[tuple[int, bool]]) -> None:
    k = KernelBuilder().k
    fired: list[int] = []
    made = [queue_timer(k, due, lambda _k, i: fired.append(i), i, f"timer {i}") for i, (due, _) in enumerate(entries)]
    for entry, (_, cancelled) in zip(made, entries, strict=True):
        if cancelled:
            cancel_timer(k, entry)
            cancel_timer(k, entry)
    alive = [(due, i) for i, (due, cancelled) in enumerate(entries) if not cancelled]
    assert k.live_timers == len(alive)
    while (due := next_due(k)) is not None:
        fire_timer(k, due_entries(k, due)[0])
        assert k.now_100ns == due
    assert fired == [i for _, i in sorted(alive)]
    assert k.live_timers == 0
