"""What `alertable doctor` looks at: this installation, this Python, this folder, this terminal.

Nothing is changed by looking, and nothing is imported here that may be broken: then it is a finding.
"""

from __future__ import annotations

import os
import platform
import re
import struct
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module, metadata
from importlib.machinery import EXTENSION_SUFFIXES, PathFinder
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import alertable
from alertable.project import VARIABLE, usual_folder
from alertable.winapi.real import RealWinApiUnavailable, real, windows_version, wine_version

if TYPE_CHECKING:
    from collections.abc import Iterator

OK: Final = "ok"
NOTE: Final = "note"  # works, but somebody may miss something
BAD: Final = "bad"  # something does not work
PYTHON: Final = (3, 11)
NEEDED: Final = ("click", "greenlet", "hypothesis", "msgspec", "networkx", "rich", "simpy")
LAYERS: Final = ("kernel_model", "sim", "specs", "winapi")
KOREAN: Final = "\uac00"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; advice: what to do about it, where something can be done."""

    name: str
    state: str
    value: str
    advice: str = ""


def findings() -> Iterator[Finding]:
    """Everything, in the order in which it is shown."""
    yield Finding("alertable", OK, f"{alertable.__version__} in {Path(alertable.__file__).parent} ({_how_installed()})")
    yield from _python()
    for name in NEEDED:
        yield _package(name)
    yield _carrier()
    yield Finding("compiled", OK, _compiled())
    yield _windows()
    yield _real_arm()
    yield _store()
    yield _terminal()
    yield _pytest()
    yield from _shadows()
    for extra, missing in _extras().items():
        what = "installed" if not missing else f"not installed: {', '.join(missing)}"
        yield Finding(f"extra {extra}", OK if not missing else NOTE, what, f"pip install alertable[{extra}]" if missing else "")


def _how_installed() -> str:
    try:
        distribution = metadata.distribution("alertable")
    except metadata.PackageNotFoundError:
        return "a checkout that is not installed"
    places = {Path(str(distribution.locate_file(""))).resolve(), *_editable(distribution)}
    return "installed" if Path(alertable.__file__).resolve().parents[1] in places else "a checkout before what is installed"


def _editable(distribution: metadata.Distribution) -> set[Path]:
    """The folder that an editable installation points to."""
    where = re.search(r'"url": *"file://([^"]+)"', distribution.read_text("direct_url.json") or "")
    return {Path(where[1]).resolve()} if where else set()


def _python() -> Iterator[Finding]:
    bits = struct.calcsize("P") * 8
    version = f"{platform.python_implementation()} {platform.python_version()}, {bits} bit"
    wrong = sys.version_info < PYTHON or bits != 64
    advice = f"install a 64-bit Python {'.'.join(map(str, PYTHON))} or later" if wrong else ""
    yield Finding("python", BAD if wrong else OK, version, advice)
    yield Finding("system", OK, f"{platform.system()} {platform.release()}, {platform.machine()}, {os.cpu_count()} processors")


def requirements(extra: str = "") -> dict[str, tuple[int, ...]]:
    """What the package says that it needs (with an extra: what that needs), and the least version of each."""
    try:
        lines = metadata.requires("alertable") or []
    except metadata.PackageNotFoundError:
        lines = []
    found = {}
    for line in lines:
        need = re.match(r"([\w.-]+)(?:\[.*?\])?\s*\(?(?:>=\s*([\d.]+))?[^;]*(?:;.*extra == ['\"](.+?)['\"])?", line)
        if need and (need[3] or "") == extra:
            found[need[1].lower()] = _version(need[2] or "0")
    return found


def said(error: Exception) -> str:
    """An exception in one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", text)[:3])


def _package(name: str) -> Finding:
    try:
        version = metadata.version(name)
        import_module(name)
    except metadata.PackageNotFoundError:
        return Finding(name, BAD, "not installed", f"pip install {name}")
    except Exception as error:  # a broken installation may raise anything
        return Finding(
            name, BAD, f"{version} cannot be imported: {type(error).__name__}: {error}", f"pip install --force-reinstall {name}"
        )
    least = requirements().get(name, (0,))
    if _version(version) < least:
        wanted = ".".join(map(str, least))
        return Finding(name, BAD, f"{version} is older than {wanted}", f"pip install '{name}>={wanted}'")
    return Finding(name, OK, version)


def _carrier() -> Finding:
    """What the threads of programs run on."""
    advice = "pip install --force-reinstall greenlet"
    try:
        works = import_module("alertable.sim.runtime.carrier").carries()
    except Exception as error:  # whatever is wrong with it
        return Finding("carrier", BAD, f"greenlet does not work: {said(error)}", advice)
    return (
        Finding("carrier", OK, "greenlet") if works else Finding("carrier", BAD, "greenlet does not switch as it should", advice)
    )


