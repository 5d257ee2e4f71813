"""Everything that a newcomer needs, with nothing but Python 3.11 or later: `python -m make TARGET`.

The Makefile calls this script, so `make test` on Linux and `py -m make test` on Windows are the same.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
# Code is compiled once, and not into the sources' folders: the tests start hundreds of interpreters.
ENVIRONMENT = {**os.environ, "PYTHONPYCACHEPREFIX": str(ROOT / "build" / "pycache")}
ENVIRONMENT.pop("PYTHONDONTWRITEBYTECODE", None)
LANGUAGES = ("en", "ko")  # of the documentation
SPHINX = ("-q", "-n", "-W", "--keep-going")  # every warning is an error, and all of them are shown


def say(*command: str | Path, environment: dict[str, str] | None = ENVIRONMENT) -> None:
    """Run a command, after printing it; stop at the first that fails."""
    print("+", *command, flush=True)
    code = subprocess.call([str(part) for part in command], cwd=ROOT, env=environment)
    if code:
        sys.exit(code)


def setup(extra: str = "dev") -> None:
    """A virtual environment with the project and the tools of an extra; quick when it is there already."""
    stamp = VENV / f"alertable-{extra}.stamp"
    wanted = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    if not PYTHON.exists():
        shutil.rmtree(VENV, ignore_errors=True)
        print("+ setting up .venv (once)", flush=True)
        if subprocess.call([sys.executable, "-m", "venv", str(VENV)]):
            sys.exit("make.py: this Python cannot make virtual environments; install its venv package (Debian: python3-venv)")
    say(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--editable", f".[{extra}]", environment=None)
    stamp.write_text(wanted, encoding="utf-8")


def demo() -> None:
    """The lecture's server with two clients: a trace, the bug that the checker finds, and what to do next."""
    say(PYTHON, "-m", "alertable", "demo")


def test() -> None:
    """Everything that must pass, in a few minutes."""
    lint()
    say(PYTHON, "-m", "pytest", "-q", "-m", "not long")


def lint() -> None:
    """ruff and mypy --strict."""
    say(PYTHON, "-m", "ruff", "check", ".")
    say(PYTHON, "tools/check_types.py")


def test_long() -> None:
    """The long explorations, and the documentation in both languages."""
    setup("docs")
    say(PYTHON, "-m", "pytest", "-q", "-m", "long")


def bench() -> None:
    """Benchmarks: reported, never failing."""
    say(PYTHON, "-m", "tests.bench")


def docs() -> None:
    """The documentation as a site in English and Korean: build/docs/en/index.html, build/docs/ko/index.html."""
    setup("docs")
    for language in LANGUAGES:
        trees, site = f"build/docs/.doctrees/{language}", f"build/docs/{language}"
        say(PYTHON, "-m", "sphinx", *SPHINX, "-D", f"language={language}", "-d", trees, "docs", site)


def compiled() -> None:
    """A wheel for this machine, its hottest modules compiled: dist/; needs a C compiler."""
    say(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "setuptools>=65", environment=None)
    say(PYTHON, "-m", "hatchling", "build", "-t", "wheel", environment={**ENVIRONMENT, "HATCH_BUILD_HOOKS_ENABLE": "1"})


def changelog() -> None:
    """What is not released yet, from docs/changes.d into CHANGELOG.md."""
    say(PYTHON, "tools/changelog.py")


def test_wine() -> None:
    """The whole suite and the real-arm tests under Windows CPython; needs Wine (installed on Debian by the script)."""
    say("bash", "tools/wine_python.sh")
    wpython = Path(os.environ.get("ALERTABLE_WINE_DIR", Path.home() / ".cache" / "alertable-wine")) / "wpython"
    # ctypes turns an access violation into OSError; faulthandler would first dump every stack, also that of a thread that
    # a litmus test has terminated, and crash on it.
    say(wpython, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:faulthandler", "-m", "not long")


def clean() -> None:
    """Remove what was made."""
    for name in (".venv", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", "build", "dist"):
        shutil.rmtree(ROOT / name, ignore_errors=True)


TARGETS = {
    "demo": demo, "test": test, "lint": lint, "test-long": test_long, "bench": bench, "test-wine": test_wine, "docs": docs,
    "compiled": compiled, "changelog": changelog, "clean": clean,
}  # fmt: skip


def main() -> None:
    """Set up, then run the targets that were named."""
    if sys.version_info < (3, 11):
        sys.exit(f"make.py: needs Python 3.11 or later, this is {sys.version.split()[0]}")
    names = sys.argv[1:]
    unknown = [name for name in names if name not in TARGETS]
    if unknown or not names:
        lines = "\n".join(f"  {name:<10} {function.__doc__}" for name, function in TARGETS.items())
        sys.exit(f"usage: python -m make TARGET...\n{lines}")
    for name in names:
        if name != "clean":
            setup()
        TARGETS[name]()


if __name__ == "__main__":
    main()
