"""Takes back what a block has set in its context, wherever the block ends."""

from __future__ import annotations

from contextvars import ContextVar, Token
from typing import TypeVar

__all__ = ["restore"]

T = TypeVar("T")


def restore(variable: ContextVar[T], token: Token[T]) -> None:
    """Set a variable as it was before a block.

    A generator with the block in it, a fixture or a dependency, may be ended in another task than it was
    begun in: there nothing was set, and nothing is taken back.

    Parameters
    ----------
    variable : ContextVar
        The variable.
    token : Token
        What setting it returned.

    Examples
    --------
    >>> from contextvars import ContextVar, copy_context
    >>> language = ContextVar("language", default="en")
    >>> token = language.set("de")
    >>> copy_context().run(restore, language, token)
    >>> restore(language, token)
    >>> language.get()
    'en'
    """
    try:
        variable.reset(token)
    except ValueError:
        return
