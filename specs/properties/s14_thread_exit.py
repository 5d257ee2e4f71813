"""S14: a thread does not end with something outstanding that dies with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alertable.specs.properties.base import Property

if TYPE_CHECKING:
    from alertable.kernel_model.ke.structures import KThread


class ThreadExit(Property):
    """Opt-in: a program that ends may well mean it."""

    id = "S14"
    title = "a thread ends with I/O or APCs outstanding"
    law = "When a thread ends it has no operation in flight that ends with it, no queued APC, no armed timer routine."
    source = "learn.microsoft.com ExitThread, CancelIo; dotnet/runtime#39176; K-67"
    instead = (
        "Issue such operations from a thread that outlives them, or through a completion port; drain the queue before the end"
    )

    def thread_ending(self, t: KThread) -> None:
        dying = [irp for irp in t.irps if irp.iosb is not None and (irp.file.port is None or irp.apc_routine is not None)]
        if dying:
            self.report(f"{t.label} ends with a {dying[0].major.value} on {dying[0].file.label} in flight, which is cancelled")
        elif t.user_apcs:
            self.report(f"{t.label} ends with {len(t.user_apcs)} APC(s) in its queue, which never run")
        elif t.apc_timers:
            self.report(f"{t.label} ends with a timer set whose routine was to run on it")
