"""The zoo: bugs of real software as programs, each with a form that is right.

One module per bug; `CASE` says what the checker must find.  `cases()` gives all of them in order of their ids.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alertable.specs.zoo.case import Case


def cases() -> tuple[Case, ...]:
    """Every case, sorted by module name."""
    names = sorted(module.name for module in iter_modules(__path__) if module.name != "case")
    return tuple(import_module(f"alertable.specs.zoo.{name}").CASE for name in names)
