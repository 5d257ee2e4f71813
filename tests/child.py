"""Python processes that see this project, installed or not (under Wine it is not)."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[1]

# What makes pytest load the plugin where no installed package tells it to.
PLUGIN: Sequence[str] = () if any(e.name == "alertable" for e in entry_points(group="pytest11")) else ("-p", "_alertable_pytest")


def python(
    *words: str, cwd: Path = ROOT, timeout: float = 120, encoding: str | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run `python WORDS`, with further variables of the environment; what it printed and how it ended."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
    return subprocess.run(
        [sys.executable, *words], cwd=cwd, env=environment, capture_output=True, text=True, encoding=encoding, timeout=timeout,
        check=False,
    )  # fmt: skip
