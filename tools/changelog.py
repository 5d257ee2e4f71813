"""Writes what is not released yet into CHANGELOG.md, from the fragments in docs/changes.d.

python tools/changelog.py                     the section "Unreleased" anew
python tools/changelog.py --check             exit 1 if it is out of date
python tools/changelog.py --release 0.2.0     that section becomes a release of today; the fragments are removed
python tools/changelog.py --released 0.2.0    exit 1 unless that was done, and the package has this version
"""

from __future__ import annotations

import datetime
import re
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
CHANGELOG: Final = ROOT / "CHANGELOG.md"
VERSION: Final = ROOT / "alertable" / "__init__.py"
FRAGMENTS: Final = ROOT / "docs" / "changes.d"
HEAD: Final = "# Changelog\n\nWritten by `make changelog` from the fragments in `docs/changes.d`.\n"
KINDS: Final = {
    "feature": "What is new", "bugfix": "What was wrong", "fidelity": "What is closer to Windows", "doc": "Documentation",
}  # fmt: skip
NAME: Final = re.compile(r"(?P<issue>\d+)(?P<topic>\.[a-z-]+)?\.(?P<kind>[a-z]+)\.md")


def fragments() -> list[tuple[str, int, str, Path]]:
    """(kind, issue, topic, file) of each fragment, newest issue first."""
    found = []
    for path in sorted(FRAGMENTS.glob("*.md")):
        if path.name == "README.md":
            continue
        match = NAME.fullmatch(path.name)
        if match is None or match["kind"] not in KINDS:
            sys.exit(f"{path.relative_to(ROOT)}: name it <issue>[.<topic>].<{'|'.join(KINDS)}>.md")
        found.append((match["kind"], -int(match["issue"]), match["topic"] or "", path))
    return sorted(found)


def items(text: str) -> str:
    """A fragment as items of a list; one that is a list already stays it, and its further paragraphs belong to the item above."""
    blocks: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        started = paragraph.startswith("- ")
        blocks.append(paragraph if started else ("  " if blocks else "- ") + paragraph.replace("\n", "\n  "))
    return "\n\n".join(blocks)


def section(title: str) -> str:
    """The fragments under a title, by kind."""
    parts = [f"## {title}"]
    given = fragments()
    for kind, heading in KINDS.items():
        texts = [items(path.read_text(encoding="utf-8")) for of, _, _, path in given if of == kind]
        if texts:
            parts += [f"### {heading}", "\n".join(texts)]
    return "\n\n".join(parts) + "\n"


def released() -> str:
    """The sections of the releases, as they are written down."""
    text = CHANGELOG.read_text(encoding="utf-8") if CHANGELOG.exists() else ""
    return "".join(part for part in re.split(r"(?=^## )", text, flags=re.MULTILINE)[1:] if not part.startswith("## Unreleased"))


def updated(title: str = "Unreleased") -> str:
    """The whole file, with the fragments under `title`."""
    new = section(title) if fragments() else ""
    return "\n".join(part for part in (HEAD, new, released()) if part)


def main(arguments: list[str]) -> None:
    match arguments:
        case []:
            CHANGELOG.write_text(updated(), encoding="utf-8", newline="\n")
        case ["--check"]:
            if not CHANGELOG.exists() or CHANGELOG.read_text(encoding="utf-8") != updated():
                sys.exit("CHANGELOG.md is out of date: `make changelog` writes it anew")
        case ["--release", version] if re.fullmatch(r"\d+\.\d+\.\d+", version):
            if f"## {version} " in released():
                sys.exit(f"CHANGELOG.md has a release {version} already")
            if not fragments():
                sys.exit("docs/changes.d holds no fragment: there is nothing to release")
            text = updated(f"{version} ({datetime.datetime.now(datetime.UTC).date()})")
            CHANGELOG.write_text(text, encoding="utf-8", newline="\n")
            for *_, path in fragments():
                path.unlink()
        case ["--released", version]:
            if f"## {version} " not in released():
                sys.exit(f"CHANGELOG.md has no release {version}: `python tools/changelog.py --release {version}` writes it")
            if fragments():
                sys.exit(f"docs/changes.d holds fragments that are in no release, such as {fragments()[0][-1].name}")
            if f'__version__ = "{version}"\n' not in VERSION.read_text(encoding="utf-8"):
                sys.exit(f"{VERSION.relative_to(ROOT)} has another version than {version}")
        case _:
            given = " ".join(arguments)
            sys.exit(f"usage: python tools/changelog.py [--check | --release X.Y.Z | --released X.Y.Z], not {given}")


if __name__ == "__main__":
    main(sys.argv[1:])
