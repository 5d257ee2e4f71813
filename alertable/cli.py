"""The command line.  stdout is the result, stderr the progress; exit codes are the same for all commands (alertable.terminal)."""

from __future__ import annotations

import sys
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import click

import alertable
from alertable.commands.calibrate import calibrate_command
from alertable.commands.check import check_command
from alertable.commands.compare import compare_command
from alertable.commands.conform import conform_command
from alertable.commands.demo import demo_command
from alertable.commands.diff import diff_command
from alertable.commands.explain import explain_command
from alertable.commands.guard import failure, tell
from alertable.commands.replay import replay_command
from alertable.commands.run import run_command
from alertable.commands.store import store_command
from alertable.commands.zoo import zoo_command
from alertable.streams import finished, prepare_streams
from alertable.terminal import OK

if TYPE_CHECKING:
    from collections.abc import Sequence


class Commands(click.Group):
    """The commands.  Whatever goes wrong in one, and be it its call, ends here: one line, one exit code."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,  # noqa: ANN401 - as click's
    ) -> Any:  # noqa: ANN401 - as click's
        """Run a command and end the process."""
        words = list(sys.argv[1:] if args is None else args)
        if not standalone_mode:
            return super().main(words, prog_name, complete_var, standalone_mode=False, **extra)
        prepare_streams()
        try:
            code = super().main(words, prog_name, complete_var, standalone_mode=False, **extra)
        except SystemExit as end:
            code = end.code
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()  # it is the help
            code = error.exit_code
        except (Exception, KeyboardInterrupt) as error:
            code = tell(failure(error), wants_json(self, words))
        sys.exit(finished(code if isinstance(code, int) else OK))


def wants_json(group: click.Group, words: Sequence[str]) -> bool:
    """Whether a call asks for JSON on stdout; known of calls, too, that cannot be understood."""
    command = next((group.commands[word] for word in words if word in group.commands), group)
    option = next((option for option in command.params if "--json" in option.opts), None)
    if isinstance(option, click.Option) and not option.is_flag:  # it takes a file, and - is stdout
        return "--json=-" in words or ("--json", "-") in pairwise(words)
    return "--json" in words


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(alertable.__version__, prog_name="alertable")
def main() -> None:
    """A Windows I/O kernel that you can model-check."""


for command in (
    demo_command, run_command, check_command, replay_command, explain_command, diff_command, store_command, zoo_command,
    conform_command, compare_command, calibrate_command,
):  # fmt: skip
    main.add_command(command)
