"""Reads a file in the format of its extension, or in the first that fits."""

from __future__ import annotations

from pathlib import Path

from cordio_config._document import Document, NoMapping, read_text
from cordio_config._formats import EXTENSIONS, ORDER, format_called
from cordio_config._place import Unreadable

__all__ = ["read_document"]


def read_document(path: Path, label: str) -> Document:
    """Read a file; raise `Unreadable` for whatever is wrong with it.

    With an extension that is none of ours, or a syntax error, the formats are tried in turn, and
    `Document.guessed` says so.
    """
    text = read_text(path)
    own = EXTENSIONS.get(path.suffix.lower())
    if own is None:
        return _guessed(label, text, None)
    try:
        return Document(label, text, format_called(own))
    except NoMapping:
        raise
    except Unreadable as error:
        if error.is_final or not text.strip():
            raise
        refused = error
    document = _guessed(label, text, refused)
    at = "" if refused.line is None else f" (line {refused.line}, column {refused.column})"
    document.guessed = f"it does not parse as {own.upper()}: {refused.reason}{at}"
    return document


def _guessed(label: str, text: str, refused: Unreadable | None) -> Document:
    errors: list[Unreadable] = []
    for name in ORDER:
        if name == "ini" and not _looks_like_ini(text):
            continue
        try:
            document = Document(label, text, format_called(name))
        except Unreadable as error:
            errors.append(error)
            if error.is_final and not isinstance(error, NoMapping):
                break
        else:
            document.guessed = "its name ends in no extension that is known"
            return document
    raise refused or max(errors, key=_reach)


def _looks_like_ini(text: str) -> bool:
    from cordio_config._formats._ini import has_section

    return has_section(text)


def _reach(error: Unreadable) -> tuple[int, int, int]:
    """Of several refusals the best is one of a bound, then of no keys, then that of who came farthest."""
    rank = 1 if isinstance(error, NoMapping) else 2 if error.is_final else 0
    return rank, error.line or 0, error.column or 0
