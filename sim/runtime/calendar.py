"""The classes of datetime as a program sees them: all that they do, but what asks the real clock is refused.

They are written in C and take no patches, so the program gets classes that stand for them: they make the real objects, and take
these for their instances.  Only names of the program stand for them; libraries keep the real ones.
"""

from __future__ import annotations

import datetime
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from alertable.sim.runtime.forbidden import CLOCK, Forbidden

if TYPE_CHECKING:
    from collections.abc import Callable

    Guard = Callable[[Callable[..., Any], Forbidden], Callable[..., Any]]

READERS: Final = {"datetime": ("now", "utcnow", "today"), "date": ("today",)}


class _StandIn(type):
    """The class of classes that stand for another: calls make the real thing."""

    def __call__(cls, *arguments: Any, **keywords: Any) -> Any:  # noqa: ANN401 - as the real class
        real = cls.__dict__.get("stands_for")
        return real(*arguments, **keywords) if real is not None else super().__call__(*arguments, **keywords)

    def __instancecheck__(cls, instance: object) -> bool:
        real = cls.__dict__.get("stands_for")
        return isinstance(instance, real) if real is not None else super().__instancecheck__(instance)

    def __subclasscheck__(cls, kind: type) -> bool:
        real = cls.__dict__.get("stands_for")
        return issubclass(kind, real) if real is not None else super().__subclasscheck__(kind)


def stand_ins(guard: Guard) -> list[tuple[Any, Any]]:
    """(what is real, what the program gets): the classes, and a module that has these."""
    module = ModuleType("datetime", datetime.__doc__)
    module.__dict__.update(vars(datetime))
    pairs: list[tuple[Any, Any]] = [(datetime, module)]
    for name, readers in READERS.items():
        real = getattr(datetime, name)
        body: dict[str, Any] = {"stands_for": real, "__slots__": ()}
        for reader in readers:
            body[reader] = staticmethod(guard(getattr(real, reader), Forbidden("datetime", f"{name}.{reader}", CLOCK)))
        stand_in = _StandIn(name, (real,), body)
        pairs.append((real, stand_in))
        setattr(module, name, stand_in)
    return pairs
