"""What a rule answers: a code of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from cordio_errors._catalogue import CODE
from cordio_errors._exceptions import CatalogueError

__all__ = ["Reply", "answer"]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a rule answers; `answer` makes it.

    Parameters
    ----------
    code : str
        The code of the catalogue.

    Examples
    --------
    >>> Reply("out_of_stock")
    Reply(code='out_of_stock')
    """

    code: str


def answer(code: str, /) -> Reply:
    """Answer with an entry of the catalogue.

    Parameters
    ----------
    code : str
        The code of the entry, which may be declared later.

    Returns
    -------
    Reply
        For ``answer=``.

    Raises
    ------
    CatalogueError
        If it cannot be a code.

    Examples
    --------
    >>> answer("out_of_stock")
    Reply(code='out_of_stock')
    """
    if not isinstance(code, str) or not CODE.fullmatch(code):
        problem = f"answer({code!r}): write up to 63 letters, digits, '_', '.' or '-', a letter first"
        raise CatalogueError([problem])
    return Reply(code)
