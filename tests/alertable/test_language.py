"""The languages of the command line: nothing is missing or stale, and what scripts read is the same in all of them.

Here are Korean texts (non-ascii on purpose).
"""

from __future__ import annotations

import json
import re
from itertools import count
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from alertable import language
from alertable.cli import main
from tests.child import python
from tools.messages import known

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result

RACE = '''
from alertable.winapi import INFINITE, LPTHREAD_START_ROUTINE

def program(w):
    account = {"balance": 100}

    @w.CALLBACK(*LPTHREAD_START_ROUTINE)
    def deposit(_):
        account["balance"] = account["balance"] + 10
        return 0

    for thread in [w.CreateThread(None, 0, deposit, None, 0, None) for _ in range(2)]:
        w.WaitForSingleObject(thread, INFINITE)
'''
HANGUL = re.compile("[\uac00-\ud7a3]")
CATALOGUES = sorted(language.CATALOGUES.glob("*.po"))
each_catalogue = pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "race.py").write_text(RACE, encoding="utf-8")
    yield
    language.use(None)


def invoke(*words: str, **variables: str) -> Result:
    return CliRunner().invoke(main, [*words], prog_name="alertable", env=variables)


def test_there_is_korean() -> None:
    assert language.LANGUAGES == ("en", "ko")


@each_catalogue
def test_a_catalogue_has_every_sentence_and_no_other(path: Path) -> None:
    must, may = known()
    have = {message.strip(): text for message, text in language.read(path).items() if message}
    assert sorted(must - have.keys()) == []
    assert sorted(have.keys() - may) == []
    assert not [message for message, text in have.items() if not text]


@each_catalogue
def test_a_translation_has_the_holes_of_its_message(path: Path) -> None:
    wrong = []
    for message, text in language.read(path).items():
        in_order = count()
        used = {int(number or next(in_order)) for number in language.HOLE.findall(text)}
        if message and used != set(range(message.count("{}"))):
            wrong.append(message)
    assert not wrong


def test_nobody_who_does_not_ask_is_spoken_to_in_korean() -> None:
    for words in (["--help"], ["check", "--help"], ["check", "race.py"], ["run", "nope.py"]):
        assert not HANGUL.search(invoke(*words).output)


@pytest.mark.parametrize(("words", "variables"), [(["--lang", "ko"], {}), (["--lang=ko"], {}), ([], {"ALERTABLE_LANG": "ko"})])
def test_korean_is_asked_for_by_an_option_or_the_environment(words: list[str], variables: dict[str, str]) -> None:
    result = invoke(*words, "check", "race.py", **variables)
    assert result.exit_code == 1
    assert "data-race: 두 스레드가 한 변수에, 어느 쪽이 먼저인지 정하는 것 없이" in result.stdout
    assert "첫 위반에서 멈췄습니다" in result.stdout
    assert "순서를 정하는 것이 없습니다" in result.stdout


def test_the_option_wins() -> None:
    assert not HANGUL.search(invoke("--lang", "en", "run", "nope.py", ALERTABLE_LANG="ko").output)


def test_errors_and_help_are_translated() -> None:
    assert invoke("--lang", "ko", "run", "nope.py").stderr.startswith("alertable: nope.py: 그런 파일이 없습니다.")
    for words in (["--help"], ["check", "--help"], ["store", "--help"], ["store", "gc", "--help"]):
        english, korean = invoke(*words), invoke("--lang", "ko", *words)
        assert HANGUL.search(korean.stdout)
        assert re.findall(r"^  +(--?[a-z-]+|[a-z]+)", korean.stdout, re.MULTILINE) != []
        assert korean.exit_code == english.exit_code == 0


def test_what_scripts_read_is_the_same() -> None:
    def plain(text: str) -> dict[str, object]:
        data = json.loads(text)
        return {key: value for key, value in data.items() if key != "seconds"}

    english, korean = invoke("check", "race.py", "--json"), invoke("--lang", "ko", "check", "race.py", "--json")
    assert plain(english.stdout) == plain(korean.stdout)
    (kept,) = json.loads(invoke("store", "ls", "--json").stdout)["kept"]
    assert rows(invoke("explain", kept["id"])) == rows(invoke("--lang", "ko", "explain", kept["id"])) != []
    assert invoke("--lang", "ko", "check", "race.py").stdout.startswith("FAIL  ")


def rows(result: Result) -> list[str]:
    return [line for line in result.stdout.splitlines() if re.match(r"[\d ]+ \| ", line)]


def test_an_unknown_language_is_one_line() -> None:
    result = invoke("--lang", "fr", "zoo")
    assert (result.exit_code, result.stderr) == (2, "alertable: language 'fr': there are en, ko\n")
    assert invoke("zoo", ALERTABLE_LANG="fr").exit_code == 2


@pytest.mark.parametrize("encoding", ["cp949", "ascii", "utf-8"])
def test_any_console_takes_it(encoding: str, tmp_path: Path) -> None:
    done = python(
        "-m", "alertable", "--lang", "ko", "check", "race.py", cwd=tmp_path, encoding=encoding, PYTHONIOENCODING=encoding
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert HANGUL.search(done.stdout) or encoding == "ascii"


def test_a_bad_catalogue_says_where(tmp_path: Path) -> None:
    path = tmp_path / "xx.po"
    path.write_text('msgid "a"\nmsgtr "b"\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"xx\.po:2: not a line of a catalogue"):
        language.read(path)
    path.write_text("msgid 5\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"xx\.po:1: a text in double quotes is wanted"):
        language.read(path)


def test_holes_are_translated_too_and_tables_are_not() -> None:
    language.use("ko")
    assert language.translated("  not searched: locks in a circle") == "  찾지 않은 것: 원을 이루는 락"
    row = "3    | not searched: x | locks in a circle"
    assert language.translated(row) == row
    assert language.translated('{"a": 1}') == '{"a": 1}'
    assert language.translated("what nobody knows") == "what nobody knows"
