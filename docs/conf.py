"""How Sphinx builds these pages: `make docs`, then open build/docs/index.html. Nothing is fetched from the network."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

import sim  # noqa: E402

project = "article5"
author = "the authors of article5"
version = release = sim.__version__
html_title = f"article5 {version}"

extensions = ["sphinx.ext.autodoc", "myst_parser", "generated"]
source_suffix = {".md": "markdown"}
myst_enable_extensions = ["attrs_inline"]
myst_heading_anchors = 4
smartquotes = False
highlight_language = "none"

# A name in single backquotes becomes a link where it is documented, and code anywhere else. That is also why `-n`
# is not used: parameters, columns and values stand in backquotes, too, and lead nowhere.
default_role = "py:obj"
autodoc_default_options = {"members": True, "member-order": "bysource"}
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88
toc_object_entries = False

html_theme = "furo"
html_copy_source = False
html_show_copyright = False
html_static_path = ["static"]
html_css_files = ["pages.css"]
