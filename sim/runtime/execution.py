"""Running programs: one call, one execution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.runtime.machine import Machine
from sim.win32.api import SimWinApi

if TYPE_CHECKING:
    from collections.abc import Callable

    from kernel_model.choice import Chooser

Program = Any
def execute(programs, *, chooser=None, max_steps=10_000):
    m = Machine(chooser=chooser, max_steps=max_steps)
    w = SimWinApi(m)
    process = m.kernel.create_process()
    results = [None]*len(programs)
    for i, p in enumerate(programs):
        def body(t, i=i, p=p):
            results[i] = p(w)
            return 0
        m.start(process, None, f"{getattr(p,'__name__','p')}{i or ''}", body, daemon=getattr(p,'daemon',False))
    m.run()
    return m, results
