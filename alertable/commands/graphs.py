"""--graph FILE: the state graph of a search, as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from click.shell_completion import CompletionItem

from alertable.sim.explore.graphs.files import format_of, write
from alertable.terminal import OK, USAGE, note

if TYPE_CHECKING:
    from alertable.sim.explore.report import Report

STATES: Final = "states"  # the strategy that knows states
_INSTEAD: Final = {
    "random": "a sampled search has no state graph", "pct": "a sampled search has no state graph",
    "dpor": "the strategy 'dpor' knows executions, not states", "dfs": "the strategy 'dfs' knows executions, not states",
}  # fmt: skip


class GraphFile(click.types.StringParamType):
    """A file that a graph can be written to, by its suffix, in a folder that exists."""

    name = "graph"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401 - as click's
        if isinstance(value, Path):
            return value
        path = Path(str(value))
        try:
            format_of(path)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if path.is_dir() or not path.absolute().parent.is_dir():
            self.fail(f"{str(value)!r}: a file in a folder that exists is wanted", param, ctx)
        return path

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        return [CompletionItem(incomplete, type="file")]


def strategy_for(graph: Path | None, strategy: str | None) -> str | None:
    """The strategy of a search whose graph is wanted; ValueError for one that has none."""
    if graph is None:
        return strategy
    if strategy in _INSTEAD:
        raise ValueError(f"--graph {graph}: {_INSTEAD[strategy]}; use --strategy {STATES}")
    return STATES


def write_graph(report: Report, path: Path | None) -> int:
    """Write what was asked for; an exit code that is not 0 if it could not be done, and a line that says why."""
    if path is None:
        return OK
    states = report.graph
    if states is None or not len(states):
        note(f"{path} was not written: the search ended before it had a state graph")
        return USAGE
    try:
        write(states, path)
    except OSError as error:
        note(f"{path} cannot be written ({error.strerror or error}): there is no graph")
    except ValueError as error:
        note(str(error))
    else:
        return OK
    return USAGE
