"""The language of the command line: what is printed is English, and is said in another language where it leaves the program.

A catalogue (locale/ko.po, in the format of gettext) has a translation for each sentence.  Where a sentence has holes its message
has `{}` for each, as the f-string in the source has; the translation has them too, in the same order or by number (`{1}`).  So
the layers below know nothing of languages, and what no catalogue has stays English.  PASS, FAIL, the verdicts, the options, JSON
and the tables of what happened are the same in every language: scripts read them.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

CATALOGUES: Final = Path(__file__).with_name("locale")
ENGLISH: Final = "en"
LANGUAGES: Final = (ENGLISH, *sorted(path.stem for path in CATALOGUES.glob("*.po")))
VARIABLE: Final = "ALERTABLE_LANG"
HOLE: Final = re.compile(r"\{(\d*)\}")
TABLE: Final = " | "  # a row of a table
_now: Final = [ENGLISH]


@dataclass(frozen=True)
class _Template:
    """A message with holes."""

    pattern: re.Pattern[str]
    translation: str

    def said(self, text: str) -> str | None:
        """The translation with what stands in the holes, that too translated where it is a message; None if it does not fit."""
        match = self.pattern.fullmatch(text)
        if match is None:
            return None
        holes = iter(range(len(match.groups())))
        return HOLE.sub(lambda hole: translated(match[int(hole[1] or next(holes)) + 1]), self.translation)


def use(language: str | None) -> None:
    """Say everything in this language from now on; None is English.  ValueError for one that there is not."""
    if language is not None and language not in LANGUAGES:
        raise ValueError(f"language {language!r}: there are {', '.join(LANGUAGES)}")
    _now[0] = language or ENGLISH


def translated(text: str) -> str:
    """A text, line by line, in the language in use."""
    if _now[0] == ENGLISH or text[:1] in ("{", "["):  # JSON
        return text
    return "\n".join(_line(line) for line in text.split("\n"))


def _line(line: str) -> str:
    bare = line.strip()
    if not bare or TABLE in line:
        return line
    before = line[: len(line) - len(line.lstrip())]
    return before + _sentence(_now[0], bare)


@cache
def _sentence(language: str, text: str) -> str:
    whole, templates = _catalogue(language)
    if text in whole:
        return whole[text]
    return next((said for each in templates if (said := each.said(text)) is not None), text)


@cache
def _catalogue(language: str) -> tuple[dict[str, str], tuple[_Template, ...]]:
    """Whole sentences, and those with holes: the more there is beside the holes, the earlier is it tried."""
    messages = read(CATALOGUES / f"{language}.po")
    whole = {message.strip(): text for message, text in messages.items() if text and "{}" not in message}
    holed = [(message.strip(), text) for message, text in messages.items() if text and "{}" in message]
    holed.sort(key=lambda pair: -len(pair[0].replace("{}", "")))
    return whole, tuple(
        _Template(re.compile("(.*?)".join(map(re.escape, message.split("{}")))), text) for message, text in holed
    )


def read(path: Path) -> dict[str, str]:
    """Message -> translation of a .po file; the header has the empty message."""
    found: dict[str, str] = {}
    key: str | None = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        word, _, rest = line.partition(" ")
        if word == "msgid":
            key = _text(rest, path, number)
        elif word == "msgstr" and key is not None:
            found[key] = _text(rest, path, number)
            key = None
        elif line and not line.startswith(("#", '"')):
            raise ValueError(f"{path.name}:{number}: not a line of a catalogue: {line[:40]!r}")
    return found


def _text(quoted: str, path: Path, number: int) -> str:
    text = ast.literal_eval(quoted)
    if not isinstance(text, str):
        raise ValueError(f"{path.name}:{number}: a text in double quotes is wanted")
    return text
