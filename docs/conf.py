"""How Sphinx builds the documentation: ``.venv/bin/sphinx-build -n -W docs build/docs``."""

project = "CorDio"
author = "The CorDio authors"
copyright = "The CorDio authors"
extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.doctest",
    "sphinx.ext.intersphinx",
    "sphinx.ext.napoleon",
    "sphinx.ext.todo",
    "sphinx.ext.viewcode",
]
exclude_patterns = ["examples"]
html_theme = "furo"

napoleon_google_docstring = False
napoleon_use_ivar = True
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True

nitpicky = True
# Inventories of other projects would be fetched over the network. The names of CorDio must resolve.
intersphinx_mapping: dict[str, tuple[str, str | None]] = {}
nitpick_ignore_regex = [("py:.*", r"(?!cordio).*"), ("py:.*", r"cordio[\w.]*\._.*")]
# A short name in a docstring may stand in several parts (`Duration`): the nearest is meant.
suppress_warnings = ["ref.python"]
