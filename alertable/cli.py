"""The command line.  stdout is the result, stderr the progress; exit codes are the same for all commands (alertable.terminal)."""

from __future__ import annotations

import click

import alertable
from alertable.commands.calibrate import calibrate_command
from alertable.commands.check import check_command
from alertable.commands.compare import compare_command
from alertable.commands.conform import conform_command
from alertable.commands.replay import explain_command, replay_command
from alertable.commands.run import run_command
from alertable.terminal import prepare_streams


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(alertable.__version__, prog_name="alertable")
def main() -> None:
    """A Windows I/O kernel that you can model-check."""
    prepare_streams()


for command in (run_command, check_command, replay_command, explain_command, conform_command, compare_command, calibrate_command):
    main.add_command(command)
