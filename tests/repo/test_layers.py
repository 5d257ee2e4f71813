"""Imports point down only: alertable -> sim -> specs -> {kernel_model, winapi}."""

from __future__ import annotations

import networkx
import pytest

from tests.repo.sources import LAYERS, SourceModule, project_modules

ALLOWED = {
    "kernel_model": {"kernel_model"},
    "winapi": {"winapi"},
    "specs": {"specs", "kernel_model", "winapi"},
    "sim": {"sim", "specs", "kernel_model", "winapi"},
    "alertable": {"alertable", "sim", "specs", "winapi"},
}
NOT_IN_THE_KERNEL = {"ctypes", "greenlet", "simpy", "hypothesis", "random", "time", "threading"}
ONLY_IN_SIM = {"greenlet", "simpy", "hypothesis"}


@pytest.mark.parametrize("module", project_modules(), ids=str)
def test_a_layer_imports_only_what_lies_below(module: SourceModule) -> None:
    upwards = [(name, line) for name, line in module.imports if name in LAYERS and name not in ALLOWED[module.layer]]
    assert not upwards


@pytest.mark.parametrize("module", project_modules("kernel_model"), ids=str)
def test_the_kernel_has_no_clock_no_dice_no_memory(module: SourceModule) -> None:
    assert not [(name, line) for name, line in module.imports if name in NOT_IN_THE_KERNEL]


@pytest.mark.parametrize("module", project_modules("specs", "winapi", "kernel_model", "alertable"), ids=str)
def test_the_engines_live_in_sim(module: SourceModule) -> None:
    assert not [(name, line) for name, line in module.imports if name in ONLY_IN_SIM]


def test_programs_import_only_winapi_ctypes_and_each_other() -> None:
    for module in project_modules("specs"):
        if "programs" in module.path.parts and module.path.stem != "__init__":
            foreign = {name for name, _ in module.imports} - {"winapi", "ctypes", "__future__", "typing", "collections", "specs"}
            assert not foreign, f"{module} imports {foreign}"


def test_imports_have_no_circles() -> None:
    """Nor those for type checkers: whoever reads a file need not have read those that read it."""
    modules = {module.name: module for module in project_modules()}
    graph = networkx.DiGraph((name, other) for name, module in modules.items() for other in module.imported(modules.keys()))
    circles = [sorted(circle) for circle in networkx.strongly_connected_components(graph) if len(circle) > 1]
    assert not circles
