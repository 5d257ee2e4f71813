"""data-race: two threads at one variable, and nothing puts the one before the other."""

from __future__ import annotations

from alertable.specs.properties.base import Property


class DataRace(Property):
    """Found by the monitor of sim.memory, while somebody explores with memory="precise"; this is its name in `specs`."""

    id = "data-race"
    title = "two threads at one variable, and nothing puts one before the other"
    law = (
        "Of two accesses by different threads to one variable, one of them a write, the one is ordered before the other by a "
        "lock, a signal, a packet, a message, an APC, Interlocked, or the start or end of a thread."
    )
    source = 'learn.microsoft.com "Synchronization and Multiprocessor Issues"; apr fc17ab1e8, zio#530'
    instead = "Hold one lock around both accesses, or have the one thread signal what the other waits for"
    default = True
    asks_operations = False
