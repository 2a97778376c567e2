"""What a layer does with an exception, and how it does it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping

from cordio_errors._target import awaited

__all__ = ["Verdict"]


class Verdict:
    """What becomes of a call that failed: it gives a value, lands, or raises something.

    Parameters
    ----------
    value : object
        What it gives.
    raised : BaseException or None
        What it raises.
    landing : callable or None
        What it calls instead.
    error : Exception or None
        What the landing is told.
    """

    __slots__ = ("_error", "_landing", "_raised", "_value")

    def __init__(
        self,
        value: object = None,
        *,
        raised: BaseException | None = None,
        landing: Callable[..., object] | None = None,
        error: Exception | None = None,
    ) -> None:
        self._value, self._raised, self._landing, self._error = value, raised, landing, error

    async def carried_out(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> object:
        """Do it in code that is async.

        Parameters
        ----------
        args : tuple of object
            What the call was made with.
        kwargs : mapping of str to object
            What it was made with, by name.

        Returns
        -------
        object
            The value of the layer.
        """
        value = self._begun(args, kwargs)
        return await value if inspect.isawaitable(value) else value

    def carried_out_now(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> object:
        """Do it in code that is not async.

        Parameters
        ----------
        args : tuple of object
            What the call was made with.
        kwargs : mapping of str to object
            What it was made with, by name.

        Returns
        -------
        object
            The value of the layer.
        """
        return awaited("layer", self._landing, self._begun(args, kwargs))

    def _begun(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> object:
        error, self._error, raised, self._raised = self._error, None, self._raised, None
        try:
            if raised is not None:
                raise raised
            return self._value if self._landing is None else self._landing(error, *args, **kwargs)
        finally:
            del error, raised  # their tracebacks hold this frame
