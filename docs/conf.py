"""The documentation as a site (Sphinx, MyST, furo): `make docs` builds it in English and Korean into build/docs/.

The pages are the same that are read on GitHub and executed by the tests (tests/repo/pages.py); the reference comes from
docstrings and from click.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE / "_ext")]

from catalogues import TRANSLATED  # noqa: E402 - as above

import alertable  # noqa: E402 - found by the line above

project = "Alertable"
author = "The Alertable authors"
project_copyright = "The Alertable authors, Apache-2.0"
version = release = alertable.__version__
language = "en"  # `-D language=ko` builds the other one

extensions = ["myst_parser", "sphinx.ext.autodoc", "docstrings", "generated"]
exclude_patterns = ["_*", "changes.d", "locale"]
templates_path = ["_templates"]
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_theme = "furo"
html_title = "Alertable"
html_copy_source = False
html_show_sphinx = False
html_sidebars = {
    "**": [
        "sidebar/brand.html", "sidebar/search.html", "sidebar/languages.html", "sidebar/scroll-start.html",
        "sidebar/navigation.html", "sidebar/scroll-end.html",
    ]
}  # fmt: skip
html_context = {"languages": {"en": "English", "ko": "한국어"}, "translated": TRANSLATED}
smartquotes = False  # quotation marks are mostly those of Python
pygments_style = "friendly"
pygments_dark_style = "monokai"

# A catalogue per page, so that a translator opens the page that she translates.
locale_dirs = ["locale"]
gettext_compact = False
gettext_uuid = False
gettext_location = False

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
myst_number_code_blocks: list[str] = []

default_role = "code"  # docstrings write `name` as Markdown does
python_maximum_signature_line_length = 90
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
autodoc_member_order = "bysource"
nitpicky = True
# Types of other projects, and of layers that the reference does not show, are names here, not links.
nitpick_ignore_regex = [("py:.*", r"(?!alertable\.[a-z_]+$).*")]
linkcheck_ignore = [r"https?://"]  # the machine that builds may have no network; links within the site are checked by -n
