"""The pytest plugin.  A module of its own, so that pytest does not import alertable before a test does.

Options override those of `@alertable.check(...)`; a failing check is reported with its story and a replay line, and its trace is
kept as `--alertable-trace` says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

OPTIONS: dict[str, Any] = {}  # what alertable.testing reads


def pytest_addoption(parser: pytest.Parser) -> None:
    """Every option begins with --alertable-."""
    group = parser.getgroup("alertable", "model checking of Windows programs")
    group.addoption("--alertable-strategy", choices=("dpor", "dfs", "random", "pct"), help="how checks explore")
    group.addoption("--alertable-max-executions", type=int, metavar="N", help="stop every check after so many executions")
    group.addoption("--alertable-time-limit", type=float, metavar="SECONDS", help="stop every check after so long")
    group.addoption("--alertable-seed", type=int, metavar="N", help="the first seed of random and pct")
    group.addoption("--alertable-workers", type=int, metavar="N", help="processes that share the work of dpor")
    group.addoption(
        "--alertable-require", choices=("complete", "bounded", "sampled", "any"),
        help="fail checks whose verdict is weaker (default: sampled)",
    )  # fmt: skip
    group.addoption(
        "--alertable-trace", choices=("on", "off", "retain-on-failure"), default="retain-on-failure",
        help="which traces to keep in .alertable/ (default: retain-on-failure)",
    )  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """Hand the options over; nothing of alertable is imported yet."""
    config.addinivalue_line("markers", "alertable: a check of all interleavings of a program (set by @alertable.check)")
    for name in ("strategy", "max_executions", "time_limit", "seed", "workers", "require", "trace"):
        OPTIONS[name] = config.getoption(f"alertable_{name}")


def pytest_unconfigure() -> None:
    """Nothing is left for the next session of the same process."""
    OPTIONS.clear()


def pytest_report_header(config: pytest.Config) -> str | None:
    """One line, and only with -v."""
    if config.get_verbosity() <= 0:
        return None
    given = {name: value for name, value in OPTIONS.items() if value is not None}
    return "alertable: " + ", ".join(f"{name}={value}" for name, value in given.items())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Checks can be selected with -m alertable."""
    for item in items:
        if getattr(getattr(item, "function", None), "is_alertable_check", False):
            item.add_marker("alertable")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """The running check is known by its node id: that is what its trace is named after."""
    OPTIONS["nodeid"] = item.nodeid
