"""mypy over the package as it is installed: one package `alertable` with the layers in it.

In a checkout the layers stand beside alertable/, and `alertable.__path__` says so; mypy reads no `__path__`.  So this makes
build/package/, a folder of links that looks like what a wheel installs, and runs mypy there.  Editors find the layers in the same
folder: pyright by `extraPaths` of pyproject.toml.

python tools/check_types.py [ARGUMENTS OF MYPY]
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "build" / "package"
LAYERS = ("kernel_model", "sim", "specs", "winapi")


def linked() -> None:
    """Make the folder, or bring it up to date."""
    door = PACKAGE / "alertable"
    door.mkdir(parents=True, exist_ok=True)
    wanted = {door / path.name: path for path in (ROOT / "alertable").iterdir() if path.name != "__pycache__"}
    wanted |= {door / name: ROOT / name for name in LAYERS}
    wanted |= {PACKAGE / name: ROOT / name for name in ("tests", "tools")}
    for link in (*door.iterdir(), *PACKAGE.iterdir()):
        if link != door and link.name != ".mypy_cache" and (link not in wanted or not link.exists()):
            _unlink(link)
    for link, target in wanted.items():
        if not link.exists():
            _link(link, target)


def _link(link: Path, target: Path) -> None:
    """A symbolic link; on Windows, where those need a privilege, a junction or a hard link."""
    if sys.platform != "win32":
        link.symlink_to(os.path.relpath(target, link.parent))
    elif target.is_dir():
        import _winapi

        _winapi.CreateJunction(str(target), str(link))
    else:
        link.hardlink_to(target)


def _unlink(link: Path) -> None:
    if link.is_dir() and not link.is_symlink():
        link.rmdir()  # a junction
    else:
        link.unlink()


def main() -> int:
    """Run mypy there; its messages name the files of the checkout."""
    linked()
    command = [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"), *sys.argv[1:]]
    done = subprocess.run(command, cwd=PACKAGE, stdout=subprocess.PIPE, text=True, check=False)
    print(re.sub(rf"(?m)^alertable[\\/]({'|'.join(LAYERS)})\b", r"\1", done.stdout), end="")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
