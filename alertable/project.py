"""The project that somebody works in: the folder at or above the current one that has its store and its configuration."""

from __future__ import annotations

import os
import tomllib
from contextlib import suppress
from pathlib import Path
from tempfile import gettempdir
from typing import Any, Final

FOLDER: Final = ".alertable"
VARIABLE: Final = "ALERTABLE_STORE"
STORE: Final = "store"  # the key
PYPROJECT: Final = "pyproject.toml"
OWN_FILE: Final = "alertable.toml"
TABLE: Final = "[tool.alertable"


def project_root(start: Path | None = None) -> Path:
    """The nearest folder upwards that is marked as a project; where none is, the folder itself."""
    start = (start or Path()).absolute()
    return marked_root(start) or start


def marked_root(start: Path) -> Path | None:
    """The folder upwards that configures alertable, as far as the checkout goes; else the nearest with a store, or .git."""
    start = start.absolute()
    nearest = None
    for folder in (start, *start.parents):
        if config_file(folder) is not None:
            return folder
        is_checkout = (folder / ".git").exists()
        if not _is_everybodys(folder) and (is_checkout or (folder / FOLDER).is_dir()):
            nearest = nearest or folder
            if is_checkout:
                break
    return nearest


def config_file(root: Path) -> Path | None:
    """The file that configures the project of this root: alertable.toml before pyproject.toml."""
    if (root / OWN_FILE).is_file():
        return root / OWN_FILE
    return root / PYPROJECT if has_table(root / PYPROJECT) else None


def has_table(path: Path) -> bool:
    """Does a pyproject.toml speak of alertable?  Asked of its text: a file that is no TOML is somebody else's trouble here."""
    try:
        lines = path.read_bytes().decode("utf-8", "replace").splitlines()
    except OSError:
        return False
    return any(line.strip().startswith(TABLE) for line in lines)


def near(path: Path) -> Path:
    """As a person in the current folder would write it: relative if it lies below, else absolute."""
    full = Path(os.path.abspath(path))
    here = Path.cwd()
    return full.relative_to(here) if full.is_relative_to(here) else full


def _is_everybodys(folder: Path) -> bool:
    """The home folder, the one for temporary files, the root of a disk: what was left there makes no project of all below."""
    with suppress(RuntimeError):  # there is no home
        if folder == Path.home():
            return True
    return folder == folder.parent or folder == Path(gettempdir())


def usual_folder() -> Path:
    """What ALERTABLE_STORE says, else what the project's file says, else `.alertable` in its root."""
    told = os.environ.get(VARIABLE)
    if told:
        return Path(told)
    root = project_root()
    path = config_file(root)
    with suppress(OSError, ValueError):  # whoever reads the options says what is wrong with the file
        value = table_of(path).get(STORE) if path is not None else None
        if isinstance(value, str) and value:
            return near(root / value)
    return near(root / FOLDER)


def table_of(path: Path) -> dict[str, Any]:
    """What the file that configures a project says; OSError or ValueError if it cannot be read."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    if path.name != PYPROJECT:
        return data
    tool = data.get("tool", {})
    table = tool.get("alertable", {}) if isinstance(tool, dict) else {}
    if not isinstance(table, dict):
        raise ValueError("tool.alertable is no table")
    return table
