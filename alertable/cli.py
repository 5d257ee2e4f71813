"""The command line.  stdout is the result, stderr the progress; exit codes are the same for all commands (alertable.terminal)."""

from __future__ import annotations

from typing import Any

import click

import alertable
from alertable.commands.calibrate import calibrate_command
from alertable.commands.check import check_command
from alertable.commands.compare import compare_command
from alertable.commands.conform import conform_command
from alertable.commands.demo import demo_command
from alertable.commands.explain import explain_command
from alertable.commands.replay import replay_command
from alertable.commands.run import run_command
from alertable.commands.store import store_command
from alertable.commands.zoo import zoo_command
from alertable.terminal import USAGE, fail, prepare_streams


class Misused(click.ClickException):
    """A call that makes no sense, in one line, as every other failure; click itself shows the usage too."""

    exit_code = USAGE

    def __init__(self, error: click.UsageError) -> None:
        where = f" ({error.ctx.command_path} --help says what there is)" if error.ctx is not None else ""
        super().__init__(" ".join(error.format_message().split()) + where)

    def show(self, file: Any = None) -> None:  # noqa: ANN401 - as click's
        fail(self.message)


class Commands(click.Group):
    """The commands; what is wrong with a call of one of them is one line."""

    def make_context(self, *arguments: Any, **keywords: Any) -> click.Context:  # noqa: ANN401 - as click's
        try:
            return super().make_context(*arguments, **keywords)
        except click.exceptions.NoArgsIsHelpError:
            raise  # it is the help
        except click.UsageError as error:
            raise Misused(error) from error

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as click's
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            raise Misused(error) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(alertable.__version__, prog_name="alertable")
def main() -> None:
    """A Windows I/O kernel that you can model-check."""
    prepare_streams()


for command in (
    demo_command, run_command, check_command, replay_command, explain_command, store_command, zoo_command, conform_command,
    compare_command, calibrate_command,
):  # fmt: skip
    main.add_command(command)
