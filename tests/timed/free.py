"""A machine on which nothing costs anything: what is left is what a test gives it."""

from __future__ import annotations

from dataclasses import fields, replace

from alertable.sim.timed.profile import Cpu, Link, Memory, Profile

FREE = Profile(
    name="free",
    cpu=Cpu(**{**{each.name: 0.0 for each in fields(Cpu)}, "quantum": 1e12}),
    link=Link(latency=100.0, bandwidth=1e9, overhead=0.0, queue=0.0, loss=0.0, retransmission=1.0),
    memory=Memory(thread=0.0, operation=0.0),
)


def costing(**cpu: float) -> Profile:
    """Only these cost something."""
    return replace(FREE, cpu=replace(FREE.cpu, **cpu))


def linked(**link: float) -> Profile:
    """Nothing costs anything, on this network."""
    return replace(FREE, link=replace(FREE.link, **link))
