"""The sentences that the command line may print, read out of the sources: what a catalogue of alertable/locale has to translate.

python tools/messages.py ko      what the Korean catalogue lacks, ready to be filled in, and what it has too much

An f-string is the message with `{}` for each hole.  Laws and sources of sanitizers are left as they are, docstrings of commands
are their help.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).resolve().parents[1]
SPOKEN: Final = (
    "alertable/report.py", "alertable/store.py", "alertable/strength.py", "alertable/streams.py", "alertable/terminal.py",
    "alertable/project.py", "alertable/config.py", "alertable/words.py", "alertable/commands/*.py", "sim/explore/check.py",
    "sim/explore/answering/*.py", "sim/explore/explaining/explain.py", "sim/explore/graphs/answer.py",
    "sim/explore/graphs/files.py", "sim/explore/graphs/lassos.py", "sim/explore/graphs/laws.py", "sim/explore/graphs/rounds.py",
    "sim/runtime/outcome.py",
    "sim/runtime/refuse.py", "sim/runtime/given.py", "sim/runtime/program_file.py", "sim/memory/races.py", "sim/view/story.py",
    "specs/properties/*.py",
)  # fmt: skip
SOURCES: Final = ("alertable/**/*.py", "sim/**/*.py", "specs/properties/*.py")  # whatever they say may be translated
COMMAND: Final = re.compile("command|group")  # the decorators of one
WORDS: Final = re.compile(r"[A-Za-z]{2,}")
SENTENCE: Final = 3  # words from which on a text is one that a catalogue must have
LEFT: Final = ("law", "source", "reference")  # of sanitizers: names of documents, and what the page of sanitizers says


def template(node: ast.expr) -> str | None:
    """The message of a string or an f-string."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def texts(path: Path) -> Iterator[str]:
    """Every text of a file that somebody may see, whatever its length."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    left: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node, clean=False):
            left.add(node.body[0].value)  # type: ignore[attr-defined]  # a docstring is an expression
        if isinstance(node, ast.FunctionDef) and any(COMMAND.search(ast.unparse(each)) for each in node.decorator_list):
            yield (ast.get_docstring(node) or "").partition("\n\n")[0]
        if isinstance(node, ast.JoinedStr):
            left.update(each for each in ast.walk(node) if isinstance(each, ast.Constant))
        if isinstance(node, ast.Assign | ast.AnnAssign):
            names = [node.target] if isinstance(node, ast.AnnAssign) else node.targets
            if any(isinstance(name, ast.Name) and name.id in LEFT for name in names):
                left.update(ast.walk(node))
    for node in ast.walk(tree):
        if node not in left and isinstance(node, ast.Constant | ast.JoinedStr):
            text = template(node)
            if text:
                yield text


def known() -> tuple[set[str], set[str]]:
    """(what a catalogue must have, what it may have)."""
    may, spoken = (
        {text.strip() for pattern in patterns for path in sorted(ROOT.glob(pattern)) for text in texts(path)}
        for patterns in (SOURCES, SPOKEN)
    )
    must = {text for text in spoken if " " in text and len(WORDS.findall(text.replace("{}", ""))) >= SENTENCE}
    return must - unspoken(must), may


def unspoken(messages: set[str]) -> set[str]:
    """What is no sentence: commands and code that are shown as they are."""
    return {text for text in messages if re.match(r"alertable [a-z]+\b|from |import |lambda |\w+\(|\w+=\(|ID \| FILE", text)}


def main(language: str) -> None:
    """Print what is to be done."""
    sys.path.insert(0, str(ROOT))
    from alertable.language import CATALOGUES, read

    path = CATALOGUES / f"{language}.po"
    have = {message.strip() for message in (read(path) if path.exists() else {})} - {""}
    must, may = known()
    for text in sorted(must - have):
        print(f"msgid {quoted(text)}\nmsgstr \"\"\n")
    for text in sorted(have - may):
        print(f"# no longer said: {text}")


def quoted(text: str) -> str:
    """As a catalogue has it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


if __name__ == "__main__":
    main(sys.argv[1])
