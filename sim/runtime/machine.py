"""One execution: who runs next, when time moves, when it is over.  The only place that switches greenlets.

A *decision* is made when a thread is about to enter a system call or to end, and when it blocks or has ended.  Without a
chooser the answer is always option 0: go on with the running thread, else deliver what is in flight, fire what is due, let the
thread that has been ready longest run, and only when nothing of that is left let time pass (the eager clock).  A thread that
polled in vain (WSAEWOULDBLOCK, a zero time-out, a clock that stands still) gives way at its next call, so that busy loops end.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any, Final, NoReturn

from greenlet import getcurrent, greenlet

from alertable.kernel_model.choice import ChoiceKind, ChoicePoint
from alertable.kernel_model.errors import BugCheck, NotModelled
from alertable.kernel_model.ke.structures import EProcess, KThread, TimerEntry
from alertable.kernel_model.ke.timerq import fire_timer
from alertable.kernel_model.kernel import Kernel
from alertable.kernel_model.ps.thread import end_thread
from alertable.kernel_model.tcpip.deliver import deliver
from alertable.sim.runtime.carrier import Carrier, ThreadExit, Unwound, acquire
from alertable.sim.runtime.deadlock import blocked_threads
from alertable.sim.runtime.loops import VainLooks
from alertable.sim.runtime.outcome import ReplayDivergence
from alertable.sim.runtime.passing import speaks_to_the_runner
from alertable.sim.runtime.possible import all_spin, due_timer, next_timer, possible
from alertable.sim.runtime.schedule import USUAL_WORD, at_places
from alertable.sim.runtime.violations import STUCK, deadlock, program_error, step_bound
from alertable.sim.runtime.whereabouts import standing

if TYPE_CHECKING:
    from collections.abc import Callable, MutableSequence

    from alertable.kernel_model.afd.endpoint import Flow
    from alertable.kernel_model.choice import Chooser
    from alertable.sim.memory.monitor import Monitor
    from alertable.sim.runtime.explorer import Explorer, Thorough
    from alertable.sim.runtime.outcome import Violation
    from alertable.sim.runtime.watch import Watch

SWEEP: Final = 256  # steps between garbage collections
OLDER_SWEEP: Final = 16  # every so many of them look at older objects too
SWALLOWED_MAX: Final = 100  # how often a program may catch Unwound before its greenlet is abandoned
_ABANDONED: Final[list[Carrier]] = []  # kept: collecting a greenlet would throw into it once more


class Machine:
    """A kernel, the threads that run on it, and the decisions that were made.

    chooser: None for the default; record: keep the decisions for `moves()`.
    """

    __slots__ = (
        "aftermath", "alarm", "chooser", "current", "deliver_special", "ended_at", "explorer", "failure", "finished", "followed",
        "hub", "kernel", "last_timer", "leaving", "log", "looks", "max_steps", "memory", "moved", "on_step", "over", "pending",
        "questions", "record", "results", "routines", "running", "steps", "swallowed", "sweep_at", "sweeps", "thorough",
        "to_the_end", "unasked", "violation", "watch",
    )  # fmt: skip

    def __init__(self, *, chooser: Chooser | None = None, max_steps: int = 10_000, record: bool = True) -> None:
        self.kernel = Kernel()
        self.chooser = chooser
        self.explorer: Explorer[Machine] | None = None
        self.unasked: Callable[[Machine], None] | None = None  # counts the steps that an explorer let begin without asking it
        self.thorough: Thorough | None = None
        self.max_steps, self.record = max_steps, record
        self.steps = self.swallowed = self.sweeps = 0
        self.moved = 0  # the last step that was more than a vain look
        self.sweep_at = SWEEP  # the step of the next garbage collection
        self.alarm = 0 if chooser is not None else min(max_steps, SWEEP)  # the step at which a system call must look up
        self.log: MutableSequence[Any] = []  # label, step, label, step, ...
        self.questions: tuple[int, list[tuple[str, ...]]] = (0, [])  # of a step: what was answered as usual since an outcome
        self.current: Any = None  # the running KThread; None in the hub
        self.hub: greenlet = getcurrent()
        self.results: list[Any] = []  # what the programs that have ended returned
        self.routines: dict[KThread, object] = {}  # the program's functions that threads run
        self.running: dict[KThread, None] = {}  # threads that have a carrier
        self.violation: Violation | None = None
        self.pending: Violation | None = None  # of the running thread; counts at its next system call
        self.failure: BaseException | None = None
        self.watch: Watch | None = None  # properties, or a recorder
        self.memory: Monitor | None = None  # hears what the program's code touches
        self.on_step: Callable[[], None] | None = None  # predicates over every state
        self.to_the_end = False  # go on after the last awaited thread has ended, as part of the schedule
        self.leaving: dict[KThread, ThreadExit] = {}  # threads that called ExitThread and still unwind
        self.looks: dict[KThread, VainLooks] | None = None  # a search wants to know who polls in a loop
        self.over = False
        self.aftermath = False  # the execution is decided, and a search looks further: nothing that happens counts
        self.finished = False  # all threads that are awaited have ended
        self.last_timer: int | None = None  # the number of the last expiry that was queued before; 0 if none was
        self.ended_at = 0  # the step after which nothing belongs to the schedule any more
        self.followed: dict[KThread, None] = {}  # nobody waits for them, but what they do to their end counts
        self.deliver_special: Callable[..., None] | None = None

    # ---- threads ------------------------------------------------------------------------------------------------------

    def start(
        self, process: EProcess, creator: KThread | None, label: str, body: Callable[[KThread], int],
        *, daemon: bool = False, suspended: bool = False, routine: object = None,
    ) -> KThread:  # fmt: skip
        """A thread that will run body(thread) and end with what it returns; routine: the program's function in it."""
        t = self.kernel.create_thread(process, creator, label, daemon=daemon, suspended=suspended)
        self.routines[t] = routine
        t.carrier = body  # becomes a Carrier when the thread first runs
        return t

    def run(self) -> None:
        """Run everything until it is over; must be called where the machine was made."""
        collecting = gc.isenabled()
        gc.disable()  # see _sweep
        try:
            successor = self._successor()
            if successor is not self.hub:
                successor.switch()
            self.current = None
            if self.violation is None and self.failure is None and self.watch is not None and self.finished:
                self.watch.over()
            if self.thorough is not None and self.violation is not None and self.violation.id != STUCK:
                self._look_further(self.thorough)
            self._unwind()
        finally:
            if collecting:
                gc.enable()
        if self.failure is not None:
            raise self.failure

    def _look_further(self, search: Thorough) -> None:
        """A law is broken, and a search goes on: what the others would have done next races with what was done before.

        Whoever breaks one now is left out, and the rest go on.
        """
        self.decide()
        while search.looks_further and self.failure is None:
            self.over, self.pending = False, None
            successor = self._successor()
            if successor is self.hub:
                return
            successor.switch()
            if isinstance(self.failure, NotModelled):
                self.failure, search.refused = None, True

    def decide(self) -> None:
        """What the execution shows is known: from here on nothing belongs to it."""
        self.aftermath = True
        self.on_step = None
        if self.record:
            self.record, self.ended_at = False, self.steps

    def _thread_main(self, t: KThread, body: Callable[[KThread], int]) -> greenlet:
        """What a carrier runs; the greenlet to go on with is returned to it."""
        try:
            code = self._run_body(t, body)
            if self.over:
                self.running.pop(t, None)
                return self.hub
            self._last_step(t)
        except Unwound:
            self.running.pop(t, None)
            return self.hub
        except (BugCheck, NotModelled, ReplayDivergence) as failure:
            return self._give_up(t, failure)
        except BaseException as error:
            if self.over:
                return self._give_up(t, None)
            if isinstance(error, KeyboardInterrupt) or speaks_to_the_runner(error):
                return self._give_up(t, error)
            nothing_yet = self.violation is None and self.failure is None and not self.aftermath
            if nothing_yet and (not self.finished or t in self.followed):
                self.violation = program_error(t, error, self.steps)
            return self._give_up(t, None)
        self.running.pop(t, None)
        self.followed.pop(t, None)
        try:
            end_thread(self.kernel, t, code)
            return self._successor()
        except (BugCheck, ReplayDivergence, KeyboardInterrupt) as failure:
            return self._give_up(t, failure)

    def _run_body(self, t: KThread, body: Callable[[KThread], int]) -> int:
        """The thread's routine, and the exit code that it leaves by returning or by ExitThread."""
        try:
            code = body(t)
        except ThreadExit as leave:
            code = leave.code
        swallowed = self.leaving.pop(t, None)  # the program may have caught ThreadExit and then returned
        self.pending = None  # frames that die because the thread ends take their I/O with them
        return code if swallowed is None else swallowed.code

    def _last_step(self, t: KThread) -> None:
        """The end of a thread is a transition of its own: after its last call others may still move while it exists.

        Until then it owns its mutexes, its operations may complete, and its APC queue takes what will never run.
        """
        t.routine_over = True
        t.yielding = False  # nothing is left that could look again
        self.steps += 1
        if self.steps >= self.alarm:
            self.attend()

    def _give_up(self, t: KThread, failure: BaseException | None) -> greenlet:
        self.running.pop(t, None)
        if self.failure is None and failure is not None:
            self.failure = failure
        self.over = True
        return self.hub

    def stop(self, violation: Violation) -> NoReturn:
        """End the execution with this violation; does not return to the program."""
        if self.violation is None and not self.aftermath:
            self.violation = violation
        self._leave()

    def leave_behind(self, error: BaseException) -> None:
        """End the execution without the running thread, which catches whatever is raised in it; called on its greenlet.

        Does not return, unless it is called elsewhere.
        """
        t: KThread | None = self.current
        if t is None or type(t.carrier) is not Carrier or t.carrier.greenlet is not getcurrent():
            return
        if not self.over:
            self.running.pop(t, None)
            _ABANDONED.append(t.carrier)
            if isinstance(error, KeyboardInterrupt) or speaks_to_the_runner(error):
                self.failure = self.failure or error
            elif self.violation is None and self.failure is None:
                self.violation = program_error(t, error, self.steps)
            self.over = True
        self.hub.switch()

    def leave_thread(self, t: KThread, code: int) -> NoReturn:
        """ExitThread: leave every frame of the running thread."""
        leave = self.leaving[t] = ThreadExit(code)
        self.poke()
        raise leave

    def _leave(self) -> NoReturn:
        self.over, self.alarm = True, 0
        raise Unwound

    def _unwind(self) -> None:
        """Free what parked threads still hold.  Code that runs meanwhile finds every system call raising Unwound."""
        self.over, self.alarm = True, 0
        for t in tuple(self.running):
            carrier = t.carrier
            self.current, self.swallowed = t, 0
            self.hub = getcurrent()
            carrier.greenlet.parent = self.hub
            carrier.greenlet.throw(Unwound)
            if t in self.running:
                _ABANDONED.append(carrier)
        self.current = None

    def released(self, block: Any) -> None:  # noqa: ANN401 - a Block of the program's memory
        """The program let go of memory that some operation used."""
        if self.watch is not None and not self.over and self.pending is None:
            self.watch.released(block)

    def dismantle(self) -> None:
        """The execution is over, and nobody asks any more: what refers to each other in a ring lets go.

        A search makes thousands of machines; so their memory comes back at once, and the collector has nothing to look for.
        """
        if self.watch is not None:
            self.watch.dismantle()
        self.deliver_special = self.explorer = self.unasked = self.watch = self.memory = self.on_step = None
        self.routines.clear()
        self.kernel.dismantle()

    # ---- decisions ----------------------------------------------------------------------------------------------------

    def attend(self) -> None:
        """A system call is about to happen and something wants a look: a chooser, the step bound, a polling loop, the end."""
        self.check()
        t: KThread = self.current
        if self.chooser is not None or self.explorer is not None or t.yielding:
            self.steps -= 1
            if self.explorer is not None and self.explorer.goes_on(self, t):
                return
            yielded = t.yielding
            self._make_way(t)
            if yielded:
                t.attended_step = self.steps
        if self.explorer is None:  # which sets it itself
            self.alarm = 0 if self.chooser is not None or self.leaving else min(self.max_steps, self.sweep_at)

    def check(self) -> None:
        """Is there a reason why the running thread must not go on?"""
        if self.over:
            self.swallowed += 1
            if self.swallowed > SWALLOWED_MAX:
                self.hub.switch()  # a program that catches everything is left behind
            raise Unwound
        if self.steps >= self.sweep_at:
            self._sweep()
        t: KThread = self.current
        if self.pending is not None:
            self.stop(self.pending)
        if self.failure is not None or (self.violation is not None and not self.aftermath):
            self._leave()
        if self.steps > self.max_steps and self.explorer is None:
            self.steps = self.max_steps  # one too many does not begin, as where an explorer is asked
            self.stop(self._too_many(t.label))
        if self.leaving and t in self.leaving:
            raise self.leaving[t]  # ExitThread does not return, whatever the program catches

    def _sweep(self) -> None:
        """Collect rings of garbage at fixed steps: what a program let go of must not depend on what the process did before."""
        self.sweep_at = self.steps + SWEEP
        self.sweeps += 1
        gc.collect(0 if self.sweeps % OLDER_SWEEP else 1)

    def poke(self) -> None:
        """Have the next system call attend."""
        if self.unasked is not None:
            self.unasked(self)
        self.alarm = 0

    def polled_in_vain(self, t: KThread) -> None:
        """The thread looked and found nothing: at its next call anything else may go first.

        One vain look lets others run; only a row of them (a busy loop), during which nothing else happened, lets time pass too.
        """
        self.poke()
        in_a_row = t.attended_step == self.steps and t.polled_since == self.moved
        t.vain_polls = t.vain_polls + 1 if in_a_row else 1
        t.polled_since = self.moved
        t.yielding = True
        if self.looks is not None:
            looks = self.looks.setdefault(t, VainLooks())
            if not in_a_row:
                looks.forget()
            t.looping = looks.again()

    def _make_way(self, t: KThread) -> None:
        """The decision before a system call of a thread that could go on."""
        k = self.kernel
        t.listed = True
        if t.yielding:
            k.ready.append(t)
            chosen = self._choose(None)
        else:
            k.ready.appendleft(t)
            chosen = self._choose(t)
        if chosen is None:
            self._leave()
        elif chosen is not t:
            self._switch_to(chosen)
            if t.special_apcs and self.deliver_special is not None:
                self.deliver_special(t)

    def wait_to_be_let_in(self, t: KThread) -> None:
        """A thread that wants a user-mode lock: its next step is to take it, and it has none while the lock is held."""
        if not t.listed:
            self.block()
            return
        ready = self.kernel.ready
        ready.remove(t)
        ready.appendleft(t)
        chosen = self._choose(t)
        if chosen is None:
            self._leave()
        elif chosen is not t:
            self._switch_to(chosen)
            if t.special_apcs and self.deliver_special is not None:
                self.deliver_special(t)

    @property
    def asked(self) -> bool:
        """Does somebody decide before every call?"""
        return self.chooser is not None or self.explorer is not None

    def block(self) -> int:
        """The running thread waits (or is suspended): run others until it is chosen again; its wait status."""
        t: KThread = self.current
        chosen = self._choose(None)
        if chosen is None:
            self._finish()
            self.hub.switch()
        elif chosen is not t:
            self._switch_to(chosen)
        status = t.wait_status
        if status:
            t.wait_status = 0  # it is known to the thread's own frames from here on
        if t.special_apcs and self.deliver_special is not None:
            self.deliver_special(t, status)
        return status

    def _switch_to(self, chosen: KThread) -> None:
        me = self.current
        self._greenlet_of(chosen).switch()
        self.current = me

    def _greenlet_of(self, t: KThread) -> greenlet:
        """Where the thread goes on; the first time it gets a carrier."""
        self.current = t
        carrier = t.carrier
        if type(carrier) is not Carrier:
            body = carrier
            carrier = t.carrier = acquire(lambda: self._thread_main(t, body), self.hub)
            self.running[t] = None
        return carrier.greenlet

    def _successor(self) -> greenlet:
        """A thread has ended: where to go on."""
        if not self.kernel.alive:
            if not self.followed and not self.to_the_end:
                if self.record:
                    self.record, self.ended_at = False, self.steps
                if self.explorer is None:
                    self.over = self.finished = True
                    return self.hub
            # What could still happen is looked at too: it might have happened earlier.
            self.finished = True
            self.last_timer = self.kernel.timer_sequence if self.last_timer is None else self.last_timer
        chosen = self._choose(None)
        if chosen is None:
            self._finish()
            return self.hub
        return self._greenlet_of(chosen)

    def _finish(self) -> None:
        """Nothing can happen any more."""
        self.over = True
        if self.violation is not None or self.finished or not blocked_threads(self.kernel):
            return
        if self.watch is not None:
            self.watch.stuck()
        if self.violation is None:
            self.violation = deadlock(self.kernel, self.steps, standing(self))

    def _choose(self, running: KThread | None) -> KThread | None:
        """Let the environment move until a thread is chosen; None at quiescence.  The chosen thread is off the ready list."""
        if self.explorer is not None:
            return self.explorer.choose(self, running)
        if self.chooser is not None:
            return self._ask(running)
        k = self.kernel
        while True:
            if self.steps >= self.max_steps:
                return self.exhausted(running)
            self.steps += 1
            if k.wire:
                flow = next(iter(k.wire))
                if self.record:
                    self.log.extend((flow.label, self.steps))
                self.moved = self.steps
                deliver(k, flow)
                continue
            timer = due_timer(k) if k.live_timers else None
            if timer is None:
                t = next((t for t in k.ready if not t.yielding), None)
                if t is None:
                    timer = next_timer(k) if all_spin(self) else None
                    if timer is None:
                        t = k.ready[0] if k.ready else None
                if t is not None:
                    return self.go(t)
                if timer is None:
                    self.steps -= 1
                    return None
            if self.record:
                self.log.extend((timer.label, self.steps))
            self.moved = self.steps
            fire_timer(k, timer)

    def go(self, t: KThread) -> KThread:
        """The thread was chosen."""
        if t.yielding:
            t.yielding = False
        else:
            self.moved = self.steps
        self.kernel.unready(t)
        if self.record:
            self.log.extend((t.label, self.steps))
        return t

    def _ask(self, running: KThread | None) -> KThread | None:
        """The same with a chooser."""
        chooser = self.chooser
        assert chooser is not None
        while True:
            if self.on_step is not None:
                self.on_step()
            if self.steps >= self.max_steps:
                return self.exhausted(running)
            options = self.options(running)
            if not options:
                return None
            labels = tuple([o.label for o in options])
            try:
                picked = options[chooser.choose(ChoicePoint(ChoiceKind.TRANSITION, labels, self.steps + 1))]
            except BaseException as failure:
                self.failure = failure  # it passes through the program's frames, which might swallow it
                raise
            self.steps += 1
            if type(picked) is KThread:
                return self.go(picked)
            if self.record:
                self.log.extend((picked.label, self.steps))
            self.moved = self.steps
            self.fire(picked)

    def ask(self, options: tuple[str, ...]) -> int:
        """A data outcome: which option; it is part of the schedule unless it is the usual one."""
        if self.explorer is not None:
            picked = self.explorer.ask(self, options)
        elif self.chooser is not None:
            try:
                picked = self.chooser.choose(ChoicePoint(ChoiceKind.OUTCOME, options, self.steps))
            except BaseException as failure:
                self.failure = failure
                raise
        else:
            return 0
        if self.record:
            self._log_outcome(options, picked)
        return picked

    def _log_outcome(self, options: tuple[str, ...], picked: int) -> None:
        """Answers are told by their names alone, so those that were usual count where the name was offered."""
        step, passed = self.questions
        if step != self.steps:
            passed = []
        if picked:
            label = options[picked]
            for _ in range(sum(label in other for other in passed)):
                self.log.extend((USUAL_WORD, self.steps + 1))
            self.log.extend((label, self.steps + 1))
            passed = []
            if self.watch is not None and self.watch.recorder is not None:
                self.watch.recorder.outcome(label)
        else:
            passed.append(options)
        self.questions = self.steps, passed

    def fire(self, actor: Flow | TimerEntry) -> None:
        """An environment actor moves."""
        if isinstance(actor, TimerEntry):
            fire_timer(self.kernel, actor)
        else:
            deliver(self.kernel, actor)

    def options(self, running: KThread | None) -> list[Any]:
        """All that may happen next; the default takes the first."""
        return possible(self, running)

    def exhausted(self, running: KThread | None) -> KThread | None:
        """The step bound is reached between two calls."""
        self.note_exhausted(running)
        if running is not None:
            self._leave()
        self.over = True
        return None

    def note_exhausted(self, running: KThread | None) -> None:
        """A violation, unless there is one, or nobody is awaited any more."""
        if self.violation is None and not self.finished:
            self.violation = self._too_many(running.label if running is not None else "the environment")

    def _too_many(self, who: str) -> Violation:
        """The step bound, unless a property knows more."""
        if self.watch is not None:
            self.watch.bounded()
        return self.violation or step_bound(self.max_steps, who, standing(self))

    def moves(self) -> list[tuple[str, int]]:
        """The decisions as (label, steps) pairs."""
        log = self.log
        starts = [*log[1::2], (self.ended_at or self.steps) + 1]
        places = self.memory.words if self.memory is not None else ()
        return [*at_places(places), *((label, starts[i + 1] - starts[i]) for i, label in enumerate(log[::2]))]
