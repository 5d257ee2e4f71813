"""A build hook: wheels whose hottest modules are compiled by mypyc, for this Python and platform.

HATCH_BUILD_HOOKS_ENABLE=1 pip wheel .

Without the variable the wheel is pure Python, and runs everywhere.  pyproject.toml lists the modules; the sources are in both
wheels, so tracebacks and `inspect` read them.  (hatch-mypyc compiles where the sources stand, and so under their names there;
here the layers are packages of `alertable`, which they are only in the wheel.)
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# In a process of its own: mypyc looks for modules below the working directory, and setuptools reads the command line.
SETUP: Final = """
import sys
from mypyc.build import mypycify
from setuptools import setup
modules = mypycify(["--config-file=", "--ignore-missing-imports", *sys.argv.pop().split()], opt_level="2", debug_level="0",
                   group_name="alertable")
setup(name="alertable", packages=[], py_modules=[], ext_modules=modules)
"""
NO_COMPILER: Final = "there is no C compiler here; without HATCH_BUILD_HOOKS_ENABLE the wheel is pure Python"


class CompileHook(BuildHookInterface[Any]):
    """Compiles in a folder that looks like what the wheel installs, and puts the extension modules into the wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before the wheel is made; an editable installation stays as it is."""
        if version == "editable":
            return
        if not has_compiler():
            raise RuntimeError(NO_COMPILER)
        self._folder = TemporaryDirectory(prefix="alertable-compiled-")
        tree = Path(self._folder.name)
        for file in self.build_config.builder.recurse_included_files():
            target = tree / file.distribution_path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file.path, target)
        made = compiled(tree, self.config["modules"], self.config["without"])
        build_data["force_include"] |= {str(path): path.relative_to(tree).as_posix() for path in made}
        build_data["pure_python"], build_data["infer_tag"] = False, True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """After the wheel is made."""
        if version != "editable":
            self._folder.cleanup()


def has_compiler() -> bool:
    """Is there what setuptools would call?  On Windows it looks for it in ways of its own."""
    compiler = (sysconfig.get_config_var("CC") or "cc").split()[0]
    return sys.platform == "win32" or shutil.which(compiler) is not None


def compiled(tree: Path, patterns: list[str], without: list[str]) -> list[Path]:
    """Compile the modules that the patterns stand for, beside their sources; the extension modules."""
    found = {path for pattern in patterns for path in tree.glob(pattern) if path.name != "__init__.py"}
    modules = sorted(found - {tree / name for name in without})
    names = " ".join(path.relative_to(tree).as_posix() for path in modules)
    command = [sys.executable, "-c", SETUP, "build_ext", "--inplace", names]
    done = subprocess.run(command, cwd=tree, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"mypyc: {done.stdout}")
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    return sorted(path for path in tree.rglob(f"*{suffix}") if "build" not in path.relative_to(tree).parts)
