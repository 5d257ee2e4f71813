"""Which pages are translated, and their catalogues.

python docs/_ext/catalogues.py             writes the catalogues anew from the pages; what is translated stays
python docs/_ext/catalogues.py --check     exit 1 if a page says something that its catalogue does not translate

What a page says newly gets an empty entry, and the site shows the English text there.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

DOCS: Final = Path(__file__).resolve().parents[1]
LOCALE: Final = DOCS / "locale"
LANGUAGES: Final = ("ko",)
TRANSLATED: Final = ("index", "first-ten-minutes", "tutorial/index", "lecture", "lecture-checked")


def templates(into: Path) -> None:
    """What all pages say, as gettext templates."""
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "gettext", str(DOCS), str(into)]
    subprocess.run(command, check=True)


def update(into: Path = LOCALE) -> None:
    """Bring the catalogues of the translated pages up to date."""
    from sphinx_intl.basic import update as write  # an extra: only who translates needs it

    with tempfile.TemporaryDirectory() as folder:
        templates(Path(folder))
        wanted = Path(folder) / "translated"
        for page in TRANSLATED:
            target = wanted / f"{page}.pot"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((Path(folder) / f"{page}.pot").read_bytes())
        write(str(into), str(wanted), LANGUAGES)


def missing(language: str, root: Path = LOCALE) -> list[str]:
    """What translated pages say and their catalogues do not: `page: text`, page by page."""
    from babel.messages.pofile import read_po

    found = []
    with tempfile.TemporaryDirectory() as folder:
        templates(Path(folder))
        for page in TRANSLATED:
            with (Path(folder) / f"{page}.pot").open("rb") as file:
                said = [message.id for message in read_po(file) if message.id]
            with (root / language / "LC_MESSAGES" / f"{page}.po").open("rb") as file:
                known = {message.id for message in read_po(file) if message.string and not message.fuzzy}
            found += [f"{page}: {text}" for text in said if text not in known]
    return found


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        sys.exit("\n".join(line for language in LANGUAGES for line in missing(language)) or 0)
    update()
