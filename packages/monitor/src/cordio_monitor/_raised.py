"""An exception on its way to a sink, covered so that nobody writes it by chance."""

from __future__ import annotations

from typing import NoReturn

__all__ = ["Raised"]


class Raised:
    """What went wrong, as it was raised and not masked; no text of this object tells more than its class.

    Parameters
    ----------
    error : BaseException
        The exception.

    Examples
    --------
    >>> raised = Raised(ValueError("password=sesame"))
    >>> raised
    Raised(ValueError)
    >>> raised.reveal()
    ValueError('password=sesame')
    """

    __slots__ = ("_error",)

    def __init__(self, error: BaseException) -> None:
        self._error = error

    def reveal(self) -> BaseException:
        """Return the exception, for a sink that shows frames and masks them itself.

        Returns
        -------
        BaseException
            As it was raised.
        """
        return self._error

    def __repr__(self) -> str:
        return f"Raised({type(self._error).__name__})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "an exception that is not masked is not pickled: pickle record._replace(exception=None)"
        )
