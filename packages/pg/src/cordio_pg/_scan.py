"""The text of SQL, piece by piece: what is a comment, a literal, a name, a sign."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

__all__ = ["Piece", "scan"]

Kind: TypeAlias = Literal["blank", "text", "number", "name", "word", "sign"]

# PostgreSQL, "Lexical Structure"; a literal that does not end goes to the end of the text.
_PIECE = re.compile(
    r"""(?P<blank>\s+|--[^\n]*)
    |(?P<comment>/\*)
    |(?P<text>[eE]'(?:[^'\\]|\\.|'')*(?:'|\Z)|(?:[bBxXnN]|[uU]&)?'(?:[^']|'')*(?:'|\Z))
    |(?P<dollar>\$(?:[^\W\d]\w*)?\$)
    |(?P<name>(?:[uU]&)?"(?:[^"]|"")*(?:"|\Z))
    |(?P<word>[^\W\d][\w$]*|\$\d+)
    |(?P<number>\d[\w.]*|\.\d[\w]*)
    |(?P<sign>.)""",
    re.VERBOSE | re.DOTALL,
)
_NESTING = re.compile(r"/\*|\*/")


class Piece(NamedTuple):
    """A piece of the text: all of them together are the text.

    Parameters
    ----------
    kind : {"blank", "text", "number", "name", "word", "sign"}
        What it is; comments are blank, parameters such as ``$1`` are words.
    text : str
        The piece.
    start : int
        Where it begins.
    """

    kind: Kind
    text: str
    start: int


def scan(sql: str) -> Iterator[Piece]:
    """Take a text of SQL apart.

    Parameters
    ----------
    sql : str
        The text, one statement or several.

    Yields
    ------
    Piece
        The pieces, in order.

    Examples
    --------
    >>> [piece.kind for piece in scan("select 'x' /* y */")]
    ['word', 'blank', 'text', 'blank', 'blank']
    """
    at = 0
    while at < len(sql):
        found = _PIECE.match(sql, at)
        assert found is not None and found.lastgroup is not None, "any sign is a piece"
        kind, end = found.lastgroup, found.end()
        if kind == "comment":
            kind, end = "blank", _after_comment(sql, end)
        elif kind == "dollar":
            kind, end = "text", _after(sql, found[0], end)
        yield Piece(kind, sql[at:end], at)  # type: ignore[arg-type]  # the pattern's groups are the kinds
        at = end


def _after_comment(sql: str, at: int) -> int:
    """Return where a comment ends; it may hold others."""
    depth = 1
    for sign in _NESTING.finditer(sql, at):
        depth += 1 if sign[0] == "/*" else -1
        if not depth:
            return sign.end()
    return len(sql)


def _after(sql: str, tag: str, at: int) -> int:
    end = sql.find(tag, at)
    return len(sql) if end < 0 else end + len(tag)