def _compiled() -> str:
    suffixes = tuple(EXTENSION_SUFFIXES)
    parts = {"greenlet": "greenlet._greenlet", "msgspec": "msgspec._core"}
    compiled = [name for name, module in parts.items() if (_file_of(module) or "").endswith(suffixes)]
    ours = sum(path.name.endswith(suffixes) for place in alertable.__path__ for path in _files_of_layers(Path(place)))
    pure = [*(name for name in parts if name not in compiled), "the rest of alertable" if ours else "alertable"]
    if ours:
        compiled.append(f"{ours} modules of alertable (by mypyc)")
    return f"{', '.join(compiled) or 'nothing'}; pure Python: {', '.join(pure)}"


def _files_of_layers(place: Path) -> Iterator[Path]:
    for name in LAYERS:
        yield from (place / name).rglob("*.*")


def _file_of(name: str) -> str | None:
    """The file of a module, loaded or not; None where there is none."""
    if name in sys.modules:
        return getattr(sys.modules[name], "__file__", None)
    with suppress(ImportError, ValueError):
        spec = find_spec(name)
        return spec.origin if spec is not None else None
    return None


def _windows() -> Finding:
    windows, wine = windows_version(), wine_version()
    if wine is not None:
        return Finding(
            "windows", NOTE, f"Wine {wine} as Windows {windows}", "Wine differs from Windows where docs/conformance.md says so"
        )
    return Finding("windows", OK, f"Windows {windows}" if windows is not None else "neither Windows nor Wine")


def _real_arm() -> Finding:
    try:
        real()
    except RealWinApiUnavailable as error:
        return Finding("real arm", NOTE, "not available", str(error))
    return Finding("real arm", OK, "available: run --backend real, conform --backend real, calibrate")


def _store() -> Finding:
    """Whether counterexamples can be kept, told without making the folder."""
    folder = usual_folder()
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        why = f"{folder} cannot be written: {error.strerror or error}"
        return Finding("store", BAD, why, f"counterexamples are not kept; go to a folder of yours, or set {VARIABLE}")
    return Finding("store", OK, f"{folder} ({'writable' if there == folder else 'made when something is kept'})")


def _terminal() -> Finding:
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    columns = os.environ.get("COLUMNS") or "not set"
    kind = "a terminal" if sys.stdout.isatty() else "a pipe or a file"
    colour = (
        "no colour"
        if not sys.stdout.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") in (None, "dumb")
        else "colour"
    )
    text = f"{kind}, {encoding}, {colour}, COLUMNS {columns}"
    try:
        KOREAN.encode(encoding)
    except UnicodeEncodeError:
        return Finding(
            "terminal", NOTE, f"{text}; what it lacks is escaped", "PYTHONUTF8=1 (on Windows also chcp 65001) shows Korean"
        )
    return Finding("terminal", OK, text)


def _pytest() -> Finding:
    if find_spec("pytest") is None:
        return Finding("pytest", NOTE, "not installed", "pip install pytest, to use @alertable.check in tests")
    version = metadata.version("pytest")
    points = [point for point in metadata.entry_points(group="pytest11") if point.name == "alertable"]
    if not points:
        return Finding(
            "pytest", NOTE, f"{version}, the plugin is not registered", "install alertable, or pytest -p _alertable_pytest"
        )
    try:
        points[0].load()
    except Exception as error:  # it would end every pytest here
        why = f"{version}, the plugin cannot be loaded: {said(error)}"
        return Finding("pytest", BAD, why, "pip install --force-reinstall alertable")
    return Finding("pytest", OK, f"{version}, the plugin is registered")


def _shadows() -> Iterator[Finding]:
    """Modules of the user, here or earlier on the path, that Python finds instead of others."""
    here = [str(Path.cwd()), *sys.path]
    clear = True
    for name in ("alertable", *NEEDED, *LAYERS):
        first = PathFinder.find_spec(name, here)
        meant = _file_of(f"alertable.{name}" if name in LAYERS else name)
        if first is None or meant is None or _same(first.origin, meant):
            continue
        clear = False
        if name in LAYERS:
            why = f"{first.origin or f'a folder {name}'} is what `import {name}` means"
            yield Finding("shadow", NOTE, why, f"programs that want the other one write `import alertable.{name}`")
        else:
            advice = "rename it, or start Python in another folder"
            yield Finding("shadow", BAD, f"{first.origin or f'a folder {name}'} stands before the package {name}", advice)
    for file in sorted(Path.cwd().glob("*.py")):
        if file.stem in sys.stdlib_module_names and file.stem != "__main__":
            clear = False
            yield Finding("shadow", NOTE, f"{file.name} here hides Python's own module {file.stem}", "rename it")
    if clear:
        yield Finding("shadow", OK, "no module here stands before another")


def _same(one: str | None, other: str) -> bool:
    return one is not None and os.path.exists(one) and os.path.exists(other) and os.path.samefile(one, other)


def _extras() -> dict[str, list[str]]:
    """Each extra, and what of it is not installed."""
    try:
        names = metadata.metadata("alertable").get_all("Provides-Extra") or []
    except metadata.PackageNotFoundError:
        return {}
    return {extra: [name for name in requirements(extra) if not _installed(name)] for extra in sorted(names)}


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True
