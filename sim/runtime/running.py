"""An execution, as those see it who listen to it, look at it or end it: `machine.Machine` is one.

They lie below the machine, which tells them what happens, and know of it no more than this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, MutableSequence

    from alertable.kernel_model.choice import Chooser
    from alertable.kernel_model.ke.structures import KThread
    from alertable.kernel_model.kernel import Kernel
    from alertable.sim.runtime.outcome import Violation


class Running(Protocol):
    """A kernel, the thread that runs on it, and how far it is."""

    kernel: Kernel
    steps: int
    moved: int  # the last step that was more than a vain look
    alarm: int  # the step at which a system call must look up
    log: MutableSequence[Any]  # label, step, label, step, ...
    current: Any  # the running KThread; None where none runs
    routines: dict[KThread, object]
    chooser: Chooser | None
    on_step: Callable[[], None] | None
    over: bool
    finished: bool  # all threads that are awaited have ended
    to_the_end: bool
    violation: Violation | None
    pending: Violation | None
    failure: BaseException | None

    def poke(self) -> None:
        """The next system call has a look at what there is."""

    def attend(self) -> None:
        """A system call is about to happen and something wants a look."""

    def stop(self, violation: Violation) -> NoReturn:
        """End the execution with this violation."""

    def leave_behind(self, error: BaseException) -> None:
        """End it without the running thread, which catches whatever is raised in it."""
