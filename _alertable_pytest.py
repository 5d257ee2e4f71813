"""The pytest plugin.  A module of its own, so that pytest does not import alertable before somebody needs it.

Every option is `--alertable-NAME` and the ini key `alertable_NAME`.  What counts for a test, the strongest first: the command
line, its decorator, the profile, the ini file.  A failing check is reported with its story and the line that replays it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

OPTIONS = {  # of `alertable.check`: what is shown for the value, and the help
    "strategy": ("dpor|dfs|random|pct", "how checks explore"),
    "memory": ("precise|shared|locks", "what the threads of one process share"),
    "max_executions": ("N", "stop every check after so many executions"),
    "time_limit": ("SECONDS", "stop every check after so long"),
    "preemptions": ("N", "how often dfs interrupts a thread"),
    "delays": ("N", "how often dfs passes a thread over"),
    "seed": ("N", "the first seed of random and pct"),
    "workers": ("N", "processes that share the work of dpor"),
    "clock": ("eager|free", "when time passes: when nothing else can happen, or any time"),
    "max_steps": ("N", "cut executions after so many steps"),
    "require": ("complete|bounded|sampled|any", "fail checks whose verdict is weaker (default: sampled)"),
    "shared_fixtures": ("NAME,...|true", "function-scoped fixtures that all interleavings of a check may share"),
    "trace": ("on|off|retain-on-failure", "which traces to keep in .alertable/ (default: retain-on-failure)"),
}
PROFILE = "the profile of options: default, ci, thorough, or one of your own"
STATISTICS = "tell of every check what it explored"


class Plan:
    """What the session is told about checks.

    over: options that win over a decorator's; under: those that a decorator's win over; replay: the counterexample to run.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.profile: str = config.getoption("alertable_profile") or _ini(config, "profile") or "default"
        self.statistics = bool(config.getoption("alertable_show_statistics") or config.getini("alertable_show_statistics"))
        self.over: dict[str, Any] = {}
        self.under: dict[str, Any] = {"trace": "retain-on-failure"}
        self.replay: Any = None
        lines = config.getini("alertable_profiles")
        given = {name: config.getoption(f"alertable_{name}") for name in OPTIONS}
        written = {name: _ini(config, name) for name in OPTIONS}
        if lines or self.profile != "default" or any(value is not None for value in (*given.values(), *written.values())):
            from alertable.testing.profiles import profile, read_options, read_profiles

            read_profiles(lines)
            self.over = read_options("--alertable-", given)
            self.under = {**read_options("alertable_", written), **profile(self.profile)}
            if self.profile == "default":  # which leaves to the ini file what it says
                self.under = {**profile(self.profile), **read_options("alertable_", written)}
        replay = config.getoption("alertable_replay")
        if replay is not None:
            from alertable.testing.items import wanted

            self.replay = wanted(replay)


