"""Which pages are translated, and their catalogues: `python docs/_ext/catalogues.py` writes the catalogues anew from the pages.

What is translated stays; what a page says newly gets an empty entry, and the site shows the English text there.
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
TRANSLATED: Final = ("index", "tutorial/index", "lecture", "lecture-checked")


def templates(into: Path) -> None:
    """The messages of all pages, as gettext templates."""
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


def catalogue(page: str, language: str, root: Path = LOCALE) -> Path:
    """Where the translation of a page stands."""
    return root / language / "LC_MESSAGES" / f"{page}.po"


if __name__ == "__main__":
    update()
