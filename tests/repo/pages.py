"""Pages of the documentation, executed: `python -m tests.repo.pages` writes the outputs anew.

`python pages.py --check FOLDER` says which pages of a folder (README.md and docs/) do something else than they say; it needs
nothing of this checkout, so a copy of this file executes the pages with what is installed.

- A block marked python is run; the blocks of one page share a namespace.
- A `text` block after the comment `output` is what the block before it printed.
- A block after the comment `file: NAME` is a file of the reader, in a folder that the page has to itself.
- A `console` block shows `$ alertable ...` and `$ pytest ...` commands with their output; each is run in that folder.
- A block after the comment `not run: reason` is prose.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
import types
from pathlib import Path
from tempfile import TemporaryDirectory

from click.testing import CliRunner

ROOT = Path(__file__).resolve().parents[2]
DURATION = re.compile(r"in \d+\.\d+ s(, [\d,]+/s)?(,|$)", re.MULTILINE)  # a page says the same on every machine
SECONDS = re.compile(r"in \d+\.\d+s")  # as pytest writes them
BLOCK = re.compile(r"(?:<!-- (?P<note>[^>]*?) -->\n+)?^```(?P<kind>[^\n`]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


def pages(root: Path = ROOT) -> list[Path]:
    """Both READMEs and every page below docs/."""
    return [root / "README.md", root / "README.ko.md", *sorted((root / "docs").rglob("*.md"))]


def executed(page: Path) -> str:
    """The text of the page with the outputs that its blocks have now; to be called in the project's root."""
    text = page.read_text(encoding="utf-8")
    module = types.ModuleType(re.sub(r"\W", "_", page.stem).lower())
    sys.modules[module.__name__] = module
    printed = ""
    pieces: list[str] = []
    end = 0
    with TemporaryDirectory() as folder, contextlib.ExitStack() as at_last:
        at_last.callback(sys.modules.pop, module.__name__)
        for match in BLOCK.finditer(text):
            note, kind, body = (match["note"] or "").strip(), match["kind"], match["body"]
            if note.startswith("not run:"):
                continue
            new = body
            if note.startswith("file: "):
                Path(folder, note.removeprefix("file: ")).write_text(body, encoding="utf-8")
            elif kind == "python":
                printed = _run(body, text.count("\n", 0, match.start("body")), page, module)
            elif kind == "text" and note == "output":
                new = printed
            elif kind == "console":
                with contextlib.chdir(folder):
                    new = _console(body)
            pieces += (text[end : match.start("body")], new)
            end = match.end("body")
    return "".join(pieces) + text[end:]


def _run(body: str, line: int, page: Path, module: types.ModuleType) -> str:
    out = io.StringIO()
    code = compile("\n" * line + body, str(page), "exec")
    with contextlib.redirect_stdout(out):
        exec(code, module.__dict__)
    return out.getvalue()


def _console(body: str) -> str:
    """Each `$ alertable` or `$ pytest` command with what it prints on stdout."""
    shown = ""
    for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        command = part.partition("\n")[0]
        words = shlex.split(command)
        printed = {"alertable": _alertable, "pytest": _pytest}[words[0]](words[1:])
        shown += f"$ {command}\n{DURATION.sub('in ... s,', printed)}"
    return shown


def _alertable(words: list[str]) -> str:
    from alertable.cli import main

    result = CliRunner().invoke(main, words, prog_name="alertable", terminal_width=100)
    assert result.exit_code in (0, 1, 3, 4), result.output
    if sys.platform == "win32":  # what is to be pasted is quoted for its shell; the pages are written for sh
        return re.sub(r'--schedule "([^"]*)"', r"--schedule '\1'", result.stdout)
    return result.stdout


def _pytest(words: list[str]) -> str:
    """In a process of its own, as a reader runs it."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "100"})
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return SECONDS.sub("in ...s", done.stdout).replace(f"{Path.cwd()}{os.sep}", "").replace(os.sep, "/")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--check"]:
        wrong = [str(each) for each in pages(Path(sys.argv[2])) if executed(each) != each.read_text(encoding="utf-8")]
        sys.exit("\n".join(wrong) or 0)
    os.chdir(ROOT)
    for each in pages():
        each.write_text(executed(each), encoding="utf-8")
