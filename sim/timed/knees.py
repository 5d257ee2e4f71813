"""A sentence on each curve: where it bends, and what is exhausted there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from alertable.sim.timed.compare import Curve, Row

BENDS: Final = 0.9  # of the best throughput
EXHAUSTED: Final = 0.85  # of a processor, of the link


def knee(curve: Curve) -> str:
    """For example: 145,000 messages/s from 50 clients on: the processor is 98 % busy, ..."""
    rows = curve.rows
    best = max(rows, key=lambda row: row.throughput)
    if not best.messages:
        return _with_end("nothing came back", curve)
    if len(rows) == 1:
        return _with_end(f"{_rate(best)} with {_clients(best)}: {_bound(best)}", curve)
    bend = next(row for row in rows if row.throughput >= BENDS * best.throughput)
    last = rows[-1]
    if bend is last:
        if _saturated(rows[-2], last):
            return _with_end(f"{_rate(last)} with {_clients(last)}, and hardly more with any number: {_bound(last)}", curve)
        return _with_end(f"still grows with {_clients(last)}, {_rate(last)}: {_bound(last)}", curve)
    words = f"{_rate(best)}, nearly reached with {_clients(bend)}: {_bound(best)}"
    if last.throughput < BENDS * best.throughput:
        dearer = f"where a message costs {last.cpu:.1f} us instead of {best.cpu:.1f}"
        words += f"; with {_clients(last)} it falls to {_rate(last)}, {dearer}"
    else:
        words += f"; who comes later only waits, {time(bend.median)} become {time(last.median)} with {_clients(last)}"
    return _with_end(words, curve)


def time(microseconds: float) -> str:
    """With a unit that fits."""
    if microseconds < 1e3:
        return f"{microseconds:.0f} us"
    return f"{microseconds / 1e3:.1f} ms" if microseconds < 1e6 else f"{microseconds / 1e6:.2f} s"


def _saturated(before: Row, last: Row) -> bool:
    """Something has no more to give: the processors, the link, or the one core that a single thread can fill."""
    if max(last.utilisation, last.network) >= EXHAUSTED:
        return True
    levelling = last.throughput / before.throughput < 1 + (last.clients / before.clients - 1) / 2 if before.throughput else False
    return last.cores > 1 and levelling and EXHAUSTED <= last.utilisation * last.cores <= 1


def _with_end(words: str, curve: Curve) -> str:
    return f"{words}; {curve.ends}" if curve.ends else words


def _rate(row: Row) -> str:
    return f"{row.throughput:,.0f} messages/s"


def _clients(row: Row) -> str:
    return f"{row.clients:,} client{'s' if row.clients > 1 else ''}"


def _bound(row: Row) -> str:
    """What keeps the throughput from growing."""
    costs = (
        f"a message costs {row.cpu:.1f} us: {row.system_calls:.2f} system calls, {row.context_switches:.2f} context switches, "
        f"{row.wake_ups:.2f} wake-ups, {row.apcs:.2f} APCs"
    )
    if row.utilisation >= EXHAUSTED:
        return f"the processors are {row.utilisation:.0%} busy, {costs}"
    if row.network >= EXHAUSTED:
        return f"the link is {row.network:.0%} busy, the processors {row.utilisation:.0%}"
    used = f"the processors are {row.utilisation:.0%} busy, the link {row.network:.0%}"
    if row.cores > 1 and row.utilisation * row.cores >= EXHAUSTED:
        return f"{used}: the threads that have work do not fill {row.cores} cores, {costs}"
    return f"{used}; the rest is waiting for each other"
