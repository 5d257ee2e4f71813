"""Message queues and windows (K-68 to K-71)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alertable.kernel_model.win32k.queue import QS_POSTED, WM_QUIT, Filter, MessageQueue, look, post, post_quit, queue_of
from alertable.kernel_model.win32k.window import create_window, destroy_window, find_class

if TYPE_CHECKING:
    from tests.kernel_model.builder import KernelBuilder

ANY = Filter()


def numbers(kernel: KernelBuilder, queue: MessageQueue) -> list[int]:
    """Everything that is in the queue, in the order in which it comes out."""
    found = []
    while (message := look(kernel.k, queue, ANY, remove=True)) is not None:
        found.append(message.number)
    return found


def test_quit_comes_after_what_was_posted_whatever_came_first(kernel: KernelBuilder) -> None:  # K-70
    queue = queue_of(kernel.k, kernel.thread())
    post(kernel.k, queue, 0, 1, 0, 0)
    post_quit(kernel.k, queue, 7)
    post(kernel.k, queue, 0, 2, 0, 0)
    assert numbers(kernel, queue) == [1, 2, WM_QUIT]


def test_messages_go_with_their_window(kernel: KernelBuilder) -> None:
    t = kernel.thread()
    queue, kind = queue_of(kernel.k, t), find_class(kernel.process, "static")
    assert kind is not None
    window, other = create_window(kernel.k, t, kind), create_window(kernel.k, t, kind)
    for number, target in ((1, window.handle), (2, other.handle), (3, 0)):
        post(kernel.k, queue, target, number, 0, 0)
    destroy_window(kernel.k, window)
    assert numbers(kernel, queue) == [2, 3]


def test_what_was_looked_at_is_not_new_any_more(kernel: KernelBuilder) -> None:  # K-69
    t = kernel.thread()
    queue = queue_of(kernel.k, t)
    queue.wake_mask = QS_POSTED
    post(kernel.k, queue, 0, 1, 0, 0)
    assert queue.signaled_for(t)
    look(kernel.k, queue, ANY, remove=False)
    assert not queue.signaled_for(t)
    queue.available = True  # MWMO_INPUTAVAILABLE
    assert queue.signaled_for(t)
