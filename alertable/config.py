"""Options that a project or the environment has: [tool.alertable] of pyproject.toml, or alertable.toml, and ALERTABLE_*.

The command line goes before the environment, that before the file, and the file before what is usual.  Keys are named as the long
options are (`max-executions = 500`); a table of a command's name is for it alone (`[tool.alertable.check]`).  What belongs to a
single call (a schedule, a step, where a trace goes) cannot be configured.  `fault` is a table: `fault = {reset = 1}`.
"""

from __future__ import annotations

import os
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

import click

from alertable.project import PYPROJECT, STORE, config_file, near, project_root, table_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

COMMANDS: Final = ("run", "check", "replay", "explain", "diff")
OF_ONE_CALL: Final = frozenset({"schedule", "to", "then", "test", "trace", "json_", "files", "resume"})
ONLY_IN_CHECK: Final = "seed"  # elsewhere it would stand against a schedule
PREFIX: Final = "ALERTABLE_"


class ConfigError(ValueError):
    """One line that names the file, or the variable, the key and what is wrong with it."""


def options_of(command: click.Command) -> dict[str, click.Option]:
    """Those of a command that can be configured, by key."""
    found = {}
    for option in command.params:
        name = str(option.name)
        if isinstance(option, click.Option) and name not in OF_ONE_CALL and (name != ONLY_IN_CHECK or command.name == "check"):
            found[name.replace("_", "-")] = option
    return found


def hear_variables(command: click.Command) -> None:
    """Each option that can be configured listens to its variable of the environment."""
    if command.name in COMMANDS:
        for key, option in options_of(command).items():
            option.envvar = option.envvar or PREFIX + key.replace("-", "_").upper()


def configured(commands: Mapping[str, click.Command]) -> dict[str, dict[str, Any]]:
    """What the project's file says for each of these commands, as click takes defaults; ConfigError in one line."""
    path = config_file(project_root())
    if path is None:
        return {}
    table = _table(path)
    options = {name: options_of(command) for name, command in commands.items()}
    everywhere = {key: option for of_one in options.values() for key, option in of_one.items()}
    defaults: dict[str, dict[str, Any]] = {name: {} for name in commands}
    for given, value in table.items():
        key = given.replace("_", "-")
        if given in commands and isinstance(value, dict):
            for inner, inner_value in value.items():
                name, taken = _taken(path, f"{given}.", inner, inner_value, options[given])
                defaults[given] |= {name: taken}
        else:
            name, taken = _taken(path, "", given, value, everywhere)
            for of_one in commands:
                if key in options[of_one]:
                    defaults[of_one] = {name: taken, **defaults[of_one]}  # a command's own table goes before
    for each in defaults.values():
        each.pop(STORE, None)  # it is found without: usual_folder
    return defaults


def check_variables(command: click.Command) -> None:
    """ConfigError for a variable whose value is none of its option."""
    for option in options_of(command).values() if command.name in COMMANDS else ():
        text = os.environ.get(str(option.envvar))
        if not text:
            continue
        for word in text.split() if option.multiple else (text,):
            try:
                option.type.convert(word, option, None)
            except click.BadParameter as error:
                raise ConfigError(f"{option.envvar}: {error.message}") from error


def _table(path: Path) -> dict[str, Any]:
    try:
        return table_of(path)
    except (OSError, ValueError) as error:
        raise ConfigError(f"{near(path)}: cannot be read as TOML: {error}") from error


def _taken(path: Path, before: str, key: str, value: object, options: Mapping[str, click.Option]) -> tuple[str, Any]:
    """The option's name and the value as click takes it."""
    where = f"{near(path)}: {'tool.alertable.' if path.name == PYPROJECT else ''}{before}{key}"
    option = options.get(key.replace("_", "-"))
    if option is None:
        close = get_close_matches(key.replace("_", "-"), options, 1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(sorted(options))}"
        raise ConfigError(f"{where}: there is no such option; {hint}")
    kind, fits = _kind(option)
    if option.name == "fault" and isinstance(value, dict):
        value = [f"{word}={count}" for word, count in value.items()]
    if option.name == "specs" and isinstance(value, list) and all(isinstance(word, str) for word in value):
        value = ",".join(value) or "none"
    if not _is(value, fits, several=option.multiple):
        raise ConfigError(f"{where}: {kind} is wanted, not {value!r}")
    try:
        for problem in _problems(option, value):
            raise ConfigError(f"{where}: {problem}")
    except click.BadParameter as error:
        raise ConfigError(f"{where}: {error.message}") from error
    return str(option.name), value


def _kind(option: click.Option) -> tuple[str, tuple[type, ...]]:
    """What a value of the option is called, and the types that it may have."""
    if option.is_flag:
        return "true or false", (bool,)
    if option.multiple:
        return "a table such as {reset = 1}" if option.name == "fault" else "a list of texts", (str,)
    if isinstance(option.type, click.IntRange | click.types.IntParamType):
        return "a whole number", (int,)
    if isinstance(option.type, click.FloatRange | click.types.FloatParamType):
        return "a number", (int, float)
    return "a text", (str,)


def _is(value: object, fits: tuple[type, ...], *, several: bool) -> bool:
    """TOML's true is no number here, although Python's is."""
    if several:
        return isinstance(value, list) and all(_is(each, fits, several=False) for each in value)
    return type(value) in fits


def _problems(option: click.Option, value: Any) -> Iterator[str]:  # noqa: ANN401 - of the option's type
    """What the option's type, or whoever takes the values, has against it."""
    from alertable.commands.options import collected

    for each in value if option.multiple else (value,):
        option.type.convert(each, option, None)
    if option.name in ("fault", "specs"):
        from alertable.sim.runtime.settings import Settings

        usual: dict[str, Any] = {"clock": "eager", "profile": "windows", "fault": (), "specs": "default", "max_steps": 1}
        try:
            Settings(**collected({**usual, option.name: value}))
        except ValueError as error:
            yield str(error)
