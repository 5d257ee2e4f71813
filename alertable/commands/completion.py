"""`alertable completion`: the lines that make a shell complete commands, options and names."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Final

import click
from click.shell_completion import ShellComplete, get_completion_class

from alertable.commands.guard import Failed, guarded
from alertable.terminal import OK

VARIABLE: Final = "_ALERTABLE_COMPLETE"
SHELLS: Final = {"bash": "bash", "zsh": "zsh", "fish": "fish", "pwsh": "powershell"}  # as click calls them


@click.command("completion", epilog="bash: eval \"$(alertable completion bash)\" in ~/.bashrc; zsh: the same in ~/.zshrc; "
               "fish: alertable completion fish | source; "
               "PowerShell: alertable completion pwsh | Out-String | Invoke-Expression in $PROFILE.")  # fmt: skip
@click.argument("shell", type=click.Choice(list(SHELLS)))
def completion_command(shell: str) -> None:
    """Print what makes a shell complete commands, options, files, modules and ids."""
    sys.exit(guarded(lambda: completion(shell, click.get_current_context().find_root().command)))


def completion(shell: str, main: click.Command) -> int:
    """`alertable completion`."""
    found = get_completion_class(SHELLS[shell])
    if found is None:
        raise Failed(f"the installed click {version('click')} knows no {shell}: pip install 'click>=8.5'")
    # Without a look at the version of a bash that may be another one than the one that will read it; in no language but its own.
    print(ShellComplete.source(found(main, {}, "alertable", VARIABLE)))
    return OK
