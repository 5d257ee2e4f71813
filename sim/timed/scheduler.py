"""Threads on cores under SimPy: who may take the next step, and when.

A step is what a thread does from one API call to the next.  It happens at once, as everywhere in this project; then the thread
keeps its core for as long as the step costs.  Threads wait for cores in a `simpy.Resource`, first come, first served; one that
has used up its quantum goes to the end of the line.  Peers are other machines: they need no core of ours, and cost nothing.
There are no priorities and no priority boosts.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

import simpy

from alertable.kernel_model.ke.timerq import due_entries, fire_timer, next_due
from alertable.sim.timed.load import TICK

if TYPE_CHECKING:
    from collections.abc import Generator

    from alertable.kernel_model.ke.structures import KThread
    from alertable.sim.runtime.machine import Machine
    from alertable.sim.timed.meter import Meter
    from alertable.sim.timed.profile import Cpu


class TimedScheduler:
    """An explorer of one schedule: the one that the costs make."""

    def __init__(self, env: simpy.Environment, machine: Machine, meter: Meter, cpu: Cpu, cores: int) -> None:
        self.env = env
        self.busy = 0.0  # microseconds that threads had a core
        self.switches = 0
        self._machine = machine
        self._meter = meter
        self._cpu = cpu
        self._cores = simpy.Resource(env, cores)
        self._idle: list[Any] = [None] * cores  # who ran last on each core that is free
        self._next: deque[KThread] = deque()  # threads that may take a step now
        self._stepping: KThread | None = None
        self._over: dict[KThread, simpy.Event] = {}  # its step is over
        self._lives: dict[KThread, bool] = {}  # has or wants a core -> it may go on when its step is paid for
        self._armed = float("inf")

    # ---- the machine's side: an Explorer -----------------------------------------------------------------------------------

    def ask(self, _machine: Machine, _options: tuple[str, ...]) -> int:
        """Data outcomes: the usual."""
        return 0

    def goes_on(self, _machine: Machine, _t: KThread) -> bool:
        """Explorer: time passes between two steps."""
        return False

    def choose(self, machine: Machine, running: KThread | None) -> KThread | None:
        """A thread's step is over: let time pass until the next one may take a step."""
        if machine.on_step is not None:
            machine.on_step()
        k, env = machine.kernel, self.env
        stepped, self._stepping = self._stepping, None
        meter = self._meter
        meter.current = None
        if stepped is not None:
            again = stepped.listed  # it was put back, to go on with its next call
            if again:
                k.ready.remove(stepped)
                stepped.listed = False
            over = self._over.pop(stepped, None)
            if over is not None:
                over.succeed((meter.take(stepped), again))
            elif again:  # a peer
                self._next.append(stepped)
        while True:
            while k.ready:
                t = k.ready.popleft()
                t.listed = False
                if t in machine.followed:
                    self._next.append(t)
                elif t in self._lives:
                    self._lives[t] = True
                else:
                    self._lives[t] = False
                    env.process(self._life(t))
            if self._next:
                break
            if machine.finished:
                return None
            self._arm()
            try:
                env.step()
            except simpy.core.EmptySchedule:
                return None
            k.now_100ns = max(k.now_100ns, int(env.now * TICK))
        t = self._next.popleft()
        if machine.steps >= machine.max_steps:
            return machine.exhausted(t)
        machine.steps += 1
        machine.moved = machine.steps
        if machine.record:
            machine.log.extend((t.label, machine.steps))
        t.yielding = False
        self._stepping = meter.current = t
        return t

    # ---- SimPy's side --------------------------------------------------------------------------------------------------------

    def _life(self, t: KThread) -> Generator[simpy.Event, Any, None]:
        """From the moment the thread may run until it waits."""
        env, cores = self.env, self._cores
        again = True
        while again:
            with cores.request() as core:
                yield core
                began = env.now
                cost = self._take_core(t)
                if cost:
                    self.busy += cost
                    yield env.timeout(cost)
                while again:
                    over = self._over[t] = env.event()
                    self._next.append(t)
                    cost, again = yield over
                    if cost:
                        self.busy += cost
                        yield env.timeout(cost)
                    if self._lives[t]:
                        self._lives[t], again = False, True
                    if cores.queue and env.now - began >= self._cpu.quantum:
                        break
                self._idle.append(t)
        del self._lives[t]

    def _take_core(self, t: KThread) -> float:
        """The cost of getting onto a core: nothing on one where the thread ran last."""
        idle = self._idle
        if t in idle:
            idle.remove(t)
            return 0.0
        idle.pop(0)
        self.switches += 1
        return self._cpu.context_switch

    def _arm(self) -> None:
        """Have the kernel's timers fire in time."""
        k = self._machine.kernel
        due = next_due(k) if k.live_timers else None
        if due is None or due >= self._armed:
            return
        self._armed = due
        event = self.env.timeout(max(0.0, due / TICK - self.env.now))
        event.callbacks.append(lambda _: self._expire(due))

    def _expire(self, due: int) -> None:
        k = self._machine.kernel
        if self._armed == due:
            self._armed = float("inf")
        k.now_100ns = max(k.now_100ns, due)
        for entry in due_entries(k, k.now_100ns):
            if entry.live:
                fire_timer(k, entry)
