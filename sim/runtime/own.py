"""What belongs to a program: its code and its modules, and neither a library nor this package."""

from __future__ import annotations

import os
import sys
import sysconfig
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LIBRARIES: Final = tuple(os.path.join(sysconfig.get_paths()[name], "") for name in ("stdlib", "platstdlib", "purelib", "platlib"))
_ROOT: Final = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # of a checkout, or of the package
_CHECKOUT: Final = os.path.isdir(os.path.join(_ROOT, "alertable"))
_PACKAGE: Final = tuple(
    os.path.join(_ROOT, name, "")
    for name in (("alertable", "kernel_model", "native", "sim", "specs", "winapi") if _CHECKOUT else ("",))
)
_COMPILED: Final = ("alertable/kernel_model/", "alertable/sim/")  # so tracebacks call the files of compiled code
PROGRAMS: Final = tuple(os.path.join(_ROOT, "specs", name, "") for name in ("programs", "zoo", "litmus", "scenarios"))


def is_ours(file: str) -> bool:
    """Is this file one of this package?  The programs that come with it are programs like any other."""
    return file.startswith((*_PACKAGE, *_COMPILED)) and not file.startswith(PROGRAMS)


def within_package(file: str) -> str:
    """The name that a file of this package has wherever the package is: `specs/zoo/a.py`; other files keep theirs."""
    return file[len(_ROOT) + 1 :] if file.startswith(PROGRAMS) else file


def is_program(file: str) -> bool:
    """Is this file a program's, or of the standard library, of another package, of this one?  No file: "" or "<...>"."""
    if file.startswith(PROGRAMS):
        return True
    return not is_ours(file) and not file.startswith(LIBRARIES) and f"{os.sep}site-packages{os.sep}" not in file


def is_own(file: str | None) -> bool:
    """Is a module from this file a part of the program?"""
    return bool(file) and is_program(str(file))


def is_own_module(module: ModuleType) -> bool:
    """Is it?"""
    return is_own(getattr(module, "__file__", None))


def globals_of(program: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever can be called with w
    """The namespace that its code runs in; for a program of a file that of the module as it was first loaded."""
    if isinstance(program, FunctionType):
        return program.__globals__
    for within in ("as_loaded", "program", "func", "__func__"):
        inner = getattr(program, within, None)
        if callable(inner):
            return globals_of(inner)
    space: dict[str, Any] | None = getattr(program, "__globals__", None)
    if space is None:
        space = getattr(getattr(type(program), "__call__", None), "__globals__", {})  # noqa: B004 - where its code is
    return space


def own_modules(spaces: Iterable[dict[str, Any]]) -> Iterator[ModuleType]:
    """The program's modules that it can reach from these namespaces, without those that they are of."""
    ahead = list(spaces)
    met = {id(space) for space in ahead}
    while ahead:
        for value in list(ahead.pop().values()):
            module = value if isinstance(value, ModuleType) else sys.modules.get(getattr(value, "__module__", None) or "")
            if module is None or id(module.__dict__) in met:
                continue
            met.add(id(module.__dict__))
            if is_own_module(module):
                ahead.append(module.__dict__)
                yield module
