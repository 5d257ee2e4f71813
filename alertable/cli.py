"""The command line.  stdout is the result, stderr the progress; exit codes are the same for all commands (alertable.terminal)."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import click

import alertable
from alertable.commands.guard import Failed, failure, tell
from alertable.completion import completing
from alertable.config import COMMANDS as CONFIGURED
from alertable.config import check_variables, configured, hear_variables
from alertable.language import LANGUAGES, VARIABLE, translated, use
from alertable.project import config_file, project_root
from alertable.streams import finished, prepare_streams
from alertable.terminal import MEANINGS, OK

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

JSON_TO_A_FILE: Final = ("compare", "conform")  # their --json takes one
# Each is `NAME_command` in alertable/commands/NAME.py.
COMMANDS: Final = (
    "calibrate", "check", "compare", "completion", "conform", "demo", "diff", "doctor", "explain", "replay", "run", "store",
    "zoo",
)  # fmt: skip


class Help(click.HelpFormatter):
    """Help in the language in use."""

    def write_text(self, text: str) -> None:
        super().write_text(translated(text))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl([(first, _described(text)) for first, text in rows], col_max, col_spacing)


def _described(text: str) -> str:
    """What an option does, and behind it what click has to say."""
    what, gap, more = text.partition("  [")
    return translated(what) + gap + more


class Call(click.Context):
    """The call of a command."""

    formatter_class = Help


class Commands(click.Group):
    """The commands; a module is imported when its command is wanted, so that `doctor` runs where others cannot.

    Whatever goes wrong in one, and be it its call, ends here: one line, one exit code.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name."""
        return command_of(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:  # fmt: skip
        """The command, with what the project's file and the environment have for its options."""
        name, command, rest = super().resolve_command(ctx, args)
        if command is not None and name in CONFIGURED and not {"-h", "--help"} & set(args):
            check_variables(command)
            if config_file(project_root()) is not None:  # else nobody needs to know all commands
                known = {each: found for each in CONFIGURED if (found := command_of(each)) is not None}
                ctx.default_map = configured(known)
        return name, command, rest

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Below the commands: what exit codes mean, of all of them."""
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code), meaning) for code, meaning in MEANINGS.items()])

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
            use(language_of(words))
            code = super().main(words, prog_name, complete_var, standalone_mode=False, **extra)
        except SystemExit as end:
            code = end.code
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()  # it is the help
            code = error.exit_code
        except (Exception, KeyboardInterrupt) as error:
            code = tell(failure(error), wants_json(words))
        sys.exit(finished(code if isinstance(code, int) else OK))


def language_of(words: Sequence[str]) -> str | None:
    """The language that a call asks for, or that the environment names; needed before the call is understood."""
    of_group = list(words[: next((i for i, word in enumerate(words) if word in COMMANDS), len(words))])
    for word, after in pairwise([*of_group, ""]):
        if word == "--lang" or word.startswith("--lang="):
            return after if word == "--lang" else word.partition("=")[2]
    return os.environ.get(VARIABLE) or None


def command_of(name: str) -> click.Command | None:
    """The command of this name, or None; a package that it needs and that is not there is one line."""
    if name not in COMMANDS:
        return None
    try:
        found: click.Command = getattr(import_module(f"alertable.commands.{name}"), f"{name}_command")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in ("alertable", ""):
            raise
        raise Failed(f"{error.name} is not installed: pip install {error.name} (`alertable doctor` looks at the rest)") from error
    speaking(found)
    hear_variables(found)
    return completing(found)


def wants_json(words: Sequence[str]) -> bool:
    """Whether a call asks for JSON on stdout; known of calls, too, that cannot be understood."""
    command = next((word for word in words if word in COMMANDS), "")
    if command in JSON_TO_A_FILE:  # and - is stdout
        return "--json=-" in words or ("--json", "-") in pairwise(words)
    return "--json" in words


def speaking(command: click.Command) -> None:
    """Have a command, and those below it, help in the language in use."""
    command.context_class = Call
    command.short_help = command.help  # whole: a sentence that is cut has no translation
    for below in command.commands.values() if isinstance(command, click.Group) else ():
        speaking(below)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--lang", expose_value=False, metavar="|".join(LANGUAGES), help=f"The language of what is said; {VARIABLE} is the same."
)
@click.version_option(alertable.__version__, prog_name="alertable")
def main() -> None:
    """A Windows I/O kernel that you can model-check."""


speaking(main)
