"""Help texts in plain words: docstrings are written for reStructuredText, terminals show text."""

from __future__ import annotations

import re

__all__ = ["plain"]

_ROLE = re.compile(r":[\w:+.-]+:`~?([^`<]*?)(?:\s*<[^`>]*>)?`")
_LITERAL = re.compile(r"``(.+?)``")
_QUOTED = re.compile(r"`~?([^`<]+?)(?:\s*<[^`>]*>)?`_{0,2}")
_STRONG = re.compile(r"(?<!\w)(\*{1,2})(?=\S)(.+?)(?<=\S)\1(?!\w)")


def plain(text: str) -> str:
    """Take the marks of reStructuredText away."""
    text = _LITERAL.sub(r"\1", text)
    text = _QUOTED.sub(r"\1", _ROLE.sub(r"\1", text))
    return " ".join(_STRONG.sub(r"\2", text).split())
