"""Marks that depend on where the tests run, and a heap that stays small."""

from __future__ import annotations

import gc
import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

# pytest (BUILD_NUMBER, CI) and hypothesis (all of them) print other things where they find one of these; what our pages show
# is what a reader sees at a terminal, and is the same on every machine.
AUTOMATION = (
    "BUILD_NUMBER", "BUILDKITE", "CI", "CIRCLECI", "CIRRUS_CI", "CODEBUILD_BUILD_ID", "GITHUB_ACTIONS", "GITLAB_CI",
    "HEROKU_TEST_RUN_ID", "TEAMCITY_VERSION", "TF_BUILD", "bamboo.buildKey",
)  # fmt: skip
for _name in AUTOMATION:
    os.environ.pop(_name, None)
settings.load_profile("default")  # hypothesis has chosen before this file was read


@pytest.fixture(autouse=True, scope="module")
def _small_heap() -> Iterator[None]:
    """Memory that no variable names is found by a search of all live objects: those of earlier modules are kept out of it."""
    yield
    gc.collect()
    gc.freeze()


def pytest_configure() -> None:
    """A shell that starts the tests in the background has Ctrl-C ignored, and every process of a test with it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of the real arm are skipped where there is none."""
    if sys.platform == "win32":
        return
    skip = pytest.mark.skip(reason="needs a real ws2_32 (Windows, or make test-wine)")
    for item in items:
        if "real_winsock" in item.keywords:
            item.add_marker(skip)
