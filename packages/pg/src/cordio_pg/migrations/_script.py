"""A file of SQL as single statements, each with its line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cordio_pg._scan import Piece, scan

__all__ = ["Statement", "statements", "takes_transactions"]

_OWN = ("begin", "start", "commit", "end", "rollback", "abort")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a file.

    Parameters
    ----------
    text : str
        The statement, without the semicolon.
    line : int
        The line that it begins in.
    words : tuple of str
        What it consists of, in lower case, but for blanks.
    """

    text: str
    line: int
    words: tuple[str, ...]


def statements(sql: str) -> list[Statement]:
    """Take a file apart.

    Parameters
    ----------
    sql : str
        Its text.

    Returns
    -------
    list of Statement
        Its statements; what holds nothing but comments is none.

    Examples
    --------
    >>> [(found.line, found.text) for found in statements("select ';'; -- one;\\nselect 2")]
    [(1, "select ';'"), (2, 'select 2')]
    """
    return [_statement(sql, pieces) for pieces in _parted(sql)]


def takes_transactions(statement: Statement) -> bool:
    """Tell whether a statement begins or ends a transaction.

    Parameters
    ----------
    statement : Statement
        The statement.

    Returns
    -------
    bool
        Whether it does; going back to a savepoint does not.

    Examples
    --------
    >>> [takes_transactions(found) for found in statements("COMMIT; rollback to a; select 1")]
    [True, False, False]
    """
    first, *rest = statement.words
    if first == "prepare":
        return rest[:1] == ["transaction"]
    return first in _OWN and not (first == "rollback" and "to" in rest)


def _parted(sql: str) -> Iterator[list[Piece]]:
    found: list[Piece] = []
    depth = 0
    for piece in scan(sql):
        if piece.kind == "blank":
            continue
        if piece.text == ";" and not depth:
            if found:
                yield found
            found = []
            continue
        found.append(piece)
        depth = _depth(found, depth)
    if found:
        yield found


def _depth(found: list[Piece], depth: int) -> int:
    """Count how deep the body of a function is: ``begin atomic … case … end … end`` (SQL standard)."""
    word = found[-1].text.lower() if found[-1].kind == "word" else ""
    if word == "atomic" and len(found) > 1 and found[-2].text.lower() == "begin":
        return depth + 1
    if depth and word == "case":
        return depth + 1
    return depth - 1 if depth and word == "end" else depth


def _statement(sql: str, pieces: list[Piece]) -> Statement:
    start, last = pieces[0].start, pieces[-1]
    words = tuple(piece.text.lower() if piece.kind == "word" else piece.text for piece in pieces)
    return Statement(sql[start : last.start + len(last.text)], sql.count("\n", 0, start) + 1, words)
