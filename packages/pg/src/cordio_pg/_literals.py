"""A statement as others may see it: without its literals, which are clients' data."""

from __future__ import annotations

from functools import lru_cache

from cordio_pg._scan import Piece, scan

__all__ = ["masked", "shown", "verb"]

_MOST = 2000


@lru_cache(maxsize=2048)
def masked(query: str) -> str:
    """Return a statement in one line, with ``…`` for its literals.

    Parameters
    ----------
    query : str
        The statement.

    Returns
    -------
    str
        At most 2,000 characters of it.

    Examples
    --------
    >>> masked("select * from orders\\n where id = $1 and sku = 'pen' limit 10 -- it's us")
    'select * from orders where id = $1 and sku = … limit …'
    """
    text = " ".join("".join(map(_shown, scan(query[: 4 * _MOST]))).split())
    return text if len(text) <= _MOST else f"{text[:_MOST]} …"


@lru_cache(maxsize=2048)
def shown(query: str) -> tuple[str, str]:
    """Return a statement as spans have it: what they are called, and the statement `masked`."""
    return verb(query), masked(query)


def verb(query: str) -> str:
    """Return what a statement does, as spans are called: ``pg.select``.

    Parameters
    ----------
    query : str
        The statement.

    Returns
    -------
    str
        By its first word.

    Examples
    --------
    >>> verb("/* by key */ SELECT 1")
    'pg.select'
    """
    word = next((piece.text.lower() for piece in scan(query) if piece.kind == "word"), "query")
    return f"pg.{word}"


def _shown(piece: Piece) -> str:
    if piece.kind in ("text", "number"):
        return "…"
    return " " if piece.kind == "blank" else piece.text