PLAN = pytest.StashKey[Plan]()
TRIAL = pytest.StashKey[Any]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Every option begins with --alertable-, and has an ini key."""
    group = parser.getgroup("alertable", "model checking of Windows programs")
    group.addoption("--alertable-profile", metavar="NAME", help=PROFILE)
    for name, (metavar, said) in OPTIONS.items():
        group.addoption(f"--alertable-{name.replace('_', '-')}", metavar=metavar, help=said)
        _add_ini(parser, f"alertable_{name}", f"{said} ({metavar})")
    group.addoption("--alertable-replay", metavar="ID", help="run nothing but the schedule with this id, on its test")
    group.addoption("--alertable-show-statistics", action="store_true", help=STATISTICS)
    _add_ini(parser, "alertable_profile", PROFILE)
    parser.addini("alertable_profiles", "profiles of your own, a line each: NAME: option=value ...", type="linelist")
    parser.addini("alertable_show_statistics", STATISTICS, type="bool", default=False)


def _add_ini(parser: pytest.Parser, name: str, said: str) -> None:
    """Files with types may give a number as a number; before 9.2 pytest knows no such keys."""
    typed = {"type": str | int | float | bool} if pytest.version_tuple >= (9, 2) else {}
    parser.addini(name, said, default=None, **typed)  # type: ignore[arg-type]  # a union, and pytest says that it takes one


def _ini(config: pytest.Config, name: str) -> Any:  # noqa: ANN401 - what stands there
    try:
        return config.getini(f"alertable_{name}") or None
    except TypeError as error:  # a file with types, and a value of another one
        raise pytest.UsageError(str(error)) from None


def pytest_configure(config: pytest.Config) -> None:
    """Read the options; nothing of alertable is imported where there are none."""
    config.addinivalue_line("markers", "alertable: a check of all interleavings of a program (set by @alertable.check)")
    try:
        config.stash[PLAN] = Plan(config)
    except (ValueError, TypeError) as error:
        raise pytest.UsageError(f"alertable: {error}") from None


def pytest_report_header(config: pytest.Config) -> str | None:
    """One line, and only with -v."""
    if config.get_verbosity() <= 0:
        return None
    plan = config.stash[PLAN]
    said = {**plan.over, **{name: value for name, value in plan.under.items() if name not in plan.over}, "profile": plan.profile}
    return "alertable: " + ", ".join(f"{name}={value}" for name, value in said.items())


def _is_check(item: pytest.Item) -> bool:
    return getattr(getattr(item, "function", None), "is_alertable_check", False)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Checks can be selected with -m alertable; of a replay only its test is left."""
    checks = [item for item in items if _is_check(item)]
    for item in checks:
        item.add_marker("alertable")
    replay = config.stash[PLAN].replay
    if replay is not None and items:
        from alertable.testing.items import chosen

        try:
            left = chosen(config.getoption("alertable_replay"), replay, [item.nodeid for item in checks])
        except ValueError as error:
            raise pytest.UsageError(f"alertable: {error}") from None
        config.hook.pytest_deselected(items=[item for item in items if item.nodeid != left])
        items[:] = [item for item in items if item.nodeid == left]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Say what is wanted of the check that runs now, and take what came out."""
    __tracebackhide__ = True
    if not _is_check(item):
        if getattr(getattr(item, "function", None), "alertable_examples", None):
            pytest.fail("@alertable.example on a test without @alertable.check has no effect: add it", pytrace=False)
        return (yield)
    from alertable.store import Store
    from alertable.testing.items import refuse_shared_fixtures
    from alertable.testing.trial import trying
    from alertable.testing.wanted import Trial

    plan = item.config.stash[PLAN]
    trial = item.stash[TRIAL] = Trial(item.nodeid, plan.over, plan.under, store=Store(), replay=plan.replay, stops=True)
    refuse_shared_fixtures(item, plan.under, plan.over)
    try:
        with trying(trial):
            return (yield)
    finally:
        told = {"verdict": trial.verdict, "id": trial.kept, "trace": trial.trace}
        told["schedule"] = trial.violation.schedule if trial.violation is not None else None
        item.user_properties += [(f"alertable_{name}", str(value)) for name, value in told.items() if value]
        if trial.interrupted:
            item.session.shouldstop = "interrupted within a check"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """A failing check: its message alone, for the stack is ours, and a section that says how to see it again."""
    report = yield
    trial = item.stash.get(TRIAL, None)
    if call.when == "call" and trial is not None:
        from alertable.testing.told import headline, section
        from alertable.testing.trial import CheckFailed, StaleExample

        report.alertable = {"verdict": trial.verdict, "more": list(trial.more)}
        if report.failed and call.excinfo is not None and isinstance(call.excinfo.value, CheckFailed | StaleExample):
            if item.config.getoption("tbstyle", "auto") in ("auto", "long", "short"):
                report.longrepr = call.excinfo.getrepr(style="value")
            crash = getattr(report.longrepr, "reprcrash", None)
            if crash is not None:
                crash.message = headline(trial) or str(call.excinfo.value)
            if trial.verdict and hasattr(report.longrepr, "addsection"):
                report.longrepr.addsection("alertable", "\n".join(section(trial)), "-")
    return report


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:  # noqa: ANN401 - pytest does not export its type
    """With -v a line for every check; with --alertable-show-statistics what it explored, too."""
    plan = config.stash[PLAN]
    if not plan.statistics and config.get_verbosity() <= 0:
        return
    lines = list(_verdicts(terminalreporter.stats, statistics=plan.statistics))
    if lines:
        terminalreporter.ensure_newline()
        terminalreporter.section("alertable")
        for line in lines:
            terminalreporter.write_line(line)


def _verdicts(stats: dict[str, list[Any]], *, statistics: bool) -> Iterator[str]:
    told = [report for reports in stats.values() for report in reports if getattr(report, "alertable", None)]
    for report in sorted(told, key=lambda report: report.start):
        if report.alertable["verdict"]:
            yield f"{report.nodeid}  {report.alertable['verdict']}"
            yield from (f"  {line}" for line in (report.alertable["more"] if statistics else ()))
