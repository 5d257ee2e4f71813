"""Programs in files: `path.py:function`, or by the name of a module.  Its code is executed anew for every execution."""

from __future__ import annotations

import ast
import contextlib
import inspect
import sys
import traceback
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from alertable.sim.memory.swap import compiled
from alertable.sim.runtime.plain_names import install
from alertable.sim.runtime.refuse import runs_nothing

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType

DEFAULT_FUNCTION = "program"


class ProgramFileError(ValueError):
    """A program that cannot be had: one line that names what was wrong and what to do."""


class ProgramFile:
    """A function of a file; callable, and `fresh()` gives it from newly executed module code."""

    def __init__(self, path: Path, function: str) -> None:
        self.path = path
        self.function = function
        self.code = _compiled(path)  # once: only executing it anew makes a fresh module
        self._watched: CodeType | None = None  # the same with hooks, once somebody wants it
        self.digest = blake2b(path.read_bytes(), digest_size=8).hexdigest()
        self.__name__ = path.stem if function == DEFAULT_FUNCTION else function
        self.as_loaded = found = self.fresh()  # for whoever looks at its code; what runs is always fresh
        nothing = runs_nothing(found)
        if nothing:
            raise ProgramFileError(f"{path}: {nothing}")
        self.daemon = bool(getattr(found, "daemon", False))
        with contextlib.suppress(TypeError, ValueError):
            self.__signature__ = inspect.signature(found)  # what whoever asks for its parameters reads

    def __reduce__(self) -> tuple[type[ProgramFile], tuple[Path, str]]:
        return ProgramFile, (self.path, self.function)

    def __call__(self, w: object) -> object:
        return self.fresh()(w)

    def fresh(self, *, watched: bool = False) -> Callable[[Any], Any]:
        """Execute the module's code and take the function out of it; watched: the code tells what memory it touches."""
        if watched and self._watched is None:
            self._watched = compiled(str(self.path), self.path.read_bytes())
        module = _execute(self.path, self._watched if watched and self._watched is not None else self.code)
        found = getattr(module, self.function, None)
        if found is None:
            names = ", ".join(_functions(self.path)) or "none"
            raise ProgramFileError(f"{self.path}: has no function {self.function!r}; functions there: {names}")
        if not callable(found):
            raise ProgramFileError(f"{self.path}: {self.function!r} is not a function")
        program: Callable[[Any], Any] = found
        return program


def load_program(text: str) -> ProgramFile:
    """The program that `path.py:function` or `package.module:function` names (`::` is the same as `:`).

    ProgramFileError in one line if there is none.
    """
    return ProgramFile(*locate(text))


def locate(text: str) -> tuple[Path, str]:
    """The file and the function that the text names; no code of that file is executed."""
    name, _, function = text.rpartition(":")
    if not name or "/" in function or "\\" in function or Path(text).is_file():  # the colon of a drive, or of the file's name
        name, function = text, DEFAULT_FUNCTION
    name = name.removesuffix(":")
    path = Path(name)
    if path.is_file():
        return path, function
    found = _module_file(name)
    if found is None:
        missing = "there is no such file" if _is_path(name) else "there is no such file or module"
        what = "is a folder" if path.is_dir() else missing
        raise ProgramFileError(f"{name}: {what}; give a Python file, or a module, with a function program(w)")
    return found, function


def _is_path(name: str) -> bool:
    return name.endswith(".py") or not all(part.isidentifier() for part in name.split("."))


def _module_file(name: str) -> Path | None:
    """The file of a module: in the current folder, in alertable (`specs.programs.x`), or wherever Python finds it."""
    if _is_path(name):
        return None
    here = Path(*name.split(".")).with_suffix(".py")
    if here.is_file():
        return here
    for full in (f"alertable.{name}", name):
        try:
            spec = find_spec(full)
        except (ImportError, ValueError):  # what should be a package on the way is none
            continue
        except Exception as error:  # the code of a package on the way is executed
            raise ProgramFileError(f"{name}: a package of it cannot be imported: {type(error).__name__}: {error}") from error
        if spec is not None and spec.has_location and str(spec.origin).endswith(".py"):
            return Path(str(spec.origin))
    return None


def _compiled(path: Path) -> CodeType:
    try:
        return compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise ProgramFileError(f"{path}:{line}: is not valid Python: {getattr(error, 'msg', error)}") from error


def _execute(path: Path, code: CodeType) -> ModuleType:
    module = ModuleType(path.stem)
    module.__file__ = str(path)
    folder = str(path.resolve().parent)
    sys.path.insert(0, folder)  # as for a script
    install()
    try:
        exec(code, module.__dict__)
    except (Exception, SystemExit) as error:
        frame = next((f for f in reversed(traceback.extract_tb(error.__traceback__)) if f.filename == str(path)), None)
        where = f"{path}:{frame.lineno}" if frame is not None else str(path)
        raise ProgramFileError(f"{where}: cannot be imported: {type(error).__name__}: {error}") from error
    finally:
        sys.path.remove(folder)
    return module


def _functions(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
